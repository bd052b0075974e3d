#include "fragscope/base/hash.h"
#include "fragscope/ui/engine/engine.h"
#include "fragscope/ui/engine/kind_stop.h"
#include "fragscope/ui/engine/log_search.h"

#include <QTest>

#include "ui/synthetic_source.h"
#include <chrono>
#include <thread>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t someSteps = 5000;

std::uint64_t stateHash(const ViewState& state) {
    ChainHash hash;
    for (std::uint64_t frame = 0; frame < state.memory.frameCount().value; ++frame) {
        const PageRef& page = state.memory.page(FrameNumber(frame));
        if (!page.empty()) {
            hash.add(&frame, sizeof frame);
            hash.add(page.bytes(), pageBytes);
        }
    }
    hash.add(&state.step, sizeof state.step);
    hash.add(&state.timeCycles, sizeof state.timeCycles);
    for (const TaskView& task : state.tasks) {
        hash.add(&task.calls[0].line, sizeof task.calls[0].line);
    }
    return hash.value();
}

/// Waits until `holds` is true of the latest snapshot, for a few seconds.
template <class Predicate> bool waitFor(const Engine& engine, Predicate holds) {
    for (int i = 0; i < 4000; ++i) {
        if (holds(*engine.latest())) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
}

const ViewState& stateOf(const EngineSnapshotRef& snapshot) {
    return snapshot->moment->state;
}

} // namespace

class TestEngine : public QObject {
    Q_OBJECT

private slots:
    void open_runBegins_beforeItsFirstStep();
    void open_factoryFails_errorIsShownAndOldRunStays();
    void step_thenBack_givesTheSameState();
    void forwardTo_fault_stopsAfterIt();
    void forwardTo_noneLeft_staysAndSaysSo();
    void forwardTo_cancelled_staysWhereItGotTo();
    void backTo_fault_returnsWhereForwardStopped();
    void backTo_noneBefore_staysAndSaysSo();
    void seek_anywhere_equalsFirstVisit();
    void seekStep_beyondKnownEvents_runsThere();
    void lookAhead_keepsTheCursor();
    void play_slow_makesStepsUntilPaused();
    void play_fullSpeed_endsByItself();
    void play_ended_byAStep();
    void cancel_endlessRun_stopsSoonAndStaysWhole();
    void commands_keepTheirOrder();
    void snapshots_haveAscendingNumbers();
    void snapshot_keepsItsMoment_whileTheRunGoesOn();
    void restart_makesTheRunAnew();
    void withoutRun_commandsDoNothing();
    void destroyed_whilePlaying_ends();
};

void TestEngine::open_runBegins_beforeItsFirstStep() {
    Engine engine;
    QCOMPARE(engine.latest()->phase, EnginePhase::Empty);
    engine.open(syntheticRun(someSteps));
    engine.waitUntilIdle();
    const EngineSnapshotRef snapshot = engine.latest();
    QCOMPARE(snapshot->phase, EnginePhase::Paused);
    QCOMPARE(stateOf(snapshot).step, std::uint64_t{0});
    QCOMPARE(stateOf(snapshot).tasks.size(), std::size_t{2});
    QCOMPARE(snapshot->caption->title, std::string("synthetic"));
    QCOMPARE(snapshot->moment->log.at(snapshot->homeSeq).kind, EventKind::TaskStep);
}

void TestEngine::open_factoryFails_errorIsShownAndOldRunStays() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.stepForward(7);
    engine.open([]() -> Expected<Run> { return badInput("no such thing"); }, 100);
    engine.waitUntilIdle();
    const EngineSnapshotRef snapshot = engine.latest();
    QVERIFY(snapshot->error.has_value());
    QCOMPARE(snapshot->error->reason, std::string("no such thing"));
    QCOMPARE(stateOf(snapshot).step, std::uint64_t{7});
}

void TestEngine::step_thenBack_givesTheSameState() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.stepForward(300);
    engine.waitUntilIdle();
    const std::uint64_t before = stateHash(stateOf(engine.latest()));
    engine.stepForward(250);
    engine.waitUntilIdle();
    const std::uint64_t later = stateHash(stateOf(engine.latest()));
    engine.stepBack(250);
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, std::uint64_t{300});
    QCOMPARE(stateHash(stateOf(engine.latest())), before);
    engine.stepForward(250);
    engine.waitUntilIdle();
    QCOMPARE(stateHash(stateOf(engine.latest())), later);
    QVERIFY(later != before);
}

void TestEngine::forwardTo_fault_stopsAfterIt() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.forwardTo(faultKinds());
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, SyntheticSource::stepsPerFault);
    engine.forwardTo(faultKinds());
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, 2 * SyntheticSource::stepsPerFault);
    engine.forwardTo(violationKinds());
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, SyntheticSource::stepsPerViolation);
}

void TestEngine::backTo_fault_returnsWhereForwardStopped() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.forwardTo(faultKinds());
    engine.waitUntilIdle();
    const std::uint64_t hash = stateHash(stateOf(engine.latest()));
    engine.stepForward(30);
    engine.backTo(faultKinds());
    engine.waitUntilIdle();
    QCOMPARE(stateHash(stateOf(engine.latest())), hash);
}

void TestEngine::forwardTo_noneLeft_staysAndSaysSo() {
    constexpr std::uint64_t place = 3 * SyntheticSource::stepsPerFault;
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.stepForward(place);
    engine.waitUntilIdle();
    const std::uint64_t hash = stateHash(stateOf(engine.latest()));
    KindSet never;
    never.set(static_cast<std::size_t>(EventKind::ProcessKilled));
    engine.forwardTo(never);
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, place);
    QCOMPARE(stateHash(stateOf(engine.latest())), hash);
    QVERIFY(!engine.latest()->error);
    QCOMPARE(engine.latest()->notice,
             std::string("There is none from here to the end of the run."));
    engine.stepForward();
    engine.waitUntilIdle();
    QCOMPARE(engine.latest()->notice, std::string());
}

void TestEngine::forwardTo_cancelled_staysWhereItGotTo() {
    Engine engine;
    engine.open(syntheticRun(SyntheticSource::endless));
    KindSet never;
    never.set(static_cast<std::size_t>(EventKind::ProcessKilled));
    engine.forwardTo(never);
    QVERIFY(waitFor(engine, [](const EngineSnapshot& snapshot) {
        return snapshot.phase == EnginePhase::Working && snapshot.moment->state.step > 0;
    }));
    engine.cancel();
    engine.waitUntilIdle();
    QVERIFY(stateOf(engine.latest()).step > 0);
    QCOMPARE(engine.latest()->notice, std::string());
}

void TestEngine::backTo_noneBefore_staysAndSaysSo() {
    constexpr std::uint64_t place = SyntheticSource::stepsPerFault - 5;
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.stepForward(place);
    engine.backTo(faultKinds());
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, place);
    QCOMPARE(engine.latest()->notice,
             std::string("There is none from the start of the run to here."));
}

void TestEngine::seek_anywhere_equalsFirstVisit() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    std::vector<std::pair<std::uint64_t, std::uint64_t>> visited;
    for (int i = 0; i < 12; ++i) {
        engine.stepForward(173);
        engine.waitUntilIdle();
        visited.emplace_back(stateOf(engine.latest()).nextSeq, stateHash(stateOf(engine.latest())));
    }
    for (const std::size_t i : {3U, 11U, 0U, 7U, 6U, 10U}) {
        engine.seek(visited[i].first);
        engine.waitUntilIdle();
        QCOMPARE(stateOf(engine.latest()).nextSeq, visited[i].first);
        QCOMPARE(stateHash(stateOf(engine.latest())), visited[i].second);
    }
}

void TestEngine::seekStep_beyondKnownEvents_runsThere() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.seekStep(2222);
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, std::uint64_t{2222});
    engine.seekStep(1111);
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, std::uint64_t{1111});
    engine.seekStep(10 * someSteps);
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, someSteps);
    QVERIFY(engine.latest()->moment->finished);
}

void TestEngine::lookAhead_keepsTheCursor() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.stepForward(9);
    engine.waitUntilIdle();
    engine.lookAhead(~0ULL);
    while (!engine.idle()) {
        QVERIFY(stateOf(engine.latest()).step <= 9); // nor does it show what it runs through
    }
    QCOMPARE(stateOf(engine.latest()).step, std::uint64_t{9});
    QCOMPARE(engine.latest()->allSteps, someSteps);
    QVERIFY(!engine.latest()->moment->atHead);
}

void TestEngine::play_slow_makesStepsUntilPaused() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.play(200);
    QVERIFY(waitFor(engine, [](const EngineSnapshot& snapshot) {
        return snapshot.phase == EnginePhase::Playing && snapshot.moment->state.step >= 5;
    }));
    engine.pause();
    engine.waitUntilIdle();
    const std::uint64_t step = stateOf(engine.latest()).step;
    QCOMPARE(engine.latest()->phase, EnginePhase::Paused);
    QVERIFY(step < someSteps);
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    QCOMPARE(stateOf(engine.latest()).step, step);
}

void TestEngine::play_fullSpeed_endsByItself() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.waitUntilIdle();
    engine.play(Engine::fullSpeed);
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, someSteps);
    QCOMPARE(engine.latest()->phase, EnginePhase::Paused);
    QVERIFY(engine.latest()->moment->finished);
}

void TestEngine::play_ended_byAStep() {
    Engine engine;
    engine.open(syntheticRun(SyntheticSource::endless));
    engine.play(Engine::fullSpeed);
    QVERIFY(waitFor(engine, [](const EngineSnapshot& snapshot) {
        return snapshot.phase == EnginePhase::Playing;
    }));
    engine.goHome();
    engine.waitUntilIdle();
    QCOMPARE(engine.latest()->phase, EnginePhase::Paused);
    QCOMPARE(stateOf(engine.latest()).step, std::uint64_t{0});
}

void TestEngine::cancel_endlessRun_stopsSoonAndStaysWhole() {
    Engine engine;
    engine.open(syntheticRun(SyntheticSource::endless));
    engine.waitUntilIdle();
    engine.runToEnd();
    QVERIFY(waitFor(engine, [](const EngineSnapshot& snapshot) {
        return snapshot.phase == EnginePhase::Working;
    }));
    engine.cancel();
    engine.waitUntilIdle();
    const std::uint64_t step = stateOf(engine.latest()).step;
    QVERIFY(step > 0);
    engine.stepBack();
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, step - 1);
}

void TestEngine::commands_keepTheirOrder() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.stepForward(100);
    engine.stepBack(30);
    engine.forwardTo(faultKinds()); // 128
    engine.stepBack(1);
    engine.waitUntilIdle();
    QCOMPARE(stateOf(engine.latest()).step, 2 * SyntheticSource::stepsPerFault - 1);
}

void TestEngine::snapshots_haveAscendingNumbers() {
    Engine engine;
    engine.open(syntheticRun(SyntheticSource::endless));
    engine.play(Engine::fullSpeed);
    std::uint64_t last = 0;
    std::uint64_t different = 0;
    for (int i = 0; i < 200; ++i) {
        const std::uint64_t number = engine.latest()->number;
        QVERIFY(number >= last);
        different += number > last ? 1 : 0;
        last = number;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    QVERIFY(different > 2);
}

void TestEngine::snapshot_keepsItsMoment_whileTheRunGoesOn() {
    Engine engine;
    engine.open(syntheticRun(someSteps));
    engine.stepForward(500);
    engine.waitUntilIdle();
    const EngineSnapshotRef kept = engine.latest();
    const std::uint64_t hash = stateHash(stateOf(kept));
    const std::uint64_t end = kept->moment->log.endSeq();
    engine.play(Engine::fullSpeed);
    for (int i = 0; i < 20; ++i) {
        QCOMPARE(stateHash(stateOf(kept)), hash); // while the engine writes its own pages
    }
    engine.waitUntilIdle();
    QCOMPARE(stateHash(stateOf(kept)), hash);
    QCOMPARE(kept->moment->log.endSeq(), end);
    QVERIFY(stateHash(stateOf(engine.latest())) != hash);
}

void TestEngine::restart_makesTheRunAnew() {
    std::uint64_t made = 0;
    Engine engine;
    engine.open(syntheticRun(someSteps, &made));
    engine.stepForward(10);
    engine.waitUntilIdle();
    const std::uint64_t number = engine.latest()->runNumber;
    engine.restart();
    engine.waitUntilIdle();
    QCOMPARE(made, std::uint64_t{2});
    QCOMPARE(stateOf(engine.latest()).step, std::uint64_t{0});
    QVERIFY(engine.latest()->runNumber != number);
}

void TestEngine::withoutRun_commandsDoNothing() {
    Engine engine;
    engine.stepForward();
    engine.seek(5);
    engine.play(Engine::fullSpeed);
    engine.waitUntilIdle();
    QCOMPARE(engine.latest()->phase, EnginePhase::Empty);
    QVERIFY(!engine.latest()->moment);
}

void TestEngine::destroyed_whilePlaying_ends() {
    std::weak_ptr<const Snapshot> last;
    {
        Engine engine;
        engine.open(syntheticRun(SyntheticSource::endless));
        engine.play(Engine::fullSpeed);
        QVERIFY(waitFor(engine, [](const EngineSnapshot& snapshot) {
            return snapshot.phase == EnginePhase::Playing;
        }));
        last = engine.latest()->moment;
    }
    QVERIFY(last.expired());
}

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_ui_engine.moc"
