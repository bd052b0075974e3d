#include "fragscope/kernel/memory_bytes.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::accessOnce;
using fragscope::test::KernelBench;
using fragscope::test::requestFor;

namespace {

constexpr VirtAddr area{0x10000000};
constexpr VirtAddr otherArea{0x20000000};

std::uint64_t references(KernelBench& bench, std::uint64_t frame) {
    return bench.kernel.frames().info(FrameNumber(frame)).references;
}

std::uint64_t owner(KernelBench& bench, std::uint64_t frame) {
    return bench.kernel.frames().info(FrameNumber(frame)).owner;
}

Steps growOnce(Kernel& kernel, Process& process, MoveEnd end, std::uint64_t pages) {
    GrowthOutcome outcome{};
    co_await growArea(kernel, process, end, bytesOf(PageCount(pages)), outcome);
}

/// Draws growths at both ends, shrinks and accesses, and runs each.
void liveABit(KernelBench& bench, Process& process, Rng& rng) {
    for (int i = 0; i < 12; ++i) {
        const std::uint64_t pages = 1 + rng.below(12);
        const MoveEnd end = rng.below(2) == 0 ? MoveEnd::High : MoveEnd::Low;
        if (process.map.blocks() > 1 && rng.below(3) == 0) {
            bench.spawn(0, shrinkArea(bench.kernel, process, bytesOf(PageCount(pages))));
        } else {
            bench.spawn(0, growOnce(bench.kernel, process, end, pages));
        }
        bench.run();
    }
}

} // namespace

class TestKernelProcesses : public QObject {
    Q_OBJECT

private slots:

    void create_process_liesInTheTableInMemory() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        const MachineBytes bytes(bench.memory);
        const auto decoded = decodeProcesses(bytes, *decodeRoot(bytes));
        QCOMPARE(decoded.size(), std::size_t{1});
        QCOMPARE(decoded[0].cr3, process.tables.cr3());
        QCOMPARE(decoded[0].map.value, startOf(process.map.frame()).value);
        QVERIFY(!decoded[0].customHandler);
        bench.kernel.setCustomHandler(process, true);
        QVERIFY(decodeProcesses(bytes, *decodeRoot(bytes))[0].customHandler);
    }

    void create_noSlotLeft_isNothing() {
        KernelBench bench;
        for (std::uint32_t i = 0; i < Kernel::processSlots; ++i) {
            QVERIFY(bench.kernel.createProcess("one of many", area) != nullptr);
        }
        QVERIFY(bench.kernel.createProcess("one too many", area) == nullptr);
    }

    void create_noFrameLeft_isNothing() {
        KernelBench bench;
        FrameTable& frames = bench.kernel.frames();
        const PageCount books = bench.kernel.plan().books;
        frames.take(FrameNumber(books.value), PageCount(512) - books, FrameUse::Data, 9,
                    Rule::None);
        QVERIFY(bench.kernel.createProcess("too late", area) == nullptr);
    }

    void end_drawnLife_exactlyItsFramesComeBack() {
        for (std::uint64_t seed = 1; seed <= 30; ++seed) {
            KernelBench bench;
            Rng rng(seed);
            Process& other = bench.makeProcess(otherArea);
            bench.addBlock(other, 5, 210);
            const std::uint64_t before = bench.freeFrames();
            Process& process = bench.makeProcess(area);
            bench.addBlock(process, 3, 200);
            liveABit(bench, process, rng);
            QVERIFY(bench.freeFrames() < before);
            bench.kernel.end(process, ProcessState::Exited);
            QCOMPARE(bench.freeFrames(), before);
            QCOMPARE(owner(bench, 210), 1U);
        }
    }

    void end_threadsLeft_framesStayUntilTheLastHasEnded() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        bench.kernel.threadStarted(process, 0);
        bench.kernel.threadStarted(process, 1);
        bench.kernel.end(process, ProcessState::Exited);
        QVERIFY(!process.reaped);
        bench.kernel.threadEnded(process);
        QVERIFY(!process.reaped);
        bench.kernel.threadEnded(process);
        QVERIFY(process.reaped);
        const Event exited = bench.all(EventKind::ProcessExited).at(0);
        QCOMPARE(exited.a, 2U);
        QVERIFY(bench.kernel.frames().isFree(FrameNumber(200), PageCount(2)));
    }

    void end_moveUnderWayOrMapLocked_framesStay() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        process.move.active = true;
        bench.kernel.end(process, ProcessState::Exited);
        QVERIFY(!process.reaped);
        process.move.active = false;
        process.mapLock = 5;
        bench.kernel.reapIfDead(process);
        QVERIFY(!process.reaped);
        process.mapLock = 0;
        bench.kernel.reapIfDead(process);
        QVERIFY(process.reaped);
    }

    void end_twice_keepsTheFirstState() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.kernel.end(process, ProcessState::Killed);
        bench.kernel.end(process, ProcessState::Exited);
        QCOMPARE(process.state, ProcessState::Killed);
        QCOMPARE(bench.all(EventKind::ProcessExited).size(), std::size_t{1});
    }

    void attach_twoBlocks_sameFramesInBothMaps() {
        KernelBench bench;
        Process& first = bench.makeProcess(area);
        bench.addBlock(first, 2, 200);
        bench.addBlock(first, 1, 300);
        Process& second = bench.makeProcess(otherArea);
        QVERIFY(bench.kernel.attachAll(second, first));
        QCOMPARE((second.map.areaEnd() - otherArea).value, 3 * pageBytes);
        for (std::uint64_t page = 0; page < 3; ++page) {
            const auto mine = first.map.lookUp(area + bytesOf(PageCount(page)));
            const auto its = second.map.lookUp(otherArea + bytesOf(PageCount(page)));
            QCOMPARE(mine->paddr - mine->start + area.value,
                     its->paddr - its->start + otherArea.value);
            QCOMPARE(first.tables.leaf(pageOf(area) + PageCount(page)),
                     second.tables.leaf(pageOf(otherArea) + PageCount(page)));
        }
        QCOMPARE(references(bench, 200), 2U);
        QCOMPARE(references(bench, 300), 2U);
    }

    void attach_writeOfOne_isReadByTheOther() {
        KernelBench bench;
        Process& first = bench.makeProcess(area);
        bench.addBlock(first, 1, 200);
        Process& second = bench.makeProcess(otherArea);
        QVERIFY(bench.kernel.attachAll(second, first));
        AccessRequest write = requestFor(first, area, AccessKind::Write, 123);
        AccessRequest read = requestFor(second, otherArea, AccessKind::Read);
        bench.spawn(0, accessOnce(bench.kernel, write), first.number);
        bench.spawn(1, accessOnce(bench.kernel, read), second.number, 1000);
        bench.run();
        QCOMPARE(read.value, 123U);
    }

    void end_oneOfTwoOwners_framesStayAndBelongToTheOther() {
        KernelBench bench;
        Process& first = bench.makeProcess(area);
        bench.addBlock(first, 2, 200);
        Process& second = bench.makeProcess(otherArea);
        QVERIFY(bench.kernel.attachAll(second, first));
        QCOMPARE(owner(bench, 200), 1U);
        bench.kernel.end(first, ProcessState::Exited);
        QCOMPARE(references(bench, 200), 1U);
        QCOMPARE(owner(bench, 200), 2U);
        QCOMPARE(owner(bench, 201), 2U);
        bench.kernel.end(second, ProcessState::Exited);
        QVERIFY(bench.kernel.frames().isFree(FrameNumber(200), PageCount(2)));
    }

    void end_theOtherOwner_ownerStays() {
        KernelBench bench;
        Process& first = bench.makeProcess(area);
        bench.addBlock(first, 2, 200);
        Process& second = bench.makeProcess(otherArea);
        QVERIFY(bench.kernel.attachAll(second, first));
        bench.kernel.end(second, ProcessState::Exited);
        QCOMPARE(owner(bench, 200), 1U);
        QCOMPARE(references(bench, 200), 1U);
    }

    void switch_otherProcess_loadsItsTables() {
        KernelBench bench({}, 1);
        Process& first = bench.makeProcess(area);
        bench.addBlock(first, 1, 200);
        Process& second = bench.makeProcess(area); // same addresses, other frames
        bench.addBlock(second, 1, 300);
        bench.memory.store(startOf(FrameNumber(300)), 42);
        AccessRequest mine = requestFor(first, area, AccessKind::Read);
        AccessRequest its = requestFor(second, area, AccessKind::Read);
        bench.spawn(0, accessOnce(bench.kernel, mine), first.number);
        bench.spawn(0, accessOnce(bench.kernel, its), second.number);
        bench.run();
        QCOMPARE(mine.value, 0U);
        QCOMPARE(its.value, 42U);
        QCOMPARE(bench.cpus[0].registers().cr3, second.tables.cr3());
    }
};

QTEST_GUILESS_MAIN(TestKernelProcesses)
#include "tst_kernel_processes.moc"
