#include "fragscope/view/timeline.h"

#include <QTest>

#include "support/print.h"
#include "view/support/naive_replica.h"
#include "view/support/random_events.h"
#include "view/support/scripted_source.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

using Manner = ScriptedSource::Manner;

/// A source and a timeline that follows it. Short distances, so that keyframes, undo and their
/// borders are all met within few events.
struct Setup {
    static TimelineOptions shortDistances() {
        return {.logEvents = 0, .keyframeEvents = 100, .mostKeyframes = 8, .undoBytes = 100'000};
    }

    explicit Setup(const std::vector<Event>& events,
                   Manner manner = Manner::Live,
                   const TimelineOptions& options = shortDistances())
        : source(events, manner), timeline(smallShape(), source, options) {
        source.bus.attach(timeline, kindsOf(RecordLevel::Full));
    }

    ScriptedSource source;
    Timeline timeline;
};

/// The seqs at which a cursor may rest: before each TaskStep, and at the end.
std::vector<std::uint64_t> restsOf(const std::vector<Event>& events) {
    std::vector<std::uint64_t> rests;
    for (const Event& event : events) {
        if (event.kind == EventKind::TaskStep && event.seq != 0) {
            rests.push_back(event.seq);
        }
    }
    rests.push_back(events.size());
    return rests;
}

/// Ends of the micro-steps that hold an event of `kind`, by looking at the list alone.
std::vector<std::uint64_t> stopsOf(const std::vector<Event>& events, EventKind kind) {
    std::vector<std::uint64_t> stops;
    std::uint64_t begin = 0;
    for (const std::uint64_t rest : restsOf(events)) {
        bool holds = false;
        for (std::uint64_t seq = begin; seq < rest; ++seq) {
            holds = holds || events[seq].kind == kind;
        }
        if (holds) {
            stops.push_back(rest);
        }
        begin = rest;
    }
    return stops;
}

/// Goes forward until the end and notes where the cursor rested.
std::vector<std::uint64_t> walk(Timeline& timeline, StopCondition* stop, std::uint64_t steps) {
    std::vector<std::uint64_t> rested;
    for (;;) {
        const std::uint64_t before = timeline.state().nextSeq;
        const AdvanceEnd end = timeline.forward(stop, steps);
        if (timeline.state().nextSeq != before &&
            (stop == nullptr || end == AdvanceEnd::ConditionMet)) {
            rested.push_back(timeline.state().nextSeq);
        }
        if (end == AdvanceEnd::Finished || timeline.state().nextSeq == before) {
            return rested;
        }
    }
}

} // namespace

class TestTimeline : public QObject {
    Q_OBJECT

private slots:
    void forward_oneStep_restsBeforeEachTaskStep_data();
    void forward_oneStep_restsBeforeEachTaskStep();
    void forward_toKind_restsAlikeLiveReplayedAndRevisited();
    void forward_manySteps_countsTaskSteps();
    void forward_atHead_sourceIsOneStepAhead();
    void forward_insideStep_endsWithThatStep();
    void forward_finished_changesNothing();
    void forward_stopSeesTheStateAfterTheEvent();
    void seek_anywhere_equalsFirstVisit_data();
    void seek_anywhere_equalsFirstVisit();
    void seek_outside_isRefusedAndChangesNothing();
    void seek_farBack_usesKeyframeNotUndo();
    void stepBack_fromTheEnd_visitsAllRests();
    void stepBack_atTheStart_refuses();
    void backTo_kind_visitsTheStopsOfForward();
    void backTo_neverReached_goesToTheStart();
    void keyframes_manyEvents_areThinned();
    void trim_longRun_keepsCursorReachable();
    void trim_cursorInThePast_waitsForIt();
    void sample_atCursor_equalsFoldUpToThere();
    void unitEvent_recordingWithoutSteps_restsAfterEachEvent();
    void onEvent_sourceDrivenByOthers_followsAtTheEnd();
};

void TestTimeline::forward_oneStep_restsBeforeEachTaskStep_data() {
    QTest::addColumn<int>("manner");
    QTest::newRow("live") << static_cast<int>(Manner::Live);
    QTest::newRow("recording") << static_cast<int>(Manner::Recording);
}

void TestTimeline::forward_oneStep_restsBeforeEachTaskStep() {
    QFETCH(int, manner);
    const auto events = RandomEvents(1).make(800);
    Setup setup(events, static_cast<Manner>(manner));
    QCOMPARE(walk(setup.timeline, nullptr, 1), restsOf(events));
    QVERIFY(setup.timeline.seek(0));
    QCOMPARE(walk(setup.timeline, nullptr, 1), restsOf(events));
}

void TestTimeline::forward_toKind_restsAlikeLiveReplayedAndRevisited() {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto events = RandomEvents(seed).make(700);
        const auto expected = stopsOf(events, EventKind::PageCopied);
        QVERIFY(expected.size() > 3);
        KindReached stop(EventKind::PageCopied);
        Setup live(events, Manner::Live);
        Setup recording(events, Manner::Recording);
        QCOMPARE(walk(live.timeline, &stop, ~0ULL), expected);
        QCOMPARE(walk(recording.timeline, &stop, ~0ULL), expected);
        QVERIFY(live.timeline.seek(0));
        QCOMPARE(walk(live.timeline, &stop, ~0ULL), expected);
    }
}

void TestTimeline::forward_manySteps_countsTaskSteps() {
    const auto events = RandomEvents(2).make(800);
    const auto rests = restsOf(events);
    for (const Manner manner : {Manner::Live, Manner::Recording}) {
        Setup setup(events, manner);
        // What comes before the first TaskStep counts as the first of the ten.
        QCOMPARE(setup.timeline.forward(nullptr, 10), AdvanceEnd::BudgetSpent);
        QCOMPARE(setup.timeline.state().nextSeq, rests[9]);
        QCOMPARE(setup.timeline.forward(nullptr, 7), AdvanceEnd::BudgetSpent);
        QCOMPARE(setup.timeline.state().nextSeq, rests[16]);
    }
}

void TestTimeline::forward_atHead_sourceIsOneStepAhead() {
    const auto events = RandomEvents(3).make(800);
    const auto rests = restsOf(events);
    Setup setup(events, Manner::Recording);
    for (std::size_t i = 0; i < 20; ++i) {
        setup.timeline.forward(nullptr, 1);
        QVERIFY(setup.timeline.atHead());
        QCOMPARE(setup.timeline.state().nextSeq, rests[i]);
        QCOMPARE(setup.source.given(), rests[i + 1]);
    }
}

void TestTimeline::forward_insideStep_endsWithThatStep() {
    const auto events = RandomEvents(3).make(800);
    const auto rests = restsOf(events);
    Setup setup(events);
    setup.timeline.forward(nullptr, 50);
    std::size_t i = 1;
    while (rests[i] - rests[i - 1] < 3) {
        ++i;
    }
    QVERIFY(setup.timeline.seek(rests[i - 1] + 1));
    setup.timeline.forward(nullptr, 1);
    QCOMPARE(setup.timeline.state().nextSeq, rests[i]);
}

void TestTimeline::forward_finished_changesNothing() {
    const auto events = RandomEvents(4).make(100);
    Setup setup(events);
    QCOMPARE(setup.timeline.forward(nullptr, ~0ULL), AdvanceEnd::Finished);
    QVERIFY(setup.timeline.finished());
    const std::uint64_t calls = setup.source.calls;
    QCOMPARE(setup.timeline.forward(nullptr, 5), AdvanceEnd::Finished);
    QCOMPARE(setup.timeline.state().nextSeq, std::uint64_t{100});
    QCOMPARE(setup.source.calls, calls);
}

void TestTimeline::forward_stopSeesTheStateAfterTheEvent() {
    class StateStop : public StopCondition {
    public:
        explicit StateStop(const Timeline& timeline) : timeline_(timeline) {}

        bool reached(const Event& event) override {
            allRight = allRight && timeline_.state().nextSeq == event.seq + 1;
            return timeline_.state().step >= 30;
        }

        bool allRight = true;

    private:
        const Timeline& timeline_;
    };

    const auto events = RandomEvents(5).make(800);
    Setup setup(events);
    StateStop stop(setup.timeline);
    QCOMPARE(setup.timeline.forward(&stop, ~0ULL), AdvanceEnd::ConditionMet);
    QVERIFY(stop.allRight);
    QCOMPARE(setup.timeline.state().step, std::uint64_t{30});
}

void TestTimeline::seek_anywhere_equalsFirstVisit_data() {
    QTest::addColumn<quint64>("seed");
    for (quint64 seed = 1; seed <= 5; ++seed) {
        QTest::addRow("seed %llu", seed) << seed;
    }
}

void TestTimeline::seek_anywhere_equalsFirstVisit() {
    QFETCH(quint64, seed);
    const auto events = RandomEvents(seed).make(1000);
    const auto states = naiveStates(smallShape(), events);
    Setup setup(events);
    setup.timeline.forward(nullptr, ~0ULL);
    const auto check = [&](std::uint64_t seq) {
        return setup.timeline.seek(seq) ? difference(states[seq], setup.timeline.state())
                                        : std::string("refused");
    };
    for (std::uint64_t seq = 0; seq <= events.size(); ++seq) {
        QCOMPARE(check(seq), std::string());
    }
    for (std::uint64_t seq = events.size() + 1; seq-- > 0;) {
        QCOMPARE(check(seq), std::string());
    }
    Rng rng(seed);
    for (int i = 0; i < 500; ++i) {
        const std::uint64_t near = setup.timeline.state().nextSeq + rng.below(40);
        const std::uint64_t seq = rng.below(2) == 0 ? rng.below(events.size() + 1)
                                                    : std::min(near, std::uint64_t{1020}) - 20;
        if (seq <= events.size()) {
            QCOMPARE(check(seq), std::string());
        }
    }
    QCOMPARE(check(0), std::string());
    QCOMPARE(check(events.size()), std::string());
}

void TestTimeline::seek_outside_isRefusedAndChangesNothing() {
    const auto events = RandomEvents(1).make(300);
    Setup setup(events);
    setup.timeline.forward(nullptr, 10);
    const std::uint64_t cursor = setup.timeline.state().nextSeq;
    QVERIFY(!setup.timeline.seek(setup.timeline.log().endSeq() + 1));
    QCOMPARE(setup.timeline.state().nextSeq, cursor);
}

void TestTimeline::seek_farBack_usesKeyframeNotUndo() {
    const auto events = RandomEvents(1).make(2000);
    const auto states = naiveStates(smallShape(), events);
    TimelineOptions options = Setup::shortDistances();
    options.undoBytes = 0; // nothing can be undone: all goes over keyframes
    Setup setup(events, Manner::Live, options);
    setup.timeline.forward(nullptr, ~0ULL);
    for (const std::uint64_t seq : {1999U, 1500U, 1501U, 3U, 0U}) {
        QVERIFY(setup.timeline.seek(seq));
        QCOMPARE(difference(states[seq], setup.timeline.state()), std::string());
    }
    QVERIFY(setup.timeline.seek(777));
    QVERIFY(setup.timeline.stepBack());
    const std::uint64_t cursor = setup.timeline.state().nextSeq;
    QCOMPARE(difference(states[cursor], setup.timeline.state()), std::string());
}

void TestTimeline::stepBack_fromTheEnd_visitsAllRests() {
    const auto events = RandomEvents(6).make(900);
    const auto states = naiveStates(smallShape(), events);
    auto expected = restsOf(events);
    Setup setup(events);
    setup.timeline.forward(nullptr, ~0ULL);
    while (setup.timeline.stepBack()) {
        expected.pop_back();
        const std::uint64_t cursor = setup.timeline.state().nextSeq;
        QCOMPARE(cursor, expected.empty() ? 0 : expected.back());
        QCOMPARE(difference(states[cursor], setup.timeline.state()), std::string());
    }
    QVERIFY(expected.empty());
}

void TestTimeline::stepBack_atTheStart_refuses() {
    Setup setup(RandomEvents(6).make(100));
    QVERIFY(!setup.timeline.stepBack());
    setup.timeline.forward(nullptr, 1);
    QVERIFY(setup.timeline.stepBack());
    QCOMPARE(setup.timeline.state().nextSeq, std::uint64_t{0});
    QVERIFY(!setup.timeline.stepBack());
}

void TestTimeline::backTo_kind_visitsTheStopsOfForward() {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto events = RandomEvents(seed).make(900);
        const auto states = naiveStates(smallShape(), events);
        auto expected = stopsOf(events, EventKind::MoveDone);
        if (expected.back() == events.size()) {
            expected.pop_back(); // the cursor starts there
        }
        KindReached stop(EventKind::MoveDone);
        Setup setup(events);
        setup.timeline.forward(nullptr, ~0ULL);
        while (setup.timeline.backTo(stop)) {
            const std::uint64_t cursor = setup.timeline.state().nextSeq;
            QVERIFY(!expected.empty());
            QCOMPARE(cursor, expected.back());
            QCOMPARE(difference(states[cursor], setup.timeline.state()), std::string());
            expected.pop_back();
        }
        QVERIFY(expected.empty());
    }
}

void TestTimeline::backTo_neverReached_goesToTheStart() {
    Setup setup(RandomEvents(1).make(300));
    setup.timeline.forward(nullptr, ~0ULL);
    KindReached stop(EventKind::LostWrite);
    QVERIFY(!setup.timeline.backTo(stop));
    QCOMPARE(setup.timeline.state().nextSeq, std::uint64_t{0});
}

void TestTimeline::keyframes_manyEvents_areThinned() {
    const auto events = RandomEvents(1).make(5000);
    const auto states = naiveStates(smallShape(), RandomEvents(1).make(200));
    Setup setup(events);
    setup.timeline.forward(nullptr, ~0ULL);
    QVERIFY(setup.timeline.keyframeCount() <= 8);
    QVERIFY(setup.timeline.keyframeCount() >= 4);
    QVERIFY(setup.timeline.seek(200));
    QCOMPARE(difference(states[200], setup.timeline.state()), std::string());
}

void TestTimeline::trim_longRun_keepsCursorReachable() {
    constexpr std::uint64_t count = 60'000;
    TimelineOptions options;
    options.logEvents = 20'000;
    options.keyframeEvents = EventLog::chunkEvents;
    Setup setup(RandomEvents(1).make(count), Manner::Live, options);
    setup.timeline.forward(nullptr, ~0ULL);
    const Timeline& timeline = setup.timeline;
    QVERIFY(timeline.log().firstSeq() > 0);
    QVERIFY(timeline.log().size() >= 20'000);
    QVERIFY(timeline.log().size() <= 20'000 + 3 * EventLog::chunkEvents);
    QVERIFY(timeline.firstReachable() >= timeline.log().firstSeq());
    QVERIFY(timeline.firstReachable() < timeline.log().firstSeq() + EventLog::chunkEvents);
    QVERIFY(!setup.timeline.seek(timeline.firstReachable() - 1));
    QCOMPARE(timeline.state().nextSeq, count);

    NaiveState naive(smallShape());
    const auto events = RandomEvents(1).make(count);
    for (std::uint64_t seq = 0; seq < timeline.firstReachable(); ++seq) {
        naiveApply(naive, events[seq]);
    }
    QVERIFY(setup.timeline.seek(timeline.firstReachable()));
    QCOMPARE(difference(naive, timeline.state()), std::string());
    QVERIFY(!setup.timeline.stepBack());
    QCOMPARE(timeline.knownSteps(), std::uint64_t{restsOf(events).size() - 1});
}

void TestTimeline::trim_cursorInThePast_waitsForIt() {
    const auto events = RandomEvents(1).make(60'000);
    TimelineOptions options;
    options.logEvents = 12'000;
    options.keyframeEvents = EventLog::chunkEvents;
    Setup setup(events, Manner::Live, options);
    KindReached far(EventKind::MoveDone);
    while (setup.timeline.state().nextSeq < 10'000) {
        setup.timeline.forward(&far, ~0ULL);
    }
    QVERIFY(setup.timeline.seek(500));
    setup.source.advance(nullptr, ~0ULL); // somebody else goes on, the cursor stays
    QCOMPARE(setup.timeline.log().endSeq(), std::uint64_t{60'000});
    QCOMPARE(setup.timeline.state().nextSeq, std::uint64_t{500});
    QCOMPARE(setup.timeline.firstReachable(), std::uint64_t{0});
    QVERIFY(setup.timeline.stepBack());
    setup.timeline.forward(nullptr, ~0ULL); // now it may go
    NaiveState naive(smallShape());
    for (const Event& event : events) {
        naiveApply(naive, event);
    }
    QCOMPARE(difference(naive, setup.timeline.state()), std::string());
}

void TestTimeline::sample_atCursor_equalsFoldUpToThere() {
    std::vector<Event> events = RandomEvents(8).make(1000);
    Rng rng(8);
    for (Event& event : events) { // some of them are frames taken and given back
        if (event.kind == EventKind::TlbDrop || event.kind == EventKind::RegisterWrite) {
            event.kind = rng.below(2) == 0 ? EventKind::FramesAllocated : EventKind::FramesFreed;
            event.object = 0;
            event.paddr = rng.below(6) * pageBytes;
            event.a = 1;
        }
    }
    std::vector<MetricSample> expected;
    MetricFold fold(smallShape());
    expected.push_back(fold.sample());
    for (const Event& event : events) {
        fold.apply(event);
        expected.push_back(fold.sample());
    }
    Setup setup(events);
    setup.timeline.forward(nullptr, ~0ULL);
    for (int i = 0; i < 400; ++i) {
        const std::uint64_t seq = rng.below(events.size() + 1);
        QVERIFY(setup.timeline.seek(seq));
        QCOMPARE(setup.timeline.sample().seq, seq);
        QVERIFY(setup.timeline.sample().values == expected[seq].values);
    }
    QVERIFY(expected.back().values != expected[500].values);
}

void TestTimeline::unitEvent_recordingWithoutSteps_restsAfterEachEvent() {
    std::vector<Event> events;
    for (std::uint64_t seq = 0; seq < 20; ++seq) {
        Event event;
        event.kind = EventKind::PageFault;
        event.seq = seq;
        events.push_back(event);
    }
    TimelineOptions options = Setup::shortDistances();
    options.unit = StepUnit::Event;
    Setup setup(events, Manner::Live, options);
    setup.timeline.forward(nullptr, 1);
    QCOMPARE(setup.timeline.state().nextSeq, std::uint64_t{1});
    setup.timeline.forward(nullptr, 3);
    QCOMPARE(setup.timeline.state().nextSeq, std::uint64_t{4});
    QVERIFY(setup.timeline.stepBack());
    QCOMPARE(setup.timeline.state().nextSeq, std::uint64_t{3});
}

void TestTimeline::onEvent_sourceDrivenByOthers_followsAtTheEnd() {
    const auto events = RandomEvents(2).make(400);
    const auto states = naiveStates(smallShape(), events);
    Setup setup(events);
    setup.source.advance(nullptr, ~0ULL);
    QCOMPARE(difference(states.back(), setup.timeline.state()), std::string());
    QVERIFY(setup.timeline.atHead());
}

QTEST_GUILESS_MAIN(TestTimeline)
#include "tst_view_timeline.moc"
