// System calls of the segment machine of seed 001: allocate and free, mapped by page tables.
#include "fragscope/base/rng.h"

#include <QTest>

#include "kernel/support/segment_machine.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t heapStart = 512; ///< frames of the kernel: 2 MiB

SegmentMemorySettings quick() {
    SegmentMemorySettings settings;
    settings.heap.placement = SegmentPlacement::QuickFit;
    return settings;
}

} // namespace

class KernelSegmentCalls : public QObject {
    Q_OBJECT

private slots:

    void aSegmentIsContiguousAndMapped() {
        SegmentMachine bench(quick());
        Process& process = bench.makeProcess();
        const SegmentCall call = bench.allocate(process, 5);
        QVERIFY(call.segment != 0);
        QCOMPARE(call.at.value, 0x10000000ULL);
        QCOMPARE(bench.segment(call.segment).base.value, heapStart);
        QCOMPARE(bench.issue(), std::string());
        const VirtAddr last = call.at + ByteCount(4 * pageBytes + 8);
        QVERIFY(bench.write(process, last, 77));
        QCOMPARE(bench.memory.load(PhysAddr((heapStart + 4) * pageBytes + 8)), 77ULL);
        QCOMPARE(bench.read(process, call.at), 0ULL); // cleared
    }

    void booksLieInAGuardedRegionOfTheKernel() {
        SegmentMachine bench(quick());
        bench.makeProcess();
        const KernelPlan& plan = bench.kernel.plan();
        QCOMPARE(plan.root.frameCount, heapStart);
        QVERIFY(plan.root.segmentBooks.value < heapStart * pageBytes);
        QVERIFY(plan.isGuard(kernel_space::segments - ByteCount(1)));
        QCOMPARE(plan.placeOf(kernel_space::segments)->value, plan.root.segmentBooks.value);
        // A stray write destroys them, and the check says so.
        QCOMPARE(bench.issue(), std::string());
        bench.memory.store(plan.root.segmentBooks + ByteCount(8 * (16 + 6)), 1);
        QVERIFY(bench.issue().starts_with("Q1"));
    }

    void afterFreeNobodyReachesIt() {
        SegmentMachine bench(quick());
        Process& process = bench.makeProcess();
        const SegmentCall call = bench.allocate(process, 3);
        QVERIFY(bench.write(process, call.at, 1)); // the translation is cached
        bench.release(process, call.at);
        QCOMPARE(bench.all(EventKind::SegmentFreed).size(), std::size_t{1});
        QCOMPARE(bench.all(EventKind::ShootdownSent).size(), std::size_t{1});
        QVERIFY(!bench.write(process, call.at, 2));
        QCOMPARE(process.state, ProcessState::Killed);
    }

    void aSecondProcessReadsZero() {
        for (const bool clear : {true, false}) {
            SegmentMemorySettings settings = quick();
            settings.clear = clear;
            SegmentMachine bench(settings);
            Process& first = bench.makeProcess();
            Process& second = bench.makeProcess();
            const SegmentCall call = bench.allocate(first, 1);
            QVERIFY(bench.write(first, call.at, 0x5ec3e7));
            bench.release(first, call.at);
            const SegmentCall again = bench.allocate(second, 1);
            QCOMPARE(bench.segment(again.segment).base.value, heapStart);
            QCOMPARE(bench.read(second, again.at), clear ? 0ULL : 0x5ec3e7ULL);
        }
    }

    void largeSegmentsUseLargePages() {
        SegmentMachine bench(quick(), mib(32));
        Process& process = bench.makeProcess();
        bench.allocate(process, 3);
        const SegmentCall call = bench.allocate(process, 1280); // 5 MiB
        QCOMPARE(call.at.value % (4ULL << 20), 0ULL);
        QCOMPARE(bench.segment(call.segment).base.value % 1024, 0ULL);
        std::size_t large = 0;
        std::size_t small = 0;
        for (const Event& event : bench.all(EventKind::PteStore)) {
            if (event.vaddr >= call.at.value && event.rule == Rule::SegmentMapped) {
                (event.b == table_level::pd ? large : small) += 1;
            }
        }
        QCOMPARE(large, std::size_t{2});
        QCOMPARE(small, std::size_t{256});
        QCOMPARE(bench.issue(), std::string());
        bench.release(process, call.at);
        QCOMPARE(bench.issue(), std::string());
        QCOMPARE(Pte{process.tables.leaf(pageOf(call.at))}.present(), false);
    }

    /// A page table that small pages have left empty gives way to a large page; no table leaks.
    void anEmptyTableGivesWay() {
        SegmentMemorySettings settings = quick();
        settings.heap.alignAbove = PageCount(511);
        settings.heap.alignment = PageCount(512);
        SegmentMachine bench(settings, mib(32));
        Process& process = bench.makeProcess(VirtAddr(2ULL << 30));
        const SegmentCall small = bench.allocate(process, 8);
        const std::uint64_t freeBefore = bench.freeFrames();
        bench.release(process, small.at);
        const SegmentCall large = bench.allocate(process, 512);
        QCOMPARE(large.at, small.at);
        QVERIFY(Pte{process.tables.leaf(pageOf(large.at))}.large());
        QCOMPARE(bench.freeFrames(), freeBefore + 1);
        QVERIFY(bench.write(process, large.at + ByteCount(123 * pageBytes), 5));
        QCOMPARE(bench.issue(), std::string());
    }

    void refusalsLeaveNothingBehind() {
        SegmentMachine bench(quick());
        Process& process = bench.makeProcess();
        QCOMPARE(bench.allocate(process, 5000).segment, 0U);
        QCOMPARE(bench.all(EventKind::SegmentRefused).back().rule, Rule::SegmentsOutOfMemory);
        bench.release(process, VirtAddr(0x10000000));
        QCOMPARE(bench.all(EventKind::SegmentFreeRefused).size(), std::size_t{1});
        SegmentMemorySettings few = quick();
        few.areas = 24; // 21 are the heads of the lists and what a mover may need
        SegmentMachine small(few);
        Process& crowded = small.makeProcess();
        SegmentCall call;
        int served = 0;
        while ((call = small.allocate(crowded, 1)).segment != 0) {
            ++served;
        }
        QVERIFY(served > 50); // a frame of entries is the least
        QCOMPARE(small.all(EventKind::SegmentRefused).back().rule, Rule::NoRoomForArea);
        QCOMPARE(small.issue(), std::string());
    }

    void theEndOfAProcessGivesAllBack() {
        SegmentMachine bench(quick());
        Process& process = bench.makeProcess();
        Process& other = bench.makeProcess();
        const std::uint64_t free = bench.kernel.segments()->heap().table().freeFrames(0).value;
        bench.allocate(process, 5);
        const SegmentCall kept = bench.allocate(other, 3);
        bench.allocate(process, 7);
        bench.kernel.end(process, ProcessState::Exited);
        QCOMPARE(bench.kernel.segments()->heap().table().freeFrames(0).value, free - 3);
        QCOMPARE(bench.all(EventKind::ProcessExited).back().a, 12ULL);
        QVERIFY(bench.write(other, kept.at, 9));
        QCOMPARE(bench.issue(), std::string());
    }

    void invariantsHold() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            SegmentMemorySettings settings;
            settings.heap.placement = static_cast<SegmentPlacement>(1 + rng.below(2));
            settings.heap.join = static_cast<SegmentJoin>(rng.below(3));
            settings.heap.alignAbove = PageCount(200);
            settings.heap.alignment = PageCount(512);
            settings.areaJoin = static_cast<AreaJoin>(rng.below(3));
            settings.heap.spans = static_cast<SegmentSpans>(rng.below(2));
            SegmentMachine bench(settings, mib(16), {{PhysAddr(6ULL << 20), mib(1)}});
            std::vector<std::pair<Process*, VirtAddr>> live;
            Process* processes[] = {&bench.makeProcess(), &bench.makeProcess()};
            for (int i = 0; i < 40; ++i) {
                if (live.empty() || rng.below(5) < 3) {
                    Process& process = *processes[rng.below(2)];
                    const SegmentCall call =
                        bench.allocate(process, 1 + rng.below(rng.below(8) == 0 ? 600 : 60));
                    if (call.segment != 0) {
                        live.emplace_back(&process, call.at);
                        const std::uint64_t stamp = rng.next();
                        RC_ASSERT(bench.write(process, call.at, stamp));
                        RC_ASSERT(bench.read(process, call.at) == stamp);
                    }
                } else {
                    const std::size_t n = rng.below(live.size());
                    bench.release(*live[n].first, live[n].second);
                    live.erase(live.begin() + static_cast<std::ptrdiff_t>(n));
                }
                RC_ASSERT(bench.issue() == std::string());
            }
        }));
    }
};

QTEST_GUILESS_MAIN(KernelSegmentCalls)
#include "tst_kernel_segment_calls.moc"
