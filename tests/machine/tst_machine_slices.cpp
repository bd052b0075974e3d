#include <QTest>

#include "support/print.h"
#include "support/sample_runs.h"
#include <cstring>

using namespace fragscope;
using fragscope::test::namedRuns;
using fragscope::test::oneMove;
using fragscope::test::SampleRun;
using fragscope::test::wildMove;

namespace {

constexpr std::uint64_t endless = 10'000'000;

void runInSlices(SampleRun& run, std::uint64_t steps) {
    while (run.machine().advance(nullptr, steps) == AdvanceEnd::BudgetSpent &&
           run.machine().steps() < endless) {
    }
}

/// The number of the first event in which two logs differ, or -1.
qint64 firstDifference(const std::vector<Event>& a, const std::vector<Event>& b) {
    static_assert(std::has_unique_object_representations_v<Event>);
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (std::memcmp(&a[i], &b[i], sizeof(Event)) != 0) {
            return static_cast<qint64>(i);
        }
    }
    return a.size() == b.size() ? -1 : static_cast<qint64>(common);
}

RunConfig namedConfig(int index) {
    return namedRuns().at(static_cast<std::size_t>(index)).config;
}

void eachNamedRun() {
    QTest::addColumn<int>("index");
    int index = 0;
    for (const auto& run : namedRuns()) {
        QTest::addRow("%s", run.name.c_str()) << index++;
    }
}

/// Reached at the n-th event of a kind.
class CountOf : public StopCondition {
public:
    CountOf(EventKind kind, int count) : kind_(kind), left_(count) {}

    bool reached(const Event& event) override { return event.kind == kind_ && --left_ == 0; }

private:
    EventKind kind_;
    int left_;
};

} // namespace

/// How a machine is advanced and watched changes nothing of what it does.
class TestMachineSlices : public QObject {
    Q_OBJECT

private slots:

    void advance_inSlices_sameEventsAndStateAsInOneGo_data() { eachNamedRun(); }

    void advance_inSlices_sameEventsAndStateAsInOneGo() {
        QFETCH(int, index);
        SampleRun whole(namedConfig(index), RecordLevel::Full);
        whole.finish();
        QVERIFY(whole.log.size() > 1000);
        for (const std::uint64_t steps : {1ULL, 13ULL, 1000ULL}) {
            SampleRun sliced(namedConfig(index), RecordLevel::Full);
            runInSlices(sliced, steps);
            QCOMPARE(firstDifference(whole.log, sliced.log), qint64{-1});
            QCOMPARE(sliced.machine().stateHash(), whole.machine().stateHash());
            QCOMPARE(sliced.machine().eventHash(), whole.machine().eventHash());
            QVERIFY(sliced.machine().endRule() == whole.machine().endRule());
        }
    }

    void watching_more_changesNeitherStateNorMeaning_data() { eachNamedRun(); }

    void watching_more_changesNeitherStateNorMeaning() {
        QFETCH(int, index);
        SampleRun exact(namedConfig(index), RecordLevel::Full);
        SampleRun alone(namedConfig(index), RecordLevel::Metrics);
        exact.finish();
        alone.finish();
        QCOMPARE(alone.log.size(), std::size_t{0});
        QCOMPARE(alone.machine().stateHash(), exact.machine().stateHash());
        QCOMPARE(alone.machine().eventHash(), exact.machine().eventHash());
    }

    void checking_safeRun_changesNoState() {
        RunConfig config = oneMove(MoveEnd::High);
        SampleRun checked(config);
        config.check = false;
        SampleRun plain(config);
        checked.finish();
        plain.finish();
        QCOMPARE(plain.machine().stateHash(), checked.machine().stateHash());
    }

    void stateHash_everyStep_isAnother() {
        SampleRun run(oneMove(MoveEnd::High));
        std::set<std::uint64_t> seen{run.machine().stateHash()};
        for (int i = 0; i < 300; ++i) {
            (void)run.machine().advance(nullptr, 1);
            QVERIFY(seen.insert(run.machine().stateHash()).second);
        }
    }

    void stateHash_oneBitOfMemoryOrALocal_isAnother() {
        SampleRun run(oneMove(MoveEnd::High));
        (void)run.machine().advance(nullptr, 500);
        const std::uint64_t before = run.machine().stateHash();
        const PhysAddr place(startOf(FrameNumber(fragscope::test::place::far)));
        const std::uint64_t word = run.parts().memory.load(place);
        run.parts().memory.storeQuietly(place, word ^ 1);
        QVERIFY(run.machine().stateHash() != before);
        run.parts().memory.storeQuietly(place, word);
        QCOMPARE(run.machine().stateHash(), before);
        ++run.parts().scheduler.tasks().front()->calls[0].locals[1];
        QVERIFY(run.machine().stateHash() != before);
    }

    void seed_other_givesAnotherRun() {
        SampleRun one(wildMove(MoveEnd::High, 1));
        SampleRun two(wildMove(MoveEnd::High, 2));
        one.finish();
        two.finish();
        QVERIFY(one.machine().eventHash() != two.machine().eventHash());
        QVERIFY(one.machine().choices() != two.machine().choices());
    }

    void stopCondition_isMetAtTheEndOfItsStep() {
        SampleRun run(oneMove(MoveEnd::High));
        CountOf second(EventKind::BlockDone, 2);
        QVERIFY(run.machine().advance(&second, endless) == AdvanceEnd::ConditionMet);
        QCOMPARE(run.count(EventKind::BlockDone), std::size_t{2});
        QVERIFY(run.count(EventKind::BlockBegun) == 2);
        SampleRun whole(oneMove(MoveEnd::High));
        whole.finish();
        run.finish();
        QCOMPARE(run.machine().eventHash(), whole.machine().eventHash());
    }

    void advance_afterTheEnd_doesNothing() {
        SampleRun run(oneMove(MoveEnd::High));
        run.finish();
        const std::size_t events = run.log.size();
        const std::uint64_t state = run.machine().stateHash();
        QVERIFY(run.machine().advance(nullptr, 10) == AdvanceEnd::Finished);
        QCOMPARE(run.log.size(), events);
        QCOMPARE(run.machine().stateHash(), state);
        QCOMPARE(run.count(EventKind::RunEnded), std::size_t{1});
    }

    void maxSteps_reached_endsTheRunThere() {
        RunConfig config = oneMove(MoveEnd::High);
        config.maxSteps = 700;
        SampleRun run(config);
        runInSlices(run, 64);
        QCOMPARE(run.machine().steps(), 700U);
        QVERIFY(run.machine().endRule() == Rule::LimitSteps);
        QVERIFY(run.machine().advance(nullptr, 1) == AdvanceEnd::Finished);
    }
};

QTEST_GUILESS_MAIN(TestMachineSlices)
#include "tst_machine_slices.moc"
