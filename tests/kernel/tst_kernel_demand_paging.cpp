#include "fragscope/kernel/paging/area_calls.h"
#include "fragscope/kernel/paging/demand_paging.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr VirtAddr base{0x10000000};

KernelSettings with(PagingSettings paging) {
    KernelSettings settings;
    settings.paging = paging;
    return settings;
}

/// A process with an area of demand, and operations that run to their end.
class Bench : public KernelBench {
public:
    explicit Bench(PagingSettings paging = {}, ByteCount size = kib(512))
        : KernelBench(with(paging), 2, size), process(makeProcess()) {}

    void reserve(std::uint64_t pages) {
        QVERIFY(kernel.paging().addArea(process, PageCount(pages), AreaKind::OnDemand,
                                        Rule::InitialState));
    }

    AccessRequest
    access(Process& by, std::uint64_t page, AccessKind kind, std::uint64_t value = 0) {
        AccessRequest request = requestFor(by, base + bytesOf(PageCount(page)), kind, value);
        spawn(by.number - 1, accessOnce(kernel, request), by.number);
        (void)run();
        return request;
    }

    AccessRequest write(std::uint64_t page, std::uint64_t value) {
        return access(process, page, AccessKind::Write, value);
    }

    std::uint64_t read(std::uint64_t page) { return access(process, page, AccessKind::Read).value; }

    PageEntry entry(std::uint64_t page) {
        return DemandPaging::entryOf(process, pageOf(base) + PageCount(page));
    }

    Process& process;
};

/// Counts of a process by looking at every entry of its area.
PageUse countedUse(const Process& process, std::uint64_t pages) {
    PageUse use;
    for (std::uint64_t i = 0; i < pages; ++i) {
        const PageEntry entry = DemandPaging::entryOf(process, pageOf(base) + PageCount(i));
        use.reserved += entry.state != PageState::NotUsed ? 1U : 0U;
        use.resident += entry.present ? 1U : 0U;
    }
    use.committed = use.reserved;
    return use;
}

} // namespace

class TestDemandPaging : public QObject {
    Q_OBJECT

private slots:

    void reserve_takesNoFrame_andWritesTheStates() {
        Bench bench;
        bench.reserve(1); // its page table
        const std::uint64_t before = bench.freeFrames();
        bench.reserve(99);
        QCOMPARE(bench.freeFrames(), before);
        QCOMPARE(bench.entry(57).state, PageState::OnDemand);
        QCOMPARE(bench.entry(100).state, PageState::NotUsed);
        QCOMPARE(bench.process.use.committed, 100ULL);
    }

    void firstTouch_ofADirtyFrame_readsZero() {
        Bench bench;
        bench.reserve(8);
        bench.write(0, 42);
        const PageEntry used = bench.entry(0);
        bench.spawn(0, giveBackPages(bench.kernel, bench.process, pageOf(base), PageCount(1),
                                     GiveBackMode::Convert));
        (void)bench.run();
        QCOMPARE(bench.entry(0).state, PageState::OnDemand);
        QCOMPARE(bench.read(3), 0ULL);
        QCOMPARE(bench.entry(3).number, used.number); // the very frame that held 42
    }

    void checking_costsOneReferenceMore_thanQuickAndDumb() {
        std::uint64_t references[2] = {};
        std::uint64_t cycles[2] = {};
        for (const DemandHandler handler : {DemandHandler::Checking, DemandHandler::QuickAndDumb}) {
            Bench bench({.handler = handler});
            bench.reserve(4);
            bench.write(0, 1);
            const Event resolved = bench.all(EventKind::FaultResolved).at(0);
            references[static_cast<std::size_t>(handler)] = resolved.a;
            cycles[static_cast<std::size_t>(handler)] = resolved.value;
        }
        QCOMPARE(references[0], references[1] + 1);
        QVERIFY(cycles[0] > cycles[1]);
    }

    void wildWrite_checking_killsAndTakesNoFrame() {
        Bench bench;
        bench.reserve(4);
        const std::uint64_t before = bench.freeFrames();
        QVERIFY(bench.write(1000, 1).killed);
        QCOMPARE(bench.all(EventKind::InvalidAccess).size(), std::size_t{1});
        QCOMPARE(bench.process.state, ProcessState::Killed);
        QVERIFY(bench.freeFrames() >= before); // its tables are free besides
    }

    void eviction_cleanPage_writesNothing() {
        Bench bench({.replacement = PageReplacement::Fifo, .frames = 2, .swapSlots = 8});
        bench.reserve(8);
        bench.write(0, 7);
        bench.write(1, 8);
        bench.write(2, 9); // page 0 is saved
        QCOMPARE(bench.entry(0).state, PageState::SwappedOut);
        QCOMPARE(bench.read(0), 7ULL); // page 1 is saved; 0 is clean and keeps its slot
        bench.write(3, 10);            // page 2 is saved
        bench.write(4, 11);            // page 0 leaves without a transfer
        const auto evicted = bench.all(EventKind::PageEvicted);
        QCOMPARE(evicted.size(), std::size_t{4});
        QCOMPARE(evicted[2].a, 1ULL);
        QCOMPARE(evicted[3].rule, Rule::EvictedClean);
        QCOMPARE(evicted[3].value, evicted[0].value);
        QCOMPARE(bench.read(0), 7ULL);
    }

    void eviction_pageNeverWritten_becomesOnDemand() {
        Bench bench({.replacement = PageReplacement::Fifo, .frames = 1, .swapSlots = 1});
        bench.reserve(4);
        QCOMPARE(bench.read(0), 0ULL);
        QCOMPARE(bench.read(1), 0ULL);
        QCOMPARE(bench.entry(0).state, PageState::OnDemand);
        QCOMPARE(bench.kernel.paging().swap().free(), 1ULL);
    }

    void randomAccesses_withSwap_readWhatWasWritten() {
        QVERIFY(rc::check([] {
            const auto kind = static_cast<PageReplacement>(*rc::gen::inRange(1, 8));
            const auto use = static_cast<UseSource>(*rc::gen::inRange(0, 2));
            Bench bench({.replacement = kind,
                         .use = use,
                         .frames = static_cast<std::uint64_t>(*rc::gen::inRange(1, 6)),
                         .swapSlots = 16,
                         .zeroPage = *rc::gen::arbitrary<bool>()});
            bench.reserve(12);
            std::vector<std::uint64_t> truth(12);
            const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 36));
            std::uint64_t next = 1;
            for (const int step : steps) {
                const auto page = static_cast<std::uint64_t>(step % 12);
                if (step < 12) {
                    RC_ASSERT(bench.read(page) == truth[page]);
                } else if (step < 30) {
                    truth[page] = next++;
                    RC_ASSERT(!bench.write(page, truth[page]).killed);
                } else {
                    bench.spawn(0, giveBackPages(bench.kernel, bench.process,
                                                 pageOf(base) + PageCount(page), PageCount(1),
                                                 GiveBackMode::Convert));
                    (void)bench.run();
                    truth[page] = 0;
                }
                const PageUse use2 = countedUse(bench.process, 12);
                RC_ASSERT(use2.reserved == bench.process.use.reserved);
                RC_ASSERT(use2.committed == bench.process.use.committed);
            }
            bench.kernel.end(bench.process, ProcessState::Exited);
            RC_ASSERT(bench.kernel.paging().swap().free() == 16U);
        }));
    }

    void processEnd_givesEverythingBack() {
        Bench bench;
        const std::uint64_t before = bench.freeFrames();
        Process& other = *bench.kernel.createProcess("other", base);
        QVERIFY(bench.kernel.paging().addArea(other, PageCount(20), AreaKind::OnDemand,
                                              Rule::InitialState));
        for (std::uint64_t page = 0; page < 20; ++page) {
            (void)bench.access(other, page, AccessKind::Write, page);
        }
        bench.kernel.end(other, ProcessState::Exited);
        QCOMPARE(bench.freeFrames(), before);
    }

    void processEnd_pagesOutsideAreas_giveTheirFramesBack() {
        Bench bench({.handler = DemandHandler::QuickAndDumb});
        const std::uint64_t before = bench.freeFrames();
        Process& other = *bench.kernel.createProcess("other", base);
        QVERIFY(bench.kernel.paging().addArea(other, PageCount(1), AreaKind::OnDemand,
                                              Rule::InitialState));
        (void)bench.access(other, 1000, AccessKind::Write, 1); // nobody reserved it
        QCOMPARE(other.use.resident, 1ULL);
        bench.kernel.end(other, ProcessState::Exited);
        QCOMPARE(bench.freeFrames(), before);
    }

    void fork_lastOwner_getsThePageWithoutACopy() {
        Bench bench;
        bench.reserve(3);
        bench.write(0, 5);
        bench.write(1, 6);
        Process& child = *bench.kernel.createProcess("child", base);
        bench.spawn(0, forkMemory(bench.kernel, bench.process, child), bench.process.number);
        (void)bench.run();
        const FrameNumber frame(bench.entry(0).number);
        QCOMPARE(bench.entry(0).state, PageState::CopyOnWrite);
        QCOMPARE(bench.kernel.frames().info(frame).references, std::uint16_t{2});
        bench.write(0, 50); // the parent gets the copy; the child is the last owner
        QVERIFY(bench.entry(0).number != frame.value);
        QCOMPARE(bench.kernel.frames().info(frame).owner, std::uint16_t{2});
        QCOMPARE(bench.access(child, 0, AccessKind::Read).value, 5ULL);
        (void)bench.access(child, 0, AccessKind::Write, 51);
        QCOMPARE(DemandPaging::entryOf(child, pageOf(base)).number, frame.value);
        QCOMPARE(bench.all(EventKind::FrameCopied).size(), std::size_t{1});
        QCOMPARE(bench.read(0), 50ULL);
    }
};

QTEST_APPLESS_MAIN(TestDemandPaging)

#include "tst_kernel_demand_paging.moc"
