#include "fragscope/hardware/paging/pte.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::accessOnce;
using fragscope::test::BenchLine;
using fragscope::test::KernelBench;
using fragscope::test::requestFor;

namespace {

using Lines = std::vector<std::uint16_t>;

constexpr VirtAddr area{0x10000000};
constexpr VirtAddr inE = area + ByteCount(2 * pageBytes);

KernelSettings with(HandlerMode handler, WaitMode wait = WaitMode::Predicate) {
    KernelSettings settings;
    settings.handler = handler;
    settings.wait = wait;
    return settings;
}

/// Two blocks of two pages; entry E covers the first page of the second one, whose table entry is
/// out and whose bytes wait at frame 202.
Process& processWithE(KernelBench& bench) {
    Process& process = bench.makeProcess(area);
    bench.addBlock(process, 2, 200);
    bench.addBlock(process, 2, 300);
    bench.kernel.frames().take(FrameNumber(202), PageCount(1), FrameUse::Data, process.number,
                               Rule::None);
    bench.memory.store(startOf(FrameNumber(202)), 55);
    test::coverWithE(process.map, 1, pageBytes);
    (void)process.tables.exchange(pageOf(inE), Rule::CoverBlock);
    bench.kernel.setCustomHandler(process, true);
    process.move.active = true;
    return process;
}

/// What the mover does at the end of the last block: E.start += t, the table entry, the signal;
/// then E is deleted and the handler reset.
Steps endOfMove(Kernel& kernel, Process& process, bool reset) {
    co_yield BenchLine::One;
    process.map.patch(1, map_field::start, inE.value + pageBytes, Rule::ReopenBlock);
    (void)process.tables.map(pageOf(inE), {.frame = FrameNumber(202)}, Rule::AbsentToPresent);
    ++process.move.blocksDone;
    if (reset) {
        process.map.remove(1, Rule::ReopenBlock);
        kernel.setCustomHandler(process, false);
        process.move.active = false;
    }
}

Steps endProcess(Kernel& kernel, Process& process) {
    co_yield BenchLine::One;
    kernel.end(process, ProcessState::Exited);
}

Steps stopFor(Kernel& kernel, Process& process, std::uint64_t cycles) {
    co_yield BenchLine::One;
    process.stopped = true;
    kernel.board().scheduler.spend(cycles);
    co_yield BenchLine::Two;
    process.stopped = false;
}

/// A thousand cycles pass between translation and access.
Steps splitAccess(Kernel& kernel, AccessRequest& request) {
    Task& self = co_await thisTask();
    co_yield BenchLine::One;
    co_await translate(kernel, request);
    kernel.board().scheduler.spend(1000);
    co_yield BenchLine::Two;
    kernel.performSecondHalf(self, request);
}

Steps takeEntryOut(Process& process, VirtAddr address) {
    co_yield BenchLine::One;
    (void)process.tables.exchange(pageOf(address), Rule::None);
}

/// Runs one access of CPU 1 while CPU 0 ends the move at `moveEndsAt`.
void accessWhileMoving(KernelBench& bench,
                       Process& process,
                       AccessRequest& request,
                       std::uint64_t moveEndsAt) {
    bench.spawn(1, accessOnce(bench.kernel, request), process.number);
    bench.spawn(0, endOfMove(bench.kernel, process, true), 0, moveEndsAt);
    bench.run();
}

} // namespace

class TestKernelFaults : public QObject {
    Q_OBJECT

private slots:

    void access_mapped_needsNoHandler() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        AccessRequest request = requestFor(process, area, AccessKind::Write, 9);
        bench.spawn(1, accessOnce(bench.kernel, request), process.number);
        bench.run();
        QCOMPARE(bench.memory.load(startOf(FrameNumber(200))), 9U);
        QVERIFY(bench.all(EventKind::PageFault).empty());
        QCOMPARE(request.waits, 0U);
        // A walk of four references of 20 cycles and the access itself.
        QCOMPARE(bench.all(EventKind::Store).at(0).a, 81U);
    }

    void fault_mappedButEntryAbsent_isInstalledAndRepeated() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        bench.memory.store(startOf(FrameNumber(200)), 31);
        (void)process.tables.exchange(pageOf(area), Rule::None);
        AccessRequest request = requestFor(process, area, AccessKind::Read);
        bench.spawn(1, accessOnce(bench.kernel, request), process.number);
        bench.run();
        QCOMPARE(request.value, 31U);
        QCOMPARE(bench.linesOf(ListingId::HandlerRewalk), Lines({1, 2, 3, 6, 7}));
        QCOMPARE(Pte{process.tables.leaf(pageOf(area))}.frame().value, 200U);
        QCOMPARE(bench.all(EventKind::PteStore).back().rule, Rule::PteInstalled);
        const Event fault = bench.all(EventKind::PageFault).at(0);
        QCOMPARE(fault.vaddr, area.value);
        QCOMPARE(fault.value, std::uint64_t{fault_bits::user});
        QVERIFY(bench.all(EventKind::WaitBegun).empty());
        QCOMPARE(bench.cpus[1].cr2().value, area.value);
    }

    void fault_inE_waitsForTheBlockAndReadsTheNewPlace() {
        KernelBench bench;
        Process& process = processWithE(bench);
        AccessRequest request = requestFor(process, inE, AccessKind::Read);
        accessWhileMoving(bench, process, request, 7000);
        QCOMPARE(request.value, 55U);
        QCOMPARE(request.waits, 1U);
        QCOMPARE(bench.linesOf(ListingId::HandlerRewalk), Lines({1, 2, 4, 2, 3, 6, 7}));
        const Event begun = bench.all(EventKind::WaitBegun).at(0);
        const Event over = bench.all(EventKind::WaitEnded).at(0);
        QCOMPARE(begun.rule, Rule::InEntryE);
        QVERIFY(begun.timeCycles < 7000);
        // From the fault at 0 to the repeat: end of the move, wake-up, two steps, exit and walk.
        QCOMPARE(over.value, 7000U + 400 + 10 + 200 + 81);
    }

    void fault_inE_processEnds_threadLeavesAtOnce() {
        KernelBench bench;
        Process& process = processWithE(bench);
        AccessRequest request = requestFor(process, inE, AccessKind::Read);
        bench.spawn(1, accessOnce(bench.kernel, request), process.number);
        bench.spawn(0, endProcess(bench.kernel, process), 0, 5000);
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QVERIFY(request.killed);
        QCOMPARE(bench.linesOf(ListingId::HandlerRewalk), Lines({1, 2, 4, 6, 7}));
        QVERIFY(!bench.scheduler.deadlocked());
    }

    void violation_outsideTheArea_killsWithTheReason() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        AccessRequest request =
            requestFor(process, area + ByteCount(pageBytes), AccessKind::Write, 1);
        bench.spawn(1, accessOnce(bench.kernel, request), process.number);
        bench.run();
        QVERIFY(request.killed);
        QCOMPARE(process.state, ProcessState::Killed);
        QCOMPARE(bench.linesOf(ListingId::HandlerRewalk), Lines({1, 2, 5}));
        const Event killed = bench.all(EventKind::ProcessKilled).at(0);
        QCOMPARE(killed.rule, Rule::NotMapped);
        QCOMPARE(killed.value, std::uint64_t{fault_bits::user | fault_bits::write});
    }

    void violation_writeToReadOnly_killsWithTheReason() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        MapEntry entry = process.map.entry(0);
        entry.writable = false;
        process.map.patch(0, map_field::rights, encodeRights(entry), Rule::None);
        (void)process.tables.exchange(pageOf(area), Rule::None);
        AccessRequest request = requestFor(process, area, AccessKind::Write, 1);
        bench.spawn(1, accessOnce(bench.kernel, request), process.number);
        bench.run();
        QVERIFY(request.killed);
        QCOMPARE(bench.all(EventKind::ProcessKilled).at(0).rule, Rule::RightsForbid);
    }

    void violation_inEWithoutCustomHandler_killsWithTheReason() {
        KernelBench bench;
        Process& process = processWithE(bench);
        bench.kernel.setCustomHandler(process, false);
        AccessRequest request = requestFor(process, inE, AccessKind::Read);
        accessWhileMoving(bench, process, request, 7000);
        QVERIFY(request.killed);
        QCOMPARE(bench.all(EventKind::ProcessKilled).at(0).rule, Rule::NoCustomHandler);
    }

    void lateFault_handledAfterTheReset_isRepeatedByTheRewalk() {
        KernelBench bench;
        Process& process = processWithE(bench);
        AccessRequest request = requestFor(process, inE, AccessKind::Read);
        accessWhileMoving(bench, process, request, 150); // faulted at 0, looks at 300
        QVERIFY(!request.killed);
        QCOMPARE(request.value, 55U);
        QCOMPARE(bench.linesOf(ListingId::HandlerRewalk), Lines({1, 2, 3, 6, 7}));
        const Event reset = bench.all(EventKind::HandlerReset).at(0);
        QVERIFY(reset.seq > bench.all(EventKind::PageFault).at(0).seq);
    }

    void lateFault_handledAfterTheReset_killsAsWritten() {
        KernelBench bench(with(HandlerMode::AsWritten));
        Process& process = processWithE(bench);
        AccessRequest request = requestFor(process, inE, AccessKind::Read);
        accessWhileMoving(bench, process, request, 150);
        QVERIFY(request.killed);
        QCOMPARE(bench.linesOf(ListingId::HandlerAsWritten), Lines({1, 2, 4}));
        QCOMPARE(bench.all(EventKind::ProcessKilled).at(0).rule, Rule::LegalButKilled);
    }

    void asWritten_inE_waitsAndGoesOn() {
        KernelBench bench(with(HandlerMode::AsWritten, WaitMode::Edge));
        Process& process = processWithE(bench);
        AccessRequest request = requestFor(process, inE, AccessKind::Read);
        accessWhileMoving(bench, process, request, 7000);
        QCOMPARE(request.value, 55U);
        QCOMPARE(bench.linesOf(ListingId::HandlerAsWritten), Lines({1, 2, 3, 5, 6}));
    }

    void edge_lastSignalBetweenCheckAndWait_isMissedForEver() {
        KernelBench bench(with(HandlerMode::AsWritten, WaitMode::Edge));
        Process& process = processWithE(bench);
        AccessRequest request = requestFor(process, inE, AccessKind::Read);
        accessWhileMoving(bench, process, request, 305); // checked at 300, armed at 310
        QVERIFY(bench.scheduler.deadlocked());
        QCOMPARE(bench.linesOf(ListingId::HandlerAsWritten), Lines({1, 2, 3}));
    }

    void predicate_lastSignalBetweenCheckAndWait_doesNotMatter() {
        KernelBench bench(with(HandlerMode::AsWritten, WaitMode::Predicate));
        Process& process = processWithE(bench);
        AccessRequest request = requestFor(process, inE, AccessKind::Read);
        accessWhileMoving(bench, process, request, 305);
        QVERIFY(!bench.scheduler.deadlocked());
        QCOMPARE(request.value, 55U);
    }

    void wait_interruptsOff_staysDeafUntilTheBlockIsDone() {
        KernelSettings settings;
        settings.waitInterrupts = WaitInterrupts::Off;
        KernelBench bench(settings);
        Process& process = processWithE(bench);
        AccessRequest request = requestFor(process, inE, AccessKind::Read);
        const Task& task = bench.spawn(1, accessOnce(bench.kernel, request), process.number);
        bench.spawn(0, endOfMove(bench.kernel, process, true), 0, 7000);
        bench.run(4);
        QCOMPARE(task.status, TaskStatus::Waiting);
        QVERIFY(task.interruptsOff);
        bench.run();
        QVERIFY(!task.interruptsOff);
        QCOMPARE(request.value, 55U);
    }

    void stoppedProcess_access_waitsUntilItGoesOn() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        AccessRequest request = requestFor(process, area, AccessKind::Write, 4);
        bench.spawn(0, stopFor(bench.kernel, process, 3000));
        bench.spawn(1, accessOnce(bench.kernel, request), process.number, 100);
        bench.run();
        QCOMPARE(bench.linesOf(ListingId::StoppedThread), Lines({1, 2}));
        QCOMPARE(bench.memory.load(startOf(FrameNumber(200))), 4U);
        QCOMPARE(bench.all(EventKind::WaitBegun).at(0).rule, Rule::ProcessStopped);
        QCOMPARE(bench.all(EventKind::WaitEnded).at(0).value, 3000U + 400 + 81 - 100);
    }

    void splitAccess_entryTakenInBetween_isPerformedAtTheOldPlace() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        AccessRequest request = requestFor(process, area, AccessKind::Write, 8);
        bench.spawn(1, splitAccess(bench.kernel, request), process.number);
        bench.spawn(0, takeEntryOut(process, area), 0, 500);
        bench.run();
        QVERIFY(bench.all(EventKind::PageFault).empty());
        QVERIFY(bench.all(EventKind::Store).at(0).timeCycles > 500);
        QCOMPARE(bench.memory.load(startOf(FrameNumber(200))), 8U);
    }
};

QTEST_GUILESS_MAIN(TestKernelFaults)
#include "tst_kernel_faults.moc"
