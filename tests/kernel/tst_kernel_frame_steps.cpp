#include "fragscope/kernel/frames/frame_steps.h"

#include <QTest>

#include "kernel/support/frame_bench.h"

using namespace fragscope;
using fragscope::test::FrameBench;

namespace {

constexpr std::uint64_t pool = 12; ///< nodes, where a test sets them

} // namespace

class TestKernelFrameSteps : public QObject {
    Q_OBJECT

private slots:

    void allocate_freeList_givesItsHeadAndNotesTheOwner() {
        FrameBench bench;
        Process& process = bench.makeProcess();
        const FrameNumber first = bench.kernel.frames().zoneEnd();
        bench.act(allocatePages(bench.kernel, process, kib(8)));
        for (std::uint64_t i = 0; i < 2; ++i) {
            const FrameNumber frame = first + PageCount(i);
            QVERIFY(bench.frameAt(process, i) == frame);
            const FrameInfo info = bench.kernel.frames().info(frame);
            QCOMPARE(info.use, FrameUse::Data);
            QCOMPARE(info.references, std::uint16_t{1});
            const FrameOwner owner{process.number, pageOf(pagedAreaStart) + PageCount(i)};
            QVERIFY(bench.kernel.frames().owners(frame) == std::vector<FrameOwner>{owner});
        }
        QCOMPARE(bench.issue(), std::string());
        const auto lines = bench.linesOf(ListingId::AllocateFrame);
        QVERIFY(lines == (std::vector<std::uint16_t>{1, 3, 5, 1, 3, 5}));
    }

    void release_last_putsTheFrameAtTheHead() {
        FrameBench bench;
        Process& process = bench.makeProcess();
        bench.act(allocatePages(bench.kernel, process, kib(16)));
        const FrameNumber second = bench.frameAt(process, 1);
        bench.act(releasePages(bench.kernel, process, kib(4), kib(4)));
        QCOMPARE(bench.kernel.frames().info(second).use, FrameUse::Free);
        bench.act(allocatePages(bench.kernel, process, kib(4)));
        QVERIFY(bench.frameAt(process, 4) == second); // last in, first out
        QCOMPARE(bench.issue(), std::string());
    }

    void allocate_memoryFull_givesAllDataFramesAndRefusesTheNext() {
        FrameBench bench;
        Process& process = bench.makeProcess();
        const std::uint64_t data =
            bench.kernel.plan().root.frameCount - bench.kernel.frames().zoneEnd().value;
        bench.act(allocatePages(bench.kernel, process, mib(4)));
        QCOMPARE(process.pagedPages, data); // lesson L14: N succeed, N + 1 does not
        const auto refused = bench.all(EventKind::RequestRefused);
        QCOMPARE(refused.size(), std::size_t{1});
        QCOMPARE(refused[0].rule, Rule::FreeListEmpty);
        QCOMPARE(refused[0].a, bench.freeFrames()); // what is left is the kernel's zone
        QCOMPARE(bench.issue(), std::string());
    }

    void allocate_offByOneList_faultsBehindTheLastElement() {
        FrameBench bench({.init = FrameInit::OffByOne});
        Process& process = bench.makeProcess();
        bench.act(allocatePages(bench.kernel, process, mib(4)));
        const auto faults = bench.all(EventKind::KernelFault);
        QCOMPARE(faults.size(), std::size_t{1});
        QCOMPARE(faults[0].vaddr & ~pageOffsetMask,
                 (kernel_space::table + bytesOf(PageCount(4))).value); // 512 elements: 4 pages
        QCOMPARE(faults[0].rule, Rule::GuardPageHit);
    }

    void release_listBooks_visitsHalfTheNodesOnAverage() {
        constexpr std::uint64_t pages = 40;
        std::uint64_t visited = 0;
        for (std::uint64_t at = 0; at < pages; ++at) {
            FrameBench bench({.books = FrameBooks::List});
            Process& process = bench.makeProcess();
            bench.act(allocatePages(bench.kernel, process, bytesOf(PageCount(pages))));
            bench.act(releasePages(bench.kernel, process, bytesOf(PageCount(at)), kib(4)));
            for (const Event& event : bench.all(EventKind::FrameBooks)) {
                visited += event.rule == Rule::BookRelease ? event.object : 0;
            }
            QCOMPARE(bench.issue(), std::string());
        }
        QCOMPARE(visited, pages * (pages + 1) / 2); // (n + 1) / 2 for each release
    }

    void cost_listBooks_isHigherForAllocationAndRelease() {
        std::uint64_t cycles[2][2] = {};
        for (const FrameBooks books : {FrameBooks::Array, FrameBooks::List}) {
            FrameBench bench({.books = books});
            Process& process = bench.makeProcess();
            bench.act(allocatePages(bench.kernel, process, kib(256)));
            bench.act(releasePages(bench.kernel, process, ByteCount(0), kib(256)));
            for (const Event& event : bench.all(EventKind::FrameBooks)) {
                cycles[static_cast<int>(books)][event.rule == Rule::BookAllocate ? 0 : 1] +=
                    event.a;
            }
        }
        QVERIFY(cycles[1][0] > cycles[0][0]);
        QVERIFY(cycles[1][1] > 2 * cycles[0][1]);
    }

    void owners_poolExhausted_isRefusedWithFiguresAndTakenBack() {
        FrameBench bench({.ownerNodes = pool});
        Process* processes[3];
        bench.act(createShared(bench.kernel, "board", kib(32)));
        SharedObject& board = *bench.kernel.sharedObject("board");
        for (Process*& process : processes) {
            process = &bench.makeProcess();
            bench.act(attachShared(bench.kernel, *process, board));
        }
        const auto refused = bench.all(EventKind::OwnerRefused);
        QCOMPARE(refused.size(), std::size_t{1});
        QCOMPARE(refused[0].object, processes[2]->number);
        QCOMPARE(refused[0].value, std::uint64_t{2});
        QCOMPARE(refused[0].a, pool);
        QCOMPARE(refused[0].b, pool);
        QCOMPARE(board.attachments.size(), std::size_t{2});
        for (const FrameNumber frame : board.frames) {
            QCOMPARE(bench.kernel.frames().info(frame).references, std::uint16_t{2});
        }
        QCOMPARE(bench.issue(), std::string());
    }

    void shared_detachedInAnyOrder_freedAtTheLastOnly() {
        std::vector<std::size_t> order{0, 1, 2};
        do {
            FrameBench bench;
            std::vector<Process*> processes;
            bench.act(createShared(bench.kernel, "board", kib(32)));
            SharedObject& board = *bench.kernel.sharedObject("board");
            for (int i = 0; i < 3; ++i) {
                processes.push_back(&bench.makeProcess());
                bench.act(attachShared(bench.kernel, *processes.back(), board));
            }
            bench.act(destroyShared(bench.kernel, board));
            for (std::size_t n = 0; n < order.size(); ++n) {
                QCOMPARE(bench.count(EventKind::FramesFreed, Rule::LastOwnerGone), std::size_t{0});
                const FrameInfo info = bench.kernel.frames().info(board.frames[0]);
                QCOMPARE(std::size_t{info.references}, 3 - n);
                bench.act(detachShared(bench.kernel, *processes[order[n]], board));
                QCOMPARE(bench.issue(), std::string());
            }
            QCOMPARE(bench.count(EventKind::FramesFreed, Rule::LastOwnerGone), std::size_t{8});
        } while (std::next_permutation(order.begin(), order.end()));
    }

    void free_ofMappedOrFreeFrame_isRefusedWithTheReason() {
        FrameBench bench;
        Process& process = bench.makeProcess();
        bench.act(allocatePages(bench.kernel, process, kib(4)));
        const FrameNumber frame = bench.frameAt(process, 0);
        QVERIFY(!bench.kernel.frames().release(frame, 0, Rule::ScenarioSaysSo));
        QCOMPARE(bench.count(EventKind::FreeRefused, Rule::FreeOfMapped), std::size_t{1});
        bench.act(releasePages(bench.kernel, process, ByteCount(0), kib(4)));
        const std::uint64_t free = bench.freeFrames();
        QVERIFY(!bench.kernel.frames().release(frame, 0, Rule::ScenarioSaysSo));
        QCOMPARE(bench.count(EventKind::FreeRefused, Rule::DoubleFree), std::size_t{1});
        QCOMPARE(bench.freeFrames(), free);
        QCOMPARE(bench.issue(), std::string());
    }

    void release_ofAForeignPage_isRefused() {
        FrameBench bench;
        Process& owner = bench.makeProcess();
        bench.act(allocatePages(bench.kernel, owner, kib(4)));
        const FrameNumber frame = bench.frameAt(owner, 0);
        const FrameOwner stranger{owner.number + 1, pageOf(pagedAreaStart)};
        QVERIFY(!bench.kernel.frames().removeOwner(frame, stranger).has_value());
        QCOMPARE(bench.kernel.frames().info(frame).references, std::uint16_t{1});
    }

    void overrun_listBooks_faultsLater() {
        FrameBench bench({.books = FrameBooks::List});
        Process& process = bench.makeProcess();
        bench.act(allocatePages(bench.kernel, process, kib(8)));
        bench.act(makeKernelObject(bench.kernel, ByteCount(24)));
        bench.act(allocatePages(bench.kernel, process, kib(4)));
        bench.act(overrunKernelObject(bench.kernel, ByteCount(16)));
        QVERIFY(!bench.kernel.memory().faulted());
        QVERIFY(bench.issue().starts_with("I10")); // the check sees it at once, the kernel does not
        bench.act(releasePages(bench.kernel, process, kib(8), kib(4)));
        QVERIFY(!bench.kernel.memory().faulted());
        bench.act(releasePages(bench.kernel, process, ByteCount(0), kib(4)));
        const auto faults = bench.all(EventKind::KernelFault);
        QCOMPARE(faults.size(), std::size_t{1});
        QCOMPARE(faults[0].rule, Rule::ChainBroken);
        QVERIFY(faults[0].a > 5 && faults[0].b > 0);
    }

    void overrun_arrayBooks_faultsAtTheCulprit() {
        FrameBench bench;
        bench.act(makeKernelObject(bench.kernel, ByteCount(24)));
        bench.act(overrunKernelObject(bench.kernel, ByteCount(16)));
        const auto faults = bench.all(EventKind::KernelFault);
        QCOMPARE(faults.size(), std::size_t{1});
        QCOMPARE(faults[0].rule, Rule::GuardPageHit);
        QCOMPARE(faults[0].a, std::uint64_t{0});
        QCOMPARE(faults[0].b, std::uint64_t{0});
        QCOMPARE(bench.issue(), std::string());
    }
};

QTEST_GUILESS_MAIN(TestKernelFrameSteps)
#include "tst_kernel_frame_steps.moc"
