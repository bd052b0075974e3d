#include "fragscope/view/snapshot.h"
#include "fragscope/view/timeline.h"

#include <QTest>

#include "support/print.h"
#include "view/support/naive_replica.h"
#include "view/support/random_events.h"
#include "view/support/scripted_source.h"
#include <set>
#include <thread>

using namespace fragscope;
using namespace fragscope::test;

namespace {

struct Setup {
    explicit Setup(std::size_t count)
        : events(RandomEvents(1).make(count)), source(events, ScriptedSource::Manner::Live),
          timeline(smallShape(), source) {
        source.bus.attach(timeline, kindsOf(RecordLevel::Full));
    }

    std::vector<Event> events;
    ScriptedSource source;
    Timeline timeline;
};

} // namespace

class TestSnapshot : public QObject {
    Q_OBJECT

private slots:
    void make_anyMoment_holdsAllOfIt();
    void make_steppingOn_saysWhatPassed();
    void make_backOrFar_isAJump();
    void make_sameMoment_stayed();
    void series_growing_isCopiedNowAndThen();
    void series_behindTheHead_isWholeAtOnce();
    void snapshot_readOnAnotherThread_staysAsItWas();
};

void TestSnapshot::make_anyMoment_holdsAllOfIt() {
    Setup setup(600);
    const auto states = naiveStates(smallShape(), setup.events);
    setup.timeline.forward(nullptr, ~0ULL);
    setup.timeline.seek(300);
    SnapshotMaker maker;
    const SnapshotRef snapshot = maker.make(setup.timeline, 2);
    QCOMPARE(snapshot->number, std::uint64_t{1});
    QCOMPARE(difference(states[300], snapshot->state), std::string());
    QCOMPARE(snapshot->log.endSeq(), std::uint64_t{600});
    QCOMPARE(snapshot->focus, std::uint32_t{2});
    QCOMPARE(snapshot->frames->size(), std::size_t{6});
    QCOMPARE(snapshot->sample.seq, std::uint64_t{300});
    QCOMPARE(snapshot->latest.seq, std::uint64_t{600});
    QCOMPARE(snapshot->firstReachable, std::uint64_t{0});
    QCOMPARE(snapshot->knownSteps, setup.timeline.knownSteps());
    QVERIFY(!snapshot->atHead && snapshot->finished);
    QVERIFY(snapshot->series != nullptr && snapshot->waits != nullptr);
    QCOMPARE(snapshot->passage, Passage::Start);
}

void TestSnapshot::make_steppingOn_saysWhatPassed() {
    Setup setup(600);
    SnapshotMaker maker;
    (void)maker.make(setup.timeline, 0);
    std::uint64_t before = setup.timeline.state().nextSeq;
    for (int i = 0; i < 20; ++i) {
        setup.timeline.forward(nullptr, 1);
        const SnapshotRef snapshot = maker.make(setup.timeline, 0);
        QCOMPARE(snapshot->passage, Passage::Forwards);
        QCOMPARE(snapshot->passed.first, before);
        QCOMPARE(snapshot->passed.end, setup.timeline.state().nextSeq);
        QVERIFY(snapshot->passed.size() > 0);
        before = setup.timeline.state().nextSeq;
    }
}

void TestSnapshot::make_backOrFar_isAJump() {
    Setup setup(6000);
    SnapshotMaker maker;
    setup.timeline.forward(nullptr, 100);
    (void)maker.make(setup.timeline, 0);
    setup.timeline.stepBack();
    QCOMPARE(maker.make(setup.timeline, 0)->passage, Passage::Jump);
    setup.timeline.forward(nullptr, ~0ULL);
    const SnapshotRef far = maker.make(setup.timeline, 0);
    QCOMPARE(far->passage, Passage::Jump);
    QVERIFY(far->passed.empty());
    maker.reset();
    QCOMPARE(maker.make(setup.timeline, 0)->passage, Passage::Start);
}

void TestSnapshot::make_sameMoment_stayed() {
    Setup setup(600);
    SnapshotMaker maker;
    setup.timeline.forward(nullptr, 10);
    const SnapshotRef first = maker.make(setup.timeline, 0);
    const SnapshotRef second = maker.make(setup.timeline, 0);
    QCOMPARE(second->passage, Passage::Stayed);
    QVERIFY(second->frames == first->frames && second->series == first->series);
    QCOMPARE(second->number, first->number + 1);
}

void TestSnapshot::series_growing_isCopiedNowAndThen() {
    Setup setup(6000);
    SnapshotMaker maker(5);
    std::set<const void*> copies;
    for (int i = 0; i < 50; ++i) {
        setup.timeline.forward(nullptr, 5);
        copies.insert(maker.make(setup.timeline, 0)->series.get());
    }
    QVERIFY(copies.size() <= 11);
    setup.timeline.forward(nullptr, ~0ULL);
    const SnapshotRef last = maker.make(setup.timeline, 0);
    QCOMPARE(last->series->back().seq, setup.timeline.metrics().series().back().seq);
    QCOMPARE(last->series->size(), setup.timeline.metrics().series().size());
}

void TestSnapshot::series_behindTheHead_isWholeAtOnce() {
    Setup setup(6000);
    SnapshotMaker maker(50);
    (void)maker.make(setup.timeline, 0);
    setup.timeline.forward(nullptr, 500); // looked ahead, and back to where the window stands
    setup.timeline.seek(3);
    const SnapshotRef shown = maker.make(setup.timeline, 0);
    QVERIFY(!shown->finished);
    QCOMPARE(shown->series->size(), setup.timeline.metrics().series().size());
}

void TestSnapshot::snapshot_readOnAnotherThread_staysAsItWas() {
    Setup setup(20'000);
    setup.timeline.forward(nullptr, 500);
    SnapshotMaker maker;
    const SnapshotRef snapshot = maker.make(setup.timeline, 1);
    NaiveState expected(smallShape());
    for (std::uint64_t seq = 0; seq < snapshot->state.nextSeq; ++seq) {
        naiveApply(expected, setup.events[seq]);
    }
    std::vector<std::string> found;
    std::thread reader([&] {
        for (int i = 0; i < 50; ++i) {
            found.push_back(difference(expected, snapshot->state));
            const Event& last = snapshot->log.at(snapshot->log.endSeq() - 1);
            found.push_back(last.seq + 1 == snapshot->log.endSeq() ? "" : "log");
        }
    });
    setup.timeline.forward(nullptr, ~0ULL);
    setup.timeline.seek(3);
    setup.timeline.seek(15'000);
    reader.join();
    for (const std::string& difference : found) {
        QCOMPARE(difference, std::string());
    }
}

QTEST_GUILESS_MAIN(TestSnapshot)
#include "tst_view_snapshot.moc"
