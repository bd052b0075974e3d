#include "fragscope/record/run/run_source.h"
#include "fragscope/view/timeline.h"

#include "record/record_support.h"
#include "view/support/naive_replica.h"
#include "view/support/random_events.h"

using namespace fragscope;

namespace {

/// Keeps what it gets.
class Keeper : public EventSink {
public:
    void onEvent(const Event& event) override { events.push_back(event); }

    std::vector<Event> events;
};

/// Stops after the event with this seq.
class StopAt : public StopCondition {
public:
    explicit StopAt(std::uint64_t seq) : seq_(seq) {}

    bool reached(const Event& event) override { return event.seq == seq_; }

private:
    std::uint64_t seq_;
};

/// Two events before the first step, then `steps` micro-steps: number k has k % 4 events besides
/// its TaskStep.
std::vector<Event> stepsRun(std::uint64_t steps) {
    std::vector<Event> events;
    const auto add = [&](EventKind kind, std::uint64_t value) {
        Event event;
        event.seq = events.size();
        event.timeCycles = events.size() * 3;
        event.kind = kind;
        event.value = value;
        events.push_back(event);
    };
    add(EventKind::TaskStarted, 0);
    add(EventKind::PhysFill, 0);
    for (std::uint64_t k = 0; k < steps; ++k) {
        add(EventKind::TaskStep, k);
        for (std::uint64_t i = 0; i < k % 4; ++i) {
            add(EventKind::PhysStore, k);
        }
    }
    return events;
}

/// How the timeline's state differs from a plain fold of the first events; empty if it does not.
std::string differenceFromPlainFold(const Timeline& timeline, const std::vector<Event>& events) {
    test::NaiveState plain(test::smallShape());
    for (std::uint64_t seq = 0; seq < timeline.state().nextSeq; ++seq) {
        test::naiveApply(plain, events.at(seq));
    }
    return test::difference(plain, timeline.state());
}

std::unique_ptr<RunSource> openSource(const std::string& path) {
    auto source = RunSource::open(path, std::nullopt);
    if (!source) {
        qFatal("%s", source.error().text().c_str());
    }
    return std::move(source).value();
}

} // namespace

/// A recorded run drives sinks as the machine did.
class TestRecordSource : public QObject {
    Q_OBJECT

private slots:

    void advance_wholeRun_givesTheRecordedEvents() {
        const Folder folder;
        const std::vector<Event> events = eventsUpTo(20'000);
        recordRun(folder.file("r.db"), sampleInfo(), events);
        const auto source = openSource(folder.file("r.db"));
        Keeper keeper;
        source->bus().attach(keeper, kindsOf(RecordLevel::Full));
        QVERIFY(source->advance(nullptr, ~0ULL) == AdvanceEnd::Finished);
        QCOMPARE(firstDifference(keeper.events, events), qint64{-1});
        QVERIFY(!source->failure().has_value());
        QVERIFY(source->advance(nullptr, ~0ULL) == AdvanceEnd::Finished);
        QCOMPARE(keeper.events.size(), events.size());
    }

    void advance_forFewerKinds_keepsRecordedNumbers() {
        const Folder folder;
        const std::vector<Event> events = stepsRun(1000);
        recordRun(folder.file("r.db"), sampleInfo(), events);
        const auto source = openSource(folder.file("r.db"));
        Keeper steps;
        KindSet kinds;
        kinds.set(static_cast<std::size_t>(EventKind::TaskStep));
        source->bus().attach(steps, kinds);
        source->advance(nullptr, ~0ULL);
        QCOMPARE(steps.events.size(), std::size_t{1000});
        for (const Event& event : steps.events) {
            QVERIFY(equal(event, events.at(event.seq)));
        }
    }

    void advance_bySteps_neverCutsOneInHalf() {
        const Folder folder;
        recordRun(folder.file("r.db"), sampleInfo(), stepsRun(10));
        const auto source = openSource(folder.file("r.db"));
        Keeper keeper;
        source->bus().attach(keeper, kindsOf(RecordLevel::Full));

        QVERIFY(source->advance(nullptr, 1) == AdvanceEnd::BudgetSpent);
        QCOMPARE(keeper.events.size(), std::size_t{3}); // the two before, and step 0
        QCOMPARE(source->steps(), std::uint64_t{1});
        QVERIFY(source->advance(nullptr, 1) == AdvanceEnd::BudgetSpent);
        QCOMPARE(keeper.events.size(), std::size_t{5}); // step 1 has one more event
        QVERIFY(source->advance(nullptr, 2) == AdvanceEnd::BudgetSpent);
        QCOMPARE(keeper.events.size(), std::size_t{12});
        QCOMPARE(source->steps(), std::uint64_t{4});
        QVERIFY(source->advance(nullptr, 0) == AdvanceEnd::BudgetSpent); // at least one
        QCOMPARE(source->steps(), std::uint64_t{5});
        QVERIFY(source->advance(nullptr, 100) == AdvanceEnd::Finished);
        QCOMPARE(source->steps(), std::uint64_t{10});
    }

    void advance_stopConditionInsideAStep_finishesTheStep() {
        const Folder folder;
        const std::vector<Event> events = stepsRun(10); // step 3 is seq 8 to 11
        recordRun(folder.file("r.db"), sampleInfo(), events);
        const auto source = openSource(folder.file("r.db"));
        Keeper keeper;
        source->bus().attach(keeper, kindsOf(RecordLevel::Full));
        StopAt stop(9);
        QVERIFY(source->advance(&stop, 1000) == AdvanceEnd::ConditionMet);
        QCOMPARE(keeper.events.back().seq, std::uint64_t{11});
        QCOMPARE(source->steps(), std::uint64_t{4});
    }

    void advance_belowLevelFull_countsEachEvent() {
        const Folder folder;
        RunInfo info = sampleInfo();
        info.level = RecordLevel::Structure;
        recordRun(folder.file("r.db"), info, eventsUpTo(5000));
        const auto source = openSource(folder.file("r.db"));
        Keeper keeper;
        source->bus().attach(keeper, kindsOf(RecordLevel::Full));
        QVERIFY(source->advance(nullptr, 4500) == AdvanceEnd::BudgetSpent);
        QCOMPARE(keeper.events.size(), std::size_t{4500});
        QCOMPARE(source->steps(), std::uint64_t{4500});
    }

    /// The window does not know whether it shows a machine or a file.
    void timeline_overARecordedRun_showsTheStatesOfTheEvents() {
        const Folder folder;
        const std::vector<Event> events = test::RandomEvents(11).make(9000);
        recordRun(folder.file("r.db"), sampleInfo(), events);
        const auto source = openSource(folder.file("r.db"));
        Timeline timeline(test::smallShape(), *source);
        source->bus().attach(timeline, kindsOf(RecordLevel::Full));

        timeline.forward(nullptr, 400);
        const std::uint64_t middle = timeline.state().nextSeq;
        QVERIFY(middle > 400 && middle < events.size());
        QCOMPARE(differenceFromPlainFold(timeline, events), std::string());
        timeline.forward(nullptr, 1'000'000);
        QCOMPARE(timeline.state().nextSeq, std::uint64_t{events.size()});
        QCOMPARE(differenceFromPlainFold(timeline, events), std::string());
        QVERIFY(timeline.stepBack());
        QCOMPARE(differenceFromPlainFold(timeline, events), std::string());
        QVERIFY(timeline.seek(middle));
        QCOMPARE(differenceFromPlainFold(timeline, events), std::string());
    }

    void metrics_foldedFromTheFile_areThoseOfTheLiveRun() {
        const Folder folder;
        std::vector<Event> events = eventsUpTo(20'000);
        for (Event& event : events) {
            event.paddr = event.seq % 60 * pageBytes; // frames that exist
            event.a %= 4;
            event.value %= 1'000'000;
        }
        Metrics live(test::smallShape());
        for (const Event& event : events) {
            live.onEvent(event);
        }
        recordRun(folder.file("r.db"), sampleInfo(), events);
        const auto source = openSource(folder.file("r.db"));
        Metrics again(test::smallShape());
        source->bus().attach(again, kindsOf(RecordLevel::Structure));
        source->advance(nullptr, ~0ULL);
        QVERIFY(again.current().values == live.current().values);
        QVERIFY(live.current().values[static_cast<std::size_t>(MetricId::PageFaults)] > 100);
        QCOMPARE(again.series().size(), live.series().size());
    }

    void advance_intoDamage_endsBeforeItAndSaysSo() {
        const Folder folder;
        recordRun(folder.file("r.db"), sampleInfo(), stepsRun(8000));
        tamper(folder.file("r.db"), "UPDATE event SET value = value + 1 WHERE seq = 9000");
        const auto source = openSource(folder.file("r.db"));
        Keeper keeper;
        source->bus().attach(keeper, kindsOf(RecordLevel::Full));
        QVERIFY(source->advance(nullptr, ~0ULL) == AdvanceEnd::Finished);
        QVERIFY(source->failure().has_value());
        QVERIFY(source->failure()->text().find("from seq 8192 on") != std::string::npos);
        QCOMPARE(keeper.events.size(), std::size_t{8192});
        QVERIFY(source->advance(nullptr, 1) == AdvanceEnd::Finished);
    }

    void open_runThatIsNotThere_isAnError() {
        const Folder folder;
        recordRun(folder.file("r.db"), sampleInfo(), {});
        QVERIFY(!RunSource::open(folder.file("r.db"), 5).ok());
        QVERIFY(!RunSource::open(folder.file("none.db"), 1).ok());
        const auto empty = openSource(folder.file("r.db"));
        QVERIFY(empty->advance(nullptr, 1) == AdvanceEnd::Finished);
    }
};

QTEST_GUILESS_MAIN(TestRecordSource)
#include "tst_record_source.moc"
