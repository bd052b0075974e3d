#include "fragscope/ui/engine/engine.h"

#include <QTest>

#include "ui/synthetic_source.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t someSteps = 5000;

/// Keeps what it is given, up to `room` events: then its disk is full.
class SmallRecording : public Recording {
public:
    explicit SmallRecording(std::vector<Event>& events, std::size_t room = ~std::size_t{0})
        : events_(events), room_(room) {}

    void onEvent(const Event& event) override {
        if (events_.size() < room_) {
            events_.push_back(event);
        } else {
            full_ = true;
        }
    }

    [[nodiscard]] std::optional<Error> failure() const override {
        return full_ ? std::optional(systemRefused("run.db", "the disk is full")) : std::nullopt;
    }

    Expected<Done> finish() override {
        if (full_) {
            return *failure();
        }
        return Done{};
    }

private:
    std::vector<Event>& events_;
    std::size_t room_;
    bool full_ = false;
};

/// Cannot be saved, as is known only at its end.
class UnsavedRecording : public Recording {
public:
    void onEvent(const Event&) override {}

    [[nodiscard]] std::optional<Error> failure() const override { return std::nullopt; }

    Expected<Done> finish() override { return systemRefused("run.db", "the disk is full"); }
};

/// Makes recordings into `events` that have room for so many.
RecorderFactory recordingInto(std::vector<Event>& events, std::size_t room = ~std::size_t{0}) {
    return [&events, room]() -> Expected<std::unique_ptr<Recording>> {
        return std::unique_ptr<Recording>(std::make_unique<SmallRecording>(events, room));
    };
}

} // namespace

class TestEngineRecording : public QObject {
    Q_OBJECT

private slots:
    void record_startedLate_holdsTheWholeRun();
    void record_diskFull_endsAndSaysWhy();
    void record_diskFullInPlaying_pausesAndSaysWhy();
    void record_failsAtItsEnd_saysWhy();
};

void TestEngineRecording::record_startedLate_holdsTheWholeRun() {
    std::vector<Event> recorded;
    {
        Engine engine;
        engine.open(syntheticRun(someSteps));
        engine.stepForward(1000);
        engine.startRecording(recordingInto(recorded));
        engine.waitUntilIdle();
        QVERIFY(engine.latest()->recording);
        engine.stepBack(500); // going back changes nothing in the file
        engine.runToEnd();
        engine.stopRecording();
        engine.waitUntilIdle();
        QVERIFY(!engine.latest()->recording);
    }
    QVERIFY(!recorded.empty());
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        QCOMPARE(recorded[i].seq, static_cast<std::uint64_t>(i));
    }
    std::uint64_t steps = 0;
    for (const Event& event : recorded) {
        steps += event.kind == EventKind::TaskStep ? 1 : 0;
    }
    QCOMPARE(steps, someSteps);
}

void TestEngineRecording::record_diskFull_endsAndSaysWhy() {
    std::vector<Event> recorded;
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.startRecording(recordingInto(recorded, 1000));
    engine.runToEnd();
    engine.waitUntilIdle();
    const EngineSnapshotRef snapshot = engine.latest();
    QVERIFY(snapshot->error.has_value());
    QCOMPARE(snapshot->error->reason, std::string("the disk is full"));
    QVERIFY(!snapshot->recording);
    QCOMPARE(snapshot->moment->state.step, someSteps); // the run itself goes on
    QCOMPARE(recorded.size(), std::size_t{1000});
    engine.stepBack();
    engine.waitUntilIdle();
    QVERIFY(!engine.latest()->error); // told once
}

void TestEngineRecording::record_diskFullInPlaying_pausesAndSaysWhy() {
    std::vector<Event> recorded;
    Engine engine;
    engine.open(syntheticRun(SyntheticSource::endless));
    engine.startRecording(recordingInto(recorded, 1000));
    engine.waitUntilIdle();
    engine.play(Engine::fullSpeed);
    engine.waitUntilIdle();
    const EngineSnapshotRef snapshot = engine.latest();
    QCOMPARE(snapshot->phase, EnginePhase::Paused);
    QVERIFY(snapshot->error.has_value());
    QCOMPARE(snapshot->error->reason, std::string("the disk is full"));
    QVERIFY(!snapshot->recording);
}

void TestEngineRecording::record_failsAtItsEnd_saysWhy() {
    const RecorderFactory unsaved = []() -> Expected<std::unique_ptr<Recording>> {
        return std::unique_ptr<Recording>(std::make_unique<UnsavedRecording>());
    };
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.startRecording(unsaved);
    engine.waitUntilIdle();
    QVERIFY(!engine.latest()->error);
    engine.stopRecording();
    engine.waitUntilIdle();
    QVERIFY(!engine.latest()->recording);
    QVERIFY(engine.latest()->error.has_value());
    engine.startRecording(unsaved);
    engine.open(syntheticRun(someSteps), 100); // ends the recording of the run before
    engine.waitUntilIdle();
    QVERIFY(!engine.latest()->recording);
    QVERIFY(engine.latest()->error.has_value());
}

QTEST_GUILESS_MAIN(TestEngineRecording)
#include "tst_ui_engine_recording.moc"
