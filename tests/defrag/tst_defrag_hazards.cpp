#include "fragscope/hardware/paging/pte.h"

#include <QTest>

#include "support/sample_runs.h"
#include <functional>

using namespace fragscope;
using fragscope::test::asWritten;
using fragscope::test::oneMove;
using fragscope::test::SampleRun;
using fragscope::test::sharedMove;
using fragscope::test::wildMove;

namespace {

using Change = std::function<void(RunConfig&)>;

constexpr std::uint64_t seeds = 25;

/// One switch of DEFRAG 1.3 in its dangerous position: what must be seen of it in some seed, and in
/// which configuration. The safe position is the default.
struct Hazard {
    const char* name = "";
    Change setting; ///< of the configuration, for both positions
    Change danger;
    std::vector<std::string> seen; ///< each of these in at least one seed
};

void nothing(RunConfig&) {}

void smallTlb(RunConfig& config) {
    config.machine.tlbSets = 1;
    config.machine.tlbWays = 1;
}

void inRanges(RunConfig& config) {
    config.machine.translation = TranslationMode::Ranges;
    smallTlb(config); // the list is read often
}

Change shootdown(ShootdownMode mode) {
    return [mode](RunConfig& config) { config.mover.shootdown = mode; };
}

Change representation(MapRepresentation how) {
    return [how](RunConfig& config) { config.machine.mapRepresentation = how; };
}

std::vector<Hazard> hazards() {
    return {
        {"no shootdown",
         nothing,
         shootdown(ShootdownMode::None),
         {"I4", "I6", "lost-write", "foreign-access"}},
        {"shootdown not awaited",
         nothing,
         shootdown(ShootdownMode::Unacknowledged),
         {"I4", "I6", "lost-write"}},
        {"shootdown after the copy",
         nothing,
         shootdown(ShootdownMode::AfterCopy),
         {"I4", "lost-write", "stale-read"}},
        {"no shootdown in ranges", inRanges, shootdown(ShootdownMode::None), {"I4", "lost-write"}},
        {"frames given back at once, no shootdown",
         [](RunConfig& config) { config.mover.oldFrames = OldFrames::PerBlock; },
         shootdown(ShootdownMode::None),
         {"I6", "foreign-access"}},
        {"handler as written",
         nothing,
         [](RunConfig& config) { config.mover.handler = HandlerMode::AsWritten; },
         {"killed LegalButKilled"}},
        {"copy before remap",
         nothing,
         [](RunConfig& config) { config.mover.order = MoveOrder::CopyThenRemap; },
         {"lost-write", "stale-read"}},
        {"handler waits with interrupts off",
         smallTlb,
         [](RunConfig& config) { config.mover.waitInterrupts = WaitInterrupts::Off; },
         {"Deadlock"}},
        {"start and base in ranges",
         inRanges,
         representation(MapRepresentation::StartBase),
         {"lost-write", "stale-read"}},
        {"start and length in ranges",
         inRanges,
         representation(MapRepresentation::StartLength),
         {"I2", "killed NotMapped"}},
        {"all as written",
         nothing,
         [](RunConfig& config) { config = asWritten(config); },
         {"I4", "lost-write"}},
    };
}

RunConfig configOf(const Hazard& hazard, MoveEnd end, std::uint64_t seed) {
    RunConfig config = wildMove(end, seed);
    hazard.setting(config);
    return config;
}

void eachHazard() {
    QTest::addColumn<int>("index");
    QTest::addColumn<int>("end");
    const auto all = hazards();
    for (std::size_t i = 0; i < all.size(); ++i) {
        QTest::addRow("%s, high end", all[i].name) << static_cast<int>(i) << 0;
        QTest::addRow("%s, low end", all[i].name) << static_cast<int>(i) << 1;
    }
}

/// Pages of process 1 that were written and whose new table entry does not say so.
std::uint64_t dirtyBitsLost(const SampleRun& run) {
    std::set<std::uint64_t> written;
    std::uint64_t lost = 0;
    for (const Event& event : run.log) {
        const std::uint64_t page = event.vaddr >> pageShift;
        if (event.kind == EventKind::Store && event.object == 1) {
            written.insert(page);
        } else if (event.kind == EventKind::PteStore && event.rule == Rule::AbsentToPresent) {
            lost += written.contains(page) && !Pte{event.value}.dirty() ? 1U : 0U;
        }
    }
    return lost;
}

/// One write of the first page of A, `think` cycles after the run's begin, and reads much later.
RunConfig oneWriteAt(std::uint64_t think, PteClear clear) {
    RunConfig config = oneMove(MoveEnd::High);
    config.mover.pteClear = clear;
    ProcessSettings& app = config.processes[0];
    app.pattern = Pattern::Script;
    app.thinkCycles = think;
    app.script = {{false, 0}, {true, 8 * pageBytes}, {false, 0}, {false, 0}, {false, 0},
                  {false, 0}};
    return config;
}

std::uint64_t runsThatLoseADirtyBit(PteClear clear) {
    std::uint64_t runs = 0;
    for (std::uint64_t think = 4000; think < 10000; think += 3) {
        SampleRun run(oneWriteAt(think, clear), RecordLevel::Full);
        run.finish();
        runs += dirtyBitsLost(run) != 0 ? 1U : 0U;
    }
    return runs;
}

RunConfig edgeRun(MoveEnd end, std::uint64_t seed, WaitMode wait) {
    RunConfig config = wildMove(end, seed);
    config.mover.handler = HandlerMode::AsWritten;
    config.mover.wait = wait;
    config.mover.transferBlock = kib(8);
    config.processes[0].atomicity = AccessAtomicity::Atomic;
    return config;
}

} // namespace

class TestDefragHazards : public QObject {
    Q_OBJECT

private slots:

    void dangerousValue_drawnSchedules_isCaughtByItsDetector_data() { eachHazard(); }

    void dangerousValue_drawnSchedules_isCaughtByItsDetector() {
        QFETCH(int, index);
        QFETCH(int, end);
        const Hazard hazard = hazards().at(static_cast<std::size_t>(index));
        std::set<std::string> seen;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            RunConfig config = configOf(hazard, static_cast<MoveEnd>(end), seed);
            hazard.danger(config);
            SampleRun run(config);
            run.finish();
            seen.merge(run.violations());
        }
        for (const std::string& word : hazard.seen) {
            QVERIFY2(seen.contains(word), word.c_str());
        }
    }

    void safeValue_sameSchedules_showsNothing_data() { eachHazard(); }

    void safeValue_sameSchedules_showsNothing() {
        QFETCH(int, index);
        QFETCH(int, end);
        const Hazard hazard = hazards().at(static_cast<std::size_t>(index));
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            SampleRun run(configOf(hazard, static_cast<MoveEnd>(end), seed));
            run.finish();
            QVERIFY2(run.violations().empty(),
                     qPrintable(QString("seed %1: %2")
                                    .arg(seed)
                                    .arg(QString::fromStdString(run.violationText()))));
        }
    }

    void edgeWait_signalMissed_isADeadlockThatThePredicateAvoids() {
        int found = 0;
        for (std::uint64_t seed = 1; seed <= 200 && found == 0; ++seed) {
            SampleRun edge(edgeRun(MoveEnd::High, seed, WaitMode::Edge));
            edge.finish();
            if (!edge.violations().contains("Deadlock")) {
                continue;
            }
            SampleRun predicate(edgeRun(MoveEnd::High, seed, WaitMode::Predicate));
            predicate.finish();
            found += predicate.violations().empty() ? 1 : 0;
        }
        QCOMPARE(found, 1);
    }

    void edgeWait_withTheRewalk_missesNothing() {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            RunConfig config = wildMove(MoveEnd::High, seed);
            config.mover.wait = WaitMode::Edge;
            SampleRun run(config);
            run.finish();
            QCOMPARE(run.violationText(), std::string());
        }
    }

    void pteClear_plainStore_losesDirtyBits() {
        QVERIFY(runsThatLoseADirtyBit(PteClear::PlainStore) > 0);
    }

    void pteClear_exchange_losesNone() { QCOMPARE(runsThatLoseADirtyBit(PteClear::Exchange), 0U); }

    void lostWrite_event_namesValuesPlaceAndCause() {
        RunConfig config = wildMove(MoveEnd::High, 2);
        config.mover.order = MoveOrder::CopyThenRemap;
        SampleRun run(config, RecordLevel::Full);
        run.finish();
        const Event lost = run.all(EventKind::LostWrite).at(0);
        QVERIFY(lost.value != lost.a);
        bool causeFound = false;
        std::uint64_t step = 0;
        for (const Event& event : run.log) {
            step = event.kind == EventKind::TaskStep ? event.value : step;
            causeFound = causeFound || (event.kind == EventKind::Store && step == lost.b &&
                                        event.vaddr == lost.vaddr && event.value == lost.value);
        }
        QVERIFY(causeFound);
    }

    void pinned_ignored_movesALockedFrameThatSkipLeavesAlone() {
        for (const PinnedFrames pinned : {PinnedFrames::Ignore, PinnedFrames::Skip}) {
            RunConfig config = oneMove(MoveEnd::High);
            config.mover.pinned = pinned;
            ScriptAction pin;
            pin.atCycles = 100;
            pin.action = Action::Pin;
            pin.process = "application";
            pin.offset = bytesOf(PageCount(10));
            pin.size = bytesOf(PageCount(1));
            config.script.push_back(pin);
            SampleRun run(config);
            run.finish();
            const std::uint64_t locked = run.all(EventKind::FramesPinned).at(0).paddr;
            bool moved = false;
            for (const Event& event : run.all(EventKind::PageCopied)) {
                moved = moved || event.a == locked;
            }
            QCOMPARE(moved, pinned == PinnedFrames::Ignore);
            QCOMPARE(run.count(EventKind::MoveSkipped, Rule::CandidatePinned) > 0, !moved);
        }
    }
};

QTEST_GUILESS_MAIN(TestDefragHazards)
#include "tst_defrag_hazards.moc"
