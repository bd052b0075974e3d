#include "fragscope/defrag/recovery.h"
#include "fragscope/hardware/paging/pte.h"

#include <QTest>

#include "support/sample_runs.h"
#include <optional>

using namespace fragscope;
using fragscope::test::oneMove;
using fragscope::test::overlappingMove;
using fragscope::test::SampleRun;
using fragscope::test::sharedMove;
using fragscope::test::wildMove;

namespace {

/// A kind of run whose mover is killed at every single step.
struct Case {
    std::string name;
    RunConfig config;
};

/// Applications that outlive the move, with or without a mover.
RunConfig longLived(RunConfig config) {
    for (ProcessSettings& process : config.processes) {
        if (process.name != "neighbour" && !process.cpus.empty()) {
            process.accesses = config.machine.schedule == SchedulePolicy::Random ? 1500 : 5000;
        }
    }
    return config;
}

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const MoveEnd end : {MoveEnd::High, MoveEnd::Low}) {
        const std::string side = end == MoveEnd::High ? " high" : " low";
        RunConfig perBlock = oneMove(end);
        perBlock.mover.oldFrames = OldFrames::PerBlock;
        RunConfig overlap = overlappingMove(end, 8, 3);
        overlap.mover.transferBlock = kib(16);
        RunConfig ranges = wildMove(end, 2);
        ranges.machine.translation = TranslationMode::Ranges;
        all.push_back({"plain" + side, oneMove(end)});
        all.push_back({"frames per block" + side, perBlock});
        all.push_back({"overlap" + side, overlap});
        all.push_back({"wild" + side, wildMove(end, 1)});
        all.push_back({"wild in ranges" + side, ranges});
    }
    all.push_back({"two owners", sharedMove(1)});
    RunConfig sharedRanges = sharedMove(2);
    sharedRanges.machine.translation = TranslationMode::Ranges;
    all.push_back({"two owners in ranges", sharedRanges});
    const std::size_t entryE = all.size();
    for (std::size_t i = 0; i < entryE; ++i) {
        Case stopping = all[i];
        stopping.name += ", stop the world";
        stopping.config.mover.algorithm = MoverAlgorithm::StopTheWorld;
        all.push_back(stopping);
    }
    return all;
}

void eachCase() {
    QTest::addColumn<int>("index");
    const auto all = cases();
    for (std::size_t i = 0; i < all.size(); ++i) {
        QTest::addRow("%s", all[i].name.c_str()) << static_cast<int>(i);
    }
}

Case fetchedCase() {
    QFETCH(int, index);
    Case fetched = cases().at(static_cast<std::size_t>(index));
    fetched.config = longLived(fetched.config);
    return fetched;
}

/// Numbers of the steps that the mover made.
std::vector<std::uint64_t> moverSteps(const RunConfig& config) {
    SampleRun run(config, RecordLevel::Full);
    run.finish();
    std::vector<std::uint64_t> steps;
    for (const Event& event : run.all(EventKind::TaskStep)) {
        if (event.task == run.parts().moverTask->id) {
            steps.push_back(event.value);
        }
    }
    return steps;
}

bool isMoving(SampleRun& run) {
    const auto& processes = run.parts().kernel.processes();
    return std::any_of(processes.begin(), processes.end(),
                       [](const auto& process) { return process->move.active; });
}

/// Kills the mover after so many steps and, if wanted, starts the recovery on the last CPU.
void killAfter(SampleRun& run, std::uint64_t steps, bool recover) {
    (void)run.machine().advance(nullptr, steps);
    Machine::Parts& parts = run.parts();
    parts.scheduler.kill(*parts.moverTask);
    parts.moverControl.alive = false;
    if (recover) {
        parts.scheduler.spawn({.role = TaskRole::Script, .cpu = parts.config.machine.cpus - 1},
                              recoverMoves(parts.kernel, parts.moverTask->id));
    }
}

/// What the books say that is wrong after a recovery; nothing if all is well.
QString brokenBooks(SampleRun& run) {
    Machine::Parts& parts = run.parts();
    for (const auto& process : parts.kernel.processes()) {
        if (process->reaped) {
            continue;
        }
        if (process->move.active || process->mapLock != 0 || process->stopped ||
            process->customHandler) {
            return QString("process %1 is not free").arg(process->number);
        }
        for (const Extent& extent : process->map.extents()) {
            if (extent.kind != EntryKind::Block) {
                return QString("process %1 still has an entry E").arg(process->number);
            }
        }
    }
    std::uint64_t data = 0;
    std::uint64_t mapped = 0;
    for (std::uint64_t i = 0; i < 512; ++i) {
        const FrameNumber frame(i);
        const bool isData = parts.kernel.frames().info(frame).use == FrameUse::Data;
        const auto& all = parts.kernel.processes();
        const bool isMapped = std::any_of(all.begin(), all.end(), [&](const auto& process) {
            return !process->reaped && process->map.leadsTo(frame);
        });
        data += isData ? 1U : 0U;
        mapped += isMapped ? 1U : 0U;
    }
    return data == mapped ? QString() : QString("%1 data frames, %2 mapped").arg(data).arg(mapped);
}

} // namespace

class TestDefragRecovery : public QObject {
    Q_OBJECT

private slots:

    void moverDies_atEveryStep_contentsEqualAndBooksInOrder_data() { eachCase(); }

    void moverDies_atEveryStep_contentsEqualAndBooksInOrder() {
        const Case fetched = fetchedCase();
        std::uint64_t deaths = 0;
        for (const std::uint64_t step : moverSteps(fetched.config)) {
            SampleRun run(fetched.config);
            killAfter(run, step, true);
            if (!isMoving(run)) {
                continue;
            }
            ++deaths;
            run.finish();
            const QString where = QString("killed after step %1: ").arg(step);
            QVERIFY2(run.violations().empty(),
                     qPrintable(where + QString::fromStdString(run.violationText())));
            QVERIFY2(run.count(EventKind::ContentsEqual) > 0, qPrintable(where));
            const QString broken = brokenBooks(run);
            QVERIFY2(broken.isEmpty(), qPrintable(where + broken));
        }
        QVERIFY(deaths > 8);
    }

    void moverDies_withoutRecovery_waitersHang() {
        const RunConfig config = longLived(oneMove(MoveEnd::High));
        std::uint64_t hanging = 0;
        for (const std::uint64_t step : moverSteps(config)) {
            SampleRun run(config);
            killAfter(run, step, false);
            if (!isMoving(run)) {
                continue;
            }
            run.finish();
            const bool inWindow = run.process(1).move.phase != MovePhase::Idle;
            const bool deadlock = run.machine().endRule() == Rule::Deadlock;
            QVERIFY(inWindow || !deadlock); // between two blocks nobody waits
            hanging += deadlock ? 1U : 0U;
        }
        QVERIFY(hanging > 5);
    }

    void rollback_openBlock_givesItBackToA() {
        const RunConfig config = longLived(oneMove(MoveEnd::High));
        const auto steps = moverSteps(config);
        for (const std::uint64_t step : steps) {
            SampleRun run(config);
            killAfter(run, step, true);
            if (!isMoving(run) || run.process(1).move.phase != MovePhase::Copying) {
                continue;
            }
            const std::uint64_t open = run.process(1).move.blockStart;
            run.finish();
            const Event back = run.all(EventKind::MoveRolledBack).at(0);
            QCOMPARE(back.rule, Rule::JournalRollback);
            QCOMPARE(back.vaddr, open);
            const auto extent = run.process(1).map.lookUp(VirtAddr(open));
            QCOMPARE(extent->start, open);
            QCOMPARE(extent->label, std::uint8_t{'A'});
            return;
        }
        QFAIL("the mover was never seen copying");
    }

    void killMoverAction_insideTheWindow_isRecoveredByTheScript_data() {
        QTest::addColumn<int>("death");
        QTest::newRow("rollback") << static_cast<int>(MoverDeath::Rollback);
        QTest::newRow("nothing") << static_cast<int>(MoverDeath::Nothing);
    }

    void killMoverAction_insideTheWindow_isRecoveredByTheScript() {
        QFETCH(int, death);
        RunConfig config = longLived(oneMove(MoveEnd::High));
        config.mover.death = static_cast<MoverDeath>(death);
        ScriptAction kill;
        kill.atCycles = 7000; // the first block is being copied
        kill.action = Action::KillMover;
        config.script.push_back(kill);
        SampleRun run(config);
        run.finish();
        QCOMPARE(run.all(EventKind::MoverDied).at(0).object, 1U);
        if (config.mover.death == MoverDeath::Rollback) {
            QCOMPARE(run.violationText(), std::string());
            QCOMPARE(run.count(EventKind::MoveRolledBack), std::size_t{1});
        } else {
            QCOMPARE(run.violationText(), std::string("Deadlock"));
        }
    }

    void recovery_somebodyHoldsTheMapLock_waitsForIt() {
        RunConfig config = longLived(oneMove(MoveEnd::High));
        config.processes[0].pattern = Pattern::HotSet;
        config.processes[0].hotPercent = 100;
        ScriptAction free;
        free.atCycles = 7000;
        free.action = Action::Free;
        free.process = "application";
        free.size = bytesOf(PageCount(3));
        config.script.push_back(free);
        ScriptAction kill;
        kill.action = Action::KillMover;
        for (kill.atCycles = 7000; kill.atCycles < 14000; kill.atCycles += 50) {
            RunConfig both = config;
            both.script.push_back(kill);
            SampleRun run(both);
            run.finish();
            QVERIFY2(run.violations().empty(), qPrintable(QString::number(kill.atCycles)));
            QCOMPARE(brokenBooks(run), QString());
            QCOMPARE((run.process(1).map.areaEnd() - run.process(1).map.areaStart()).value,
                     13 * pageBytes);
        }
    }
};

QTEST_GUILESS_MAIN(TestDefragRecovery)
#include "tst_defrag_recovery.moc"
