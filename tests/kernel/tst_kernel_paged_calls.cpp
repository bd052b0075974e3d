// Plain paging beside the segments of seed 001, and the promotion of small pages to a large one.
#include "fragscope/kernel/segments/paged_calls.h"
#include "fragscope/kernel/segments/promotion.h"

#include <QTest>

#include "kernel/support/segment_machine.h"
#include <rapidcheck.h>
#include <set>

using namespace fragscope;
using namespace fragscope::test;

namespace {

SegmentMemorySettings paged() {
    SegmentMemorySettings settings;
    settings.heap.placement = SegmentPlacement::Paged;
    settings.areas = 4096;
    settings.heap.alignAbove = PageCount(511);
    settings.heap.alignment = PageCount(512);
    return settings;
}

class PagedMachine : public SegmentMachine {
public:
    explicit PagedMachine(ByteCount size = mib(8)) : SegmentMachine(paged(), size) {}

    bool promote(Process& process, VirtAddr at) {
        PromotionCall call{.at = at};
        spawn(0, promotePages(kernel, process, call));
        run();
        return call.done;
    }

    [[nodiscard]] std::vector<std::uint64_t> framesOf(const Process& process,
                                                      const SegmentCall& call) const {
        std::vector<std::uint64_t> frames;
        for (std::uint64_t i = 0; i < call.frames.value; ++i) {
            const auto frame = frameOfPage(process, pageOf(call.at) + PageCount(i));
            frames.push_back(frame ? frame->value : 0);
        }
        return frames;
    }

    [[nodiscard]] std::uint64_t bytesCopied() const {
        std::uint64_t bytes = 0;
        for (const Event& event : all(EventKind::PageCopied)) {
            bytes += event.value;
        }
        return bytes;
    }

    /// Small areas of one page each until memory is full; every second one is freed.
    std::vector<SegmentCall> checkerboard(Process& process) {
        std::vector<SegmentCall> pages;
        for (SegmentCall call = allocate(process, 1); !call.refused();
             call = allocate(process, 1)) {
            pages.push_back(call);
        }
        for (std::size_t i = 0; i < pages.size(); i += 2) {
            release(process, pages[i].at);
        }
        return pages;
    }
};

/// Walks through the pages of an area; returns the TLB misses.
std::uint64_t missesOfSweep(PagedMachine& bench, Process& process, const SegmentCall& call) {
    bench.log.clear();
    for (std::uint64_t i = 0; i < call.frames.value; ++i) {
        bench.read(process, call.at + bytesOf(PageCount(i)));
    }
    return bench.all(EventKind::TlbFill).size();
}

} // namespace

class KernelPagedCalls : public QObject {
    Q_OBJECT

private slots:

    void eachPageGetsItsOwnFrame() {
        PagedMachine bench;
        Process& process = bench.makeProcess();
        const SegmentCall call = bench.allocate(process, 5);
        QCOMPARE(call.at.value, 0x10000000ULL);
        const auto frames = bench.framesOf(process, call);
        QCOMPARE(std::set<std::uint64_t>(frames.begin(), frames.end()).size(), std::size_t{5});
        for (std::uint64_t i = 0; i < 5; ++i) {
            const FrameInfo info = bench.kernel.frames().info(FrameNumber(frames[i]));
            QCOMPARE(info.owner, process.number);
            QCOMPARE(bench.read(process, call.at + bytesOf(PageCount(i))), 0ULL);
        }
        QVERIFY(bench.write(process, call.at + ByteCount(3 * pageBytes), 77));
        QCOMPARE(bench.memory.load(startOf(FrameNumber(frames[3]))), 77ULL);
    }

    void freeGivesEveryFrameBack() {
        PagedMachine bench;
        Process& process = bench.makeProcess();
        bench.release(process, bench.allocate(process, 1).at); // tables stay
        const std::uint64_t free = bench.freeFrames();
        const SegmentCall call = bench.allocate(process, 9);
        QCOMPARE(bench.freeFrames(), free - 9);
        QVERIFY(bench.write(process, call.at, 1)); // the translation is cached
        bench.release(process, call.at);
        QCOMPARE(bench.freeFrames(), free);
        QVERIFY(!bench.write(process, call.at, 2));
        QCOMPARE(process.state, ProcessState::Killed);
    }

    void freeingWhatIsNoAreaIsRefused() {
        PagedMachine bench;
        Process& process = bench.makeProcess();
        const SegmentCall call = bench.allocate(process, 2);
        bench.release(process, call.at + ByteCount(pageBytes));
        bench.release(process, VirtAddr(0x9000));
        QCOMPARE(bench.all(EventKind::SegmentFreeRefused).size(), std::size_t{2});
        QCOMPARE(bench.read(process, call.at), 0ULL);
    }

    /// Any checkerboard with half of the frames free serves a request for all of them: 0 bytes are
    /// copied.
    void checkerboardServesALargeRequest() {
        PagedMachine bench;
        Process& process = bench.makeProcess();
        const std::uint64_t half = bench.checkerboard(process).size() / 2;
        QVERIFY(half > 500);
        const FrameNumber data = bench.kernel.frames().zoneEnd();
        QVERIFY(!bench.kernel.frames().findRun(PageCount(2), data)); // no two side by side
        bench.log.clear();
        const SegmentCall large = bench.allocate(process, half);
        QVERIFY(!large.refused());
        QCOMPARE(bench.all(EventKind::PagesGiven).back().a, half); // as many runs as pages
        QCOMPARE(bench.bytesCopied(), 0ULL);
        QVERIFY(bench.write(process, large.at + ByteCount((half - 1) * pageBytes), 5));
    }

    void refusalLeavesNothingBehind() {
        PagedMachine bench(mib(2));
        Process& process = bench.makeProcess();
        bench.release(process, bench.allocate(process, 1).at);
        const std::uint64_t free = bench.freeFrames();
        const SegmentCall call = bench.allocate(process, free + 1);
        QVERIFY(call.refused());
        QCOMPARE(bench.all(EventKind::SegmentRefused).back().rule, Rule::SegmentsOutOfMemory);
        QVERIFY(bench.freeFrames() >= free - 4); // but for tables
        QVERIFY(!bench.allocate(process, 3).refused());
    }

    void exitGivesEverythingBack() {
        PagedMachine bench;
        const std::uint64_t free = bench.freeFrames();
        Process& process = bench.makeProcess();
        bench.allocate(process, 7);
        const SegmentCall large = bench.allocate(process, 600);
        QVERIFY(bench.promote(process, large.at));
        bench.kernel.kill(process, Rule::ScenarioSaysSo, nullptr);
        bench.kernel.reapIfDead(process);
        QVERIFY(process.reaped);
        QCOMPARE(bench.freeFrames(), free);
    }

    // ---- promotion ----

    void promotionNeedsOneMissInsteadOf512() {
        PagedMachine bench(mib(16));
        Process& process = bench.makeProcess();
        const auto small = bench.checkerboard(process);
        for (std::size_t i = 1; i < small.size() / 2; i += 2) {
            bench.release(process, small[i].at); // half of memory is whole again
        }
        const SegmentCall call = bench.allocate(process, 512);
        QVERIFY(!call.refused());
        for (std::uint64_t i = 0; i < 512; ++i) {
            QVERIFY(bench.write(process, call.at + ByteCount(i * pageBytes + 8 * i), i + 1));
        }
        QCOMPARE(missesOfSweep(bench, process, call), 512ULL); // the TLB holds 64
        const std::uint64_t free = bench.freeFrames();
        QVERIFY(bench.promote(process, call.at));
        QCOMPARE(bench.bytesCopied(), 2'097'152ULL);
        QCOMPARE(bench.all(EventKind::ShootdownSent).size(), std::size_t{1});
        QCOMPARE(bench.freeFrames(), free + 1); // the table of small pages went
        const auto frames = bench.framesOf(process, call);
        QCOMPARE(frames[0] % 512, 0ULL);
        QCOMPARE(frames[511], frames[0] + 511);
        QCOMPARE(missesOfSweep(bench, process, call), 1ULL);
        for (std::uint64_t i = 0; i < 512; ++i) {
            QCOMPARE(bench.read(process, call.at + ByteCount(i * pageBytes + 8 * i)), i + 1);
        }
        bench.release(process, call.at);
        QCOMPARE(bench.freeFrames(), free + 1 + 512);
    }

    void promotionIsRefusedWithoutAnAlignedRun() {
        PagedMachine bench;
        Process& process = bench.makeProcess();
        bench.checkerboard(process);
        const SegmentCall call = bench.allocate(process, 512);
        QVERIFY(!call.refused());
        QVERIFY(!bench.promote(process, call.at));
        QCOMPARE(bench.all(EventKind::SegmentRefused).back().rule, Rule::NoAlignedRun);
        QVERIFY(bench.write(process, call.at, 1));
    }

    void promotionIsRefusedIfPagesAreMissing() {
        PagedMachine bench;
        Process& process = bench.makeProcess();
        const SegmentCall call = bench.allocate(process, 512);
        const SegmentCall few = bench.allocate(process, 100);
        QVERIFY(!bench.promote(process, few.at)); // not aligned, not whole
        QVERIFY(!bench.promote(process, call.at + ByteCount(pageBytes)));
        QVERIFY(bench.promote(process, call.at));
        QVERIFY(!bench.promote(process, call.at)); // it is large already
        QCOMPARE(bench.all(EventKind::SegmentRefused).back().rule, Rule::NotWholeLarge);
    }

    /// Random calls of two processes: contents hold, no frame is shared, every frame comes back.
    void framesAreNeverSharedAndAllComeBack() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            PagedMachine bench(mib(6));
            std::vector<Process*> processes{&bench.makeProcess(), &bench.makeProcess()};
            std::vector<std::pair<Process*, SegmentCall>> live;
            std::uint64_t stamp = 0;
            std::map<std::uint64_t, std::uint64_t> stamps; // by frame
            for (int i = 0; i < 20; ++i) {
                if (live.empty() || rng.below(5) < 3) {
                    Process* process = processes[rng.below(2)];
                    const std::uint64_t pages = rng.below(10) == 0 ? 512 : 1 + rng.below(40);
                    const SegmentCall call = bench.allocate(*process, pages);
                    if (call.refused()) {
                        continue;
                    }
                    live.emplace_back(process, call);
                    RC_ASSERT(bench.write(*process, call.at, ++stamp));
                } else {
                    const std::size_t n = rng.below(live.size());
                    const auto& [process, call] = live[n];
                    if (call.frames.value == 512 && rng.below(2) == 0) {
                        (void)bench.promote(*process, call.at);
                        continue;
                    }
                    bench.release(*process, call.at);
                    live.erase(live.begin() + static_cast<std::ptrdiff_t>(n));
                }
                std::set<std::uint64_t> frames;
                std::size_t pages = 0;
                for (const auto& [process, call] : live) {
                    const auto own = bench.framesOf(*process, call);
                    frames.insert(own.begin(), own.end());
                    pages += own.size();
                }
                RC_ASSERT(frames.size() == pages);
                RC_ASSERT(!frames.contains(0));
            }
            for (Process* process : processes) {
                bench.kernel.kill(*process, Rule::ScenarioSaysSo, nullptr);
                bench.kernel.reapIfDead(*process);
            }
            PagedMachine empty(mib(6));
            RC_ASSERT(bench.freeFrames() == empty.freeFrames());
        }));
    }
};

QTEST_GUILESS_MAIN(KernelPagedCalls)
#include "tst_kernel_paged_calls.moc"
