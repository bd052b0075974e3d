#include <QTest>

#include "task/support/task_bench.h"

using namespace fragscope;
using fragscope::test::StepSeen;
using fragscope::test::TaskBench;
using fragscope::test::TestLine;
using fragscope::test::worker;

namespace {

using Times = std::vector<std::uint64_t>;
using Cpus = std::vector<std::uint32_t>;

/// One step at `before`, then waits for a counter, then a step at line Two.
Steps waiter(TaskBench& bench, Condition condition, std::uint64_t before) {
    co_yield TestLine::One;
    bench.scheduler.spend(before);
    co_await until(condition);
    co_yield TestLine::Two;
}

Steps sleeper(TaskBench& bench, std::uint64_t wakeAt) {
    co_yield TestLine::One;
    co_await sleepUntil(wakeAt);
    co_yield TestLine::Two;
    bench.scheduler.spend(10);
}

Steps eitherWaiter(Condition condition, std::uint64_t wakeAt) {
    co_yield TestLine::One;
    co_await untilOr(condition, wakeAt);
    co_yield TestLine::Two;
}

/// A step of 30 cycles, then one of 70 that adds to counter 0.
Steps signaller(TaskBench& bench) {
    co_yield TestLine::One;
    bench.scheduler.spend(30);
    co_yield TestLine::Two;
    ++bench.counters[0];
    bench.scheduler.spend(70);
    co_yield TestLine::Three;
}

Steps stopper(TaskBench& bench) {
    co_yield TestLine::One;
    bench.stop = true;
    bench.scheduler.spend(5);
    co_yield TestLine::Two;
}

/// Its first three steps form one instruction and may not be parted.
Steps instruction(TaskBench& bench, Task*& self) {
    Task& task = co_await thisTask();
    self = &task;
    task.inInstruction = true;
    for (int i = 0; i < 3; ++i) {
        co_yield TestLine::One;
        bench.scheduler.spend(100);
    }
    task.inInstruction = false;
    co_yield TestLine::Two;
    bench.scheduler.spend(10);
    co_yield TestLine::Three;
}

} // namespace

class TestTaskScheduler : public QObject {
    Q_OBJECT

private slots:

    void run_twoCpus_stepsStartInOrderOfTimeTiesLowestCpu() {
        TaskBench bench(2);
        const Task& slow = bench.spawn(0, worker(bench, 3, 10));
        const Task& quick = bench.spawn(1, worker(bench, 5, 5));
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QCOMPARE(bench.timesOf(slow), Times({0, 10, 20}));
        QCOMPARE(bench.timesOf(quick), Times({0, 5, 10, 15, 20}));
        QCOMPARE(bench.cpuOrder(), Cpus({0, 1, 1, 0, 1, 1, 0, 1}));
        QCOMPARE(bench.scheduler.clock(0), 30U);
        QCOMPARE(bench.scheduler.clock(1), 25U);
        QCOMPARE(bench.scheduler.steps(), 8U);
        QCOMPARE(slow.busyCycles, 30U);
    }

    void run_laterStart_taskBeginsAtItsTime() {
        TaskBench bench(2);
        const Task& late = bench.spawn(0, worker(bench, 1, 1), 500);
        const Task& early = bench.spawn(1, worker(bench, 2, 100));
        bench.run();
        QCOMPARE(bench.timesOf(late), Times({500}));
        QCOMPARE(bench.timesOf(early), Times({0, 100}));
    }

    void run_budget_stopsBetweenTwoSteps() {
        TaskBench bench(1);
        bench.spawn(0, worker(bench, 5, 10));
        QCOMPARE(bench.run(2), AdvanceEnd::BudgetSpent);
        QCOMPARE(bench.steps.size(), 2U);
        QCOMPARE(bench.scheduler.clock(0), 20U);
        QCOMPARE(bench.run(100), AdvanceEnd::Finished);
        QCOMPARE(bench.steps.size(), 5U);
    }

    void run_stopAskedForInAStep_stepIsFinishedAndNoOtherBegun() {
        TaskBench bench(1);
        bench.spawn(0, stopper(bench));
        QCOMPARE(bench.run(), AdvanceEnd::ConditionMet);
        QCOMPARE(bench.steps.size(), 1U);
        QCOMPARE(bench.scheduler.clock(0), 5U);
        bench.stop = false;
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QCOMPARE(bench.steps.size(), 2U);
    }

    void until_conditionHolds_goesOnAtOnce() {
        TaskBench bench(1);
        bench.counters[0] = 1;
        const Task& task = bench.spawn(0, waiter(bench, bench.atLeast(0, 1), 25));
        bench.run();
        QCOMPARE(bench.timesOf(task), Times({0, 25}));
    }

    void until_conditionBecomesTrue_wakesAtEndOfStepPlusWakeUp() {
        TaskBench bench(2);
        bench.spawn(0, signaller(bench));
        const Task& task = bench.spawn(1, waiter(bench, bench.atLeast(0, 1), 25));
        bench.run();
        // The step that made it true starts at 30 and ends at 100; wake-up takes 40.
        QCOMPARE(bench.timesOf(task), Times({0, 140}));
    }

    void until_ownClockIsLater_wakeUpDoesNotTurnItBack() {
        TaskBench bench(2);
        bench.spawn(0, signaller(bench));
        const Task& task = bench.spawn(1, waiter(bench, bench.atLeast(0, 1), 25));
        const Task& other = bench.spawn(1, worker(bench, 1, 5000));
        bench.run();
        QCOMPARE(bench.timesOf(other), Times({125})); // 25 and the switch of 100
        QCOMPARE(bench.timesOf(task), Times({0, 5125 + 100}));
    }

    void sleepUntil_idleCpu_wakesExactlyThen() {
        TaskBench bench(1);
        const Task& task = bench.spawn(0, sleeper(bench, 777));
        bench.run();
        QCOMPARE(bench.timesOf(task), Times({0, 777}));
    }

    void sleepUntil_pastTime_goesOnAtOnce() {
        TaskBench bench(1);
        bench.spawn(0, sleeper(bench, 0));
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QCOMPARE(bench.scheduler.clock(0), 10U);
    }

    void untilOr_conditionAndTime_firstOfTheTwoWakes() {
        TaskBench timer(2);
        const Task& byTime = timer.spawn(1, eitherWaiter(timer.atLeast(0, 1), 50));
        timer.spawn(0, signaller(timer));
        timer.run();
        QCOMPARE(timer.timesOf(byTime), Times({0, 50}));

        TaskBench condition(2);
        const Task& bySignal = condition.spawn(1, eitherWaiter(condition.atLeast(0, 1), 5000));
        condition.spawn(0, signaller(condition));
        condition.run();
        QCOMPARE(condition.timesOf(bySignal), Times({0, 140}));
    }

    void quantum_twoTasksOnOneCpu_takeTurnsAfterTheSwitch() {
        TaskBench bench(1, SchedulePolicy::ByTime, 90);
        const Task& first = bench.spawn(0, worker(bench, 4, 30));
        const Task& second = bench.spawn(0, worker(bench, 4, 30));
        bench.run();
        QCOMPARE(bench.timesOf(first), Times({0, 30, 60, 380}));
        QCOMPARE(bench.timesOf(second), Times({190, 220, 250, 510}));
        QCOMPARE(bench.switches, Cpus({1, 2, 1, 2}));
    }

    void quantum_shorterThanASwitch_eachTurnStillMakesAStep() {
        TaskBench bench(1, SchedulePolicy::ByTime, 1);
        const Task& first = bench.spawn(0, worker(bench, 2, 30));
        const Task& second = bench.spawn(0, worker(bench, 2, 30));
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QCOMPARE(bench.timesOf(first), Times({0, 260}));
        QCOMPARE(bench.timesOf(second), Times({130, 390}));
    }

    void quantum_nothingElseReady_taskGoesOn() {
        TaskBench bench(1, SchedulePolicy::ByTime, 10);
        const Task& only = bench.spawn(0, worker(bench, 4, 30));
        bench.run();
        QCOMPARE(bench.timesOf(only), Times({0, 30, 60, 90}));
    }

    void quantum_insideAnInstruction_taskIsNotParted() {
        TaskBench bench(1, SchedulePolicy::ByTime, 50);
        Task* self = nullptr;
        const Task& task = bench.spawn(0, instruction(bench, self));
        const Task& other = bench.spawn(0, worker(bench, 1, 5));
        bench.run();
        QCOMPARE(self, &task);
        QCOMPARE(bench.stepsOf(task)[2], (StepSeen{200, 0, task.id, 1}));
        QCOMPARE(bench.timesOf(other), Times({400})); // at the end of the instruction, 300 + 100
    }

    void quantum_notPreemptible_taskKeepsItsCpu() {
        TaskBench bench(1, SchedulePolicy::ByTime, 50);
        Task& task = bench.spawn(0, worker(bench, 5, 40));
        task.preemptible = false;
        const Task& other = bench.spawn(0, worker(bench, 1, 5));
        bench.run();
        QCOMPARE(bench.timesOf(task), Times({0, 40, 80, 120, 160}));
        QCOMPARE(bench.timesOf(other), Times({300}));
    }

    void contextSwitch_whileAnotherCpuIsBehind_stepWaitsForItsTurn() {
        TaskBench bench(2, SchedulePolicy::ByTime, 20);
        bench.spawn(0, worker(bench, 3, 20));
        bench.spawn(0, worker(bench, 3, 20));
        bench.spawn(1, worker(bench, 40, 10));
        bench.run();
        std::uint64_t last = 0;
        for (const Event& event : bench.log) {
            QVERIFY2(event.timeCycles >= last, qPrintable(QString::number(event.seq)));
            last = event.timeCycles;
        }
    }

    void scriptRole_wakesOnABusyCpu_runsBeforeTheTimeSliceEnds() {
        TaskBench bench(1, SchedulePolicy::ByTime, 100000);
        const Task& busy = bench.spawn(0, worker(bench, 10, 50));
        const Task& script = bench.scheduler.spawn(
            {.role = TaskRole::Script, .cpu = 0, .startAtCycles = 120}, worker(bench, 1, 1));
        bench.run();
        QCOMPARE(bench.timesOf(script), Times({250})); // step ends at 150, then the switch
        QCOMPARE(bench.timesOf(busy)[3], 351U);
    }

    void background_runsOnlyWhileItsCpuHasNoOtherWork() {
        TaskBench bench(1, SchedulePolicy::ByTime, 50);
        const TaskSpec low{.cpu = 0, .background = true};
        const Task& idle = bench.scheduler.spawn(low, worker(bench, 6, 50));
        const Task& busy = bench.spawn(0, worker(bench, 4, 50));
        const Task& later = bench.spawn(0, worker(bench, 1, 50), 520);
        bench.run();
        QCOMPARE(bench.timesOf(busy), Times({0, 50, 100, 150})); // its quantum does not end
        QCOMPARE(bench.timesOf(later), Times({650}));            // at once: the step ends at 550
        QCOMPARE(bench.timesOf(idle), Times({300, 350, 400, 450, 500, 800}));
    }

    void background_givesItsCpuUpAtOnce_notAfterItsQuantum() {
        TaskBench bench(1, SchedulePolicy::ByTime, 100'000);
        const TaskSpec low{.cpu = 0, .background = true};
        const Task& idle = bench.scheduler.spawn(low, worker(bench, 6, 50));
        const Task& later = bench.spawn(0, worker(bench, 1, 50), 120);
        bench.run();
        QCOMPARE(bench.timesOf(later), Times({250})); // the step ends at 150, then the switch
        QCOMPARE(bench.timesOf(idle)[3], 400U);
    }

    void kill_waitingTask_isGoneAndWakesNobody() {
        TaskBench bench(2);
        Task& task = bench.spawn(1, waiter(bench, bench.atLeast(0, 1), 1));
        bench.spawn(0, signaller(bench), 1000);
        bench.run(2);
        QCOMPARE(task.status, TaskStatus::Waiting);
        bench.scheduler.kill(task);
        QCOMPARE(task.status, TaskStatus::Finished);
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QCOMPARE(bench.timesOf(task).size(), 1U);
        QVERIFY(!bench.scheduler.deadlocked());
    }

    void kill_taskThatHasTheCpu_theNextOneRuns() {
        TaskBench bench(1);
        Task& task = bench.spawn(0, worker(bench, 100, 10));
        const Task& next = bench.spawn(0, worker(bench, 1, 10));
        bench.run(3);
        bench.scheduler.kill(task);
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QCOMPARE(bench.timesOf(task).size(), 3U);
        QCOMPARE(bench.timesOf(next), Times({130}));
    }

    void run_nobodyCanGoOn_isADeadlock() {
        TaskBench bench(2);
        bench.spawn(0, waiter(bench, bench.atLeast(0, 1), 1));
        bench.spawn(1, waiter(bench, bench.atLeast(1, 1), 1));
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QVERIFY(bench.scheduler.deadlocked());
    }

    void run_onlyADaemonIsLeft_endsWithoutADeadlock() {
        TaskBench bench(1);
        bench.scheduler.spawn({.cpu = 0, .daemon = true}, waiter(bench, bench.atLeast(0, 1), 1));
        bench.spawn(0, worker(bench, 1, 1));
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QVERIFY(!bench.scheduler.deadlocked());
    }

    void stepEnds_wanted_areToldOncePerStep() {
        TaskBench bench(2);
        bench.countStepEnds = true;
        bench.spawn(0, worker(bench, 3, 10));
        bench.spawn(1, signaller(bench));
        bench.run();
        QCOMPARE(bench.ended.size(), bench.steps.size());
        QCOMPARE(bench.ended.size(), 6U);
    }
};

QTEST_GUILESS_MAIN(TestTaskScheduler)
#include "tst_task_scheduler.moc"
