#include <QTest>

#include "task/support/task_bench.h"

using namespace fragscope;
using fragscope::test::InterruptSeen;
using fragscope::test::TaskBench;
using fragscope::test::TestLine;
using fragscope::test::worker;

namespace {

using Times = std::vector<std::uint64_t>;

/// Sends an interrupt to CPU 1 at time 0; it arrives at 60.
Steps sendAtOnce(TaskBench& bench, std::uint64_t payload) {
    co_yield TestLine::One;
    bench.scheduler.sendInterrupt(1, payload);
    bench.scheduler.spend(10);
}

/// Two steps of 50 cycles that form one instruction, then two that are instructions of their own.
Steps longInstruction(TaskBench& bench) {
    Task& self = co_await thisTask();
    self.inInstruction = true;
    co_yield TestLine::One;
    bench.scheduler.spend(50);
    co_yield TestLine::Two;
    bench.scheduler.spend(50);
    self.inInstruction = false;
    co_yield TestLine::Three;
    bench.scheduler.spend(50);
    co_yield TestLine::Four;
}

/// Waits for counter 0 with interrupts off; then switches them on.
Steps deafWaiter(TaskBench& bench) {
    Task& self = co_await thisTask();
    co_yield TestLine::One;
    self.interruptsOff = true;
    co_await until(bench.atLeast(0, 1));
    co_yield TestLine::Two;
    self.interruptsOff = false;
    bench.scheduler.spend(10);
    co_yield TestLine::Three;
}

Steps hearingWaiter(TaskBench& bench) {
    co_yield TestLine::One;
    co_await until(bench.atLeast(0, 1));
    co_yield TestLine::Two;
}

Steps signalAt(TaskBench& bench) {
    co_yield TestLine::One;
    ++bench.counters[0];
}

/// Sends to CPU 1 and waits until that CPU has taken the interrupt, as a shootdown does.
Steps sendAndAwait(TaskBench& bench) {
    co_yield TestLine::One;
    bench.scheduler.sendInterrupt(1, 1);
    co_await until(bench.atLeast(7, 1));
    co_yield TestLine::Two;
    ++bench.counters[0];
}

} // namespace

class TestTaskInterrupts : public QObject {
    Q_OBJECT

private slots:

    void interrupt_idleCpu_isTakenOnArrival() {
        TaskBench bench(2);
        bench.spawn(0, sendAtOnce(bench, 9));
        bench.spawn(0, worker(bench, 1, 1), 1000);
        bench.run();
        QCOMPARE(bench.interrupts, (std::vector<InterruptSeen>{{60, 1, 9}}));
    }

    void interrupt_busyCpu_isTakenAtTheNextStepsBegin() {
        TaskBench bench(2);
        bench.spawn(0, sendAtOnce(bench, 9));
        const Task& busy = bench.spawn(1, worker(bench, 4, 25));
        bench.run();
        QCOMPARE(bench.interrupts, (std::vector<InterruptSeen>{{75, 1, 9}}));
        QCOMPARE(bench.timesOf(busy), Times({0, 25, 50, 75}));
    }

    void interrupt_insideAnInstruction_waitsForItsEnd() {
        TaskBench bench(2);
        bench.spawn(0, sendAtOnce(bench, 9));
        const Task& task = bench.spawn(1, longInstruction(bench));
        bench.run();
        QCOMPARE(bench.interrupts, (std::vector<InterruptSeen>{{100, 1, 9}}));
        QCOMPARE(bench.timesOf(task), Times({0, 50, 100, 150}));
        std::vector<EventKind> order;
        for (const Event& event : bench.log) {
            const bool taken = event.kind == EventKind::InterruptPending && event.value == 0;
            if (taken || (event.kind == EventKind::TaskStep && event.line == 3)) {
                order.push_back(event.kind);
            }
        }
        QCOMPARE(order, (std::vector{EventKind::InterruptPending, EventKind::TaskStep}));
    }

    void interrupt_taskWaitsWithInterruptsOff_isNotTaken() {
        TaskBench bench(2);
        bench.spawn(0, sendAtOnce(bench, 9));
        const Task& task = bench.spawn(1, deafWaiter(bench));
        bench.spawn(0, signalAt(bench), 2000);
        bench.run();
        // Signal at 2100 (2000 and a switch), wake-up 40; the interrupt follows a step of 10
        // cycles.
        QCOMPARE(bench.timesOf(task), Times({0, 2140, 2150}));
        QCOMPARE(bench.interrupts, (std::vector<InterruptSeen>{{2150, 1, 9}}));
    }

    void interrupt_taskWaitsWithInterruptsOn_isTakenMeanwhile() {
        TaskBench bench(2);
        bench.spawn(0, sendAtOnce(bench, 9));
        bench.spawn(1, hearingWaiter(bench));
        bench.spawn(0, signalAt(bench), 2000);
        bench.run();
        QCOMPARE(bench.interrupts, (std::vector<InterruptSeen>{{60, 1, 9}}));
    }

    void interruptsOff_whileTheSenderAwaitsTheAck_isADeadlock() {
        TaskBench deaf(2);
        deaf.spawn(1, deafWaiter(deaf));
        deaf.spawn(0, sendAndAwait(deaf), 10);
        deaf.run();
        QVERIFY(deaf.scheduler.deadlocked());

        TaskBench hearing(2);
        hearing.spawn(1, hearingWaiter(hearing));
        hearing.spawn(0, sendAndAwait(hearing), 10);
        hearing.run();
        QVERIFY(!hearing.scheduler.deadlocked());
    }

    void interruptsOff_otherTasksOfTheCpu_doNotRunEither() {
        TaskBench bench(2);
        bench.spawn(1, deafWaiter(bench));
        const Task& other = bench.spawn(1, worker(bench, 1, 1), 100);
        bench.spawn(0, signalAt(bench), 2000);
        bench.run();
        QVERIFY(bench.timesOf(other).front() > 2140);
    }

    void interrupts_severalToOneCpu_comeInOrderOfSending() {
        TaskBench bench(2);
        bench.spawn(0, sendAtOnce(bench, 5));
        bench.spawn(0, sendAtOnce(bench, 6), 300);
        bench.spawn(0, sendAtOnce(bench, 7), 600);
        bench.spawn(1, worker(bench, 2, 5000));
        bench.run();
        std::vector<std::uint64_t> payloads;
        for (const InterruptSeen& taken : bench.interrupts) {
            QVERIFY(taken.time >= 5000);
            payloads.push_back(taken.payload);
        }
        QCOMPARE(payloads, Times({5, 6, 7}));
    }
};

QTEST_GUILESS_MAIN(TestTaskInterrupts)
#include "tst_task_interrupts.moc"
