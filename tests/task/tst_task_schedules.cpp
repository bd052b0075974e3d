#include <QTest>

#include "task/support/task_bench.h"
#include <cstring>

using namespace fragscope;
using fragscope::test::TaskBench;
using fragscope::test::TestLine;
using fragscope::test::worker;

namespace {

using Cpus = std::vector<std::uint32_t>;

constexpr std::array<std::string_view, 4> lines{"one", "two", "three", "four"};
constexpr std::array<std::string_view, 2> localNames{"turn", "drawn"};
constexpr Listing actorListing{ListingId::Script, "actor", "Actor", lines, localNames};

struct Locals {
    std::uint64_t turn;
    std::uint64_t drawn;
};

Steps pause(TaskBench& bench, std::uint64_t cycles) {
    co_yield TestLine::Three;
    bench.scheduler.spend(cycles);
    co_yield TestLine::Four;
}

/// Does everything that a task can do, in an order drawn from its own seed: counts, waits for
/// others, sleeps, sends interrupts, calls, and holds its CPU for a while.
Steps actor(TaskBench& bench, std::uint64_t seed) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{actorListing};
    Rng rng(seed);
    for (l.turn = 0; l.turn < 30; ++l.turn) {
        co_yield TestLine::One;
        bench.scheduler.spend(rng.below(40));
        l.drawn = rng.below(8);
        const std::uint64_t counter = rng.below(4);
        const std::uint64_t now = bench.scheduler.now();
        const std::uint64_t more = bench.counters[counter] + rng.below(3);
        switch (l.drawn) {
        case 0:
            co_await untilOr(bench.atLeast(counter, more), now + 500);
            break;
        case 1:
            co_await sleepUntil(now + rng.below(200));
            break;
        case 2:
            bench.scheduler.sendInterrupt(static_cast<std::uint32_t>(rng.below(3)), l.turn);
            break;
        case 3:
            co_await pause(bench, rng.below(30));
            break;
        case 4:
            self.inInstruction = !self.inInstruction;
            break;
        case 5:
            co_await part(pause(bench, rng.below(30)));
            break;
        default:
            ++bench.counters[counter];
        }
        co_yield TestLine::Two;
    }
    self.inInstruction = false;
}

/// Five actors on three CPUs.
void fill(TaskBench& bench, std::uint64_t seed) {
    for (std::uint32_t i = 0; i < 5; ++i) {
        bench.spawn(i % 3, actor(bench, seed * 10 + i), i * 20);
    }
}

bool sameEvents(const TaskBench& a, const TaskBench& b) {
    return a.log.size() == b.log.size() &&
           std::memcmp(a.log.data(), b.log.data(), a.log.size() * sizeof(Event)) == 0;
}

} // namespace

class TestTaskSchedules : public QObject {
    Q_OBJECT

private slots:

    void run_stepByStep_sameEventsAsInOneGo_data() { eachPolicy(); }

    void run_stepByStep_sameEventsAsInOneGo() {
        QFETCH(int, policy);
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            TaskBench whole(3, static_cast<SchedulePolicy>(policy), 150, seed);
            fill(whole, seed);
            whole.run();
            TaskBench single(3, static_cast<SchedulePolicy>(policy), 150, seed);
            fill(single, seed);
            while (single.run(1) == AdvanceEnd::BudgetSpent) {
            }
            QVERIFY2(sameEvents(whole, single), qPrintable(QString("seed %1").arg(seed)));
            QVERIFY(whole.steps.size() > 100);
        }
    }

    void run_inPiecesOfDrawnLength_sameEventsAsInOneGo_data() { eachPolicy(); }

    void run_inPiecesOfDrawnLength_sameEventsAsInOneGo() {
        QFETCH(int, policy);
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            TaskBench whole(3, static_cast<SchedulePolicy>(policy), 150, seed);
            fill(whole, seed);
            whole.run();
            TaskBench pieces(3, static_cast<SchedulePolicy>(policy), 150, seed);
            fill(pieces, seed);
            Rng length(seed);
            while (pieces.run(1 + length.below(9)) == AdvanceEnd::BudgetSpent) {
            }
            QVERIFY2(sameEvents(whole, pieces), qPrintable(QString("seed %1").arg(seed)));
        }
    }

    void byTime_anyTasks_eventsAreInOrderOfTime() {
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            TaskBench bench(3, SchedulePolicy::ByTime, 150, seed);
            fill(bench, seed);
            bench.run();
            std::uint64_t last = 0;
            for (const Event& event : bench.log) {
                const bool started = event.kind == EventKind::TaskStep;
                QVERIFY2(!started || event.timeCycles >= last,
                         qPrintable(QString("seed %1 event %2").arg(seed).arg(event.seq)));
                last = started ? event.timeCycles : last;
            }
        }
    }

    void roundRobin_threeCpus_eachInTurn() {
        TaskBench bench(3, SchedulePolicy::RoundRobin);
        for (std::uint32_t cpu = 0; cpu < 3; ++cpu) {
            bench.spawn(cpu, worker(bench, 4, 10 + 100 * cpu));
        }
        bench.run();
        QCOMPARE(bench.cpuOrder(), Cpus({1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0}));
    }

    void random_sameSeed_sameSteps() {
        TaskBench first(3, SchedulePolicy::Random, 150, 77);
        TaskBench second(3, SchedulePolicy::Random, 150, 77);
        fill(first, 1);
        fill(second, 1);
        first.run();
        second.run();
        QVERIFY(sameEvents(first, second));
        QCOMPARE(first.choices.made(), second.choices.made());
        QVERIFY(first.choices.made().size() > 50);
    }

    void random_otherSeed_otherOrder() {
        TaskBench first(3, SchedulePolicy::Random, 150, 77);
        TaskBench second(3, SchedulePolicy::Random, 150, 78);
        fill(first, 1);
        fill(second, 1);
        first.run();
        second.run();
        QVERIFY(!sameEvents(first, second));
    }

    void random_recordedChoices_replayWithAnotherSeed() {
        TaskBench original(3, SchedulePolicy::Random, 150, 77);
        fill(original, 1);
        original.run();
        TaskBench replayed(3, SchedulePolicy::Random, 150, 1234);
        replayed.choices.replay(original.choices.made());
        fill(replayed, 1);
        replayed.run();
        QVERIFY(sameEvents(original, replayed));
    }

    void choices_replayedThenExhausted_goOnFromTheSeed() {
        Choices original(5);
        std::vector<std::uint64_t> drawn;
        for (int i = 0; i < 6; ++i) {
            drawn.push_back(original.choose(1000, "test"));
        }
        Choices replayed(5);
        replayed.replay({3, 2000});
        QCOMPARE(replayed.choose(1000, "test"), 3U);
        QCOMPARE(replayed.choose(1000, "test"), 999U); // out of range: the last possible one
        QCOMPARE(replayed.choose(1000, "test"), drawn[0]);
        QCOMPARE(replayed.made().size(), 3U);
    }

    void choices_numbersForWorkloads_areNotKept() {
        Choices choices(5);
        QVERIFY(choices.rng().next() != choices.rng().next());
        QVERIFY(choices.made().empty());
    }

private:
    static void eachPolicy() {
        QTest::addColumn<int>("policy");
        QTest::newRow("by time") << static_cast<int>(SchedulePolicy::ByTime);
        QTest::newRow("round robin") << static_cast<int>(SchedulePolicy::RoundRobin);
        QTest::newRow("random") << static_cast<int>(SchedulePolicy::Random);
    }
};

QTEST_GUILESS_MAIN(TestTaskSchedules)
#include "tst_task_schedules.moc"
