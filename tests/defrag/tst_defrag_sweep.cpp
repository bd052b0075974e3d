#include <QTest>

#include "support/sample_runs.h"

using namespace fragscope;
using fragscope::test::SampleRun;
using fragscope::test::wildMove;

namespace {

constexpr std::uint64_t seeds = 50;

void eachShape() {
    QTest::addColumn<int>("end");
    QTest::addColumn<int>("cpus");
    QTest::addColumn<int>("transfer");
    for (const int end : {0, 1}) {
        for (const int cpus : {2, 3}) {
            for (const int transfer : {1, 2, 3}) {
                QTest::addRow("%s end, %d CPUs, %d pages", end == 0 ? "high" : "low", cpus,
                              transfer)
                    << end << cpus << transfer;
            }
        }
    }
}

/// The repaired algorithm in small: two threads on CPUs of their own, or sharing one.
RunConfig config(std::uint64_t seed) {
    QFETCH(int, end);
    QFETCH(int, cpus);
    QFETCH(int, transfer);
    RunConfig made = wildMove(static_cast<MoveEnd>(end), seed);
    made.machine.cpus = static_cast<std::uint32_t>(cpus);
    made.mover.transferBlock = bytesOf(PageCount(static_cast<std::uint64_t>(transfer)));
    if (cpus == 2) {
        made.processes[0].cpus = {1, 1};
        made.machine.quantumCycles = 1000;
        made.processes[1].exitAtCycles *= 4; // the growth shares its CPU with both threads
    }
    if (seed % 2 == 0) {
        made.processes[0].atomicity = AccessAtomicity::Atomic;
    }
    return made;
}

/// Waits that all runs of a row together must show: the dangerous moments were met. Threads that
/// share a CPU with each other meet a window of one page too rarely to ask for it.
std::uint64_t leastWaits() {
    QFETCH(int, cpus);
    return cpus == 2 ? 0 : seeds / 2;
}

void checkRun(const RunConfig& made, std::uint64_t& waits) {
    SampleRun run(made);
    run.finish();
    QVERIFY2(run.violations().empty(),
             qPrintable(QString("seed %1: %2")
                            .arg(made.seed)
                            .arg(QString::fromStdString(run.violationText()))));
    QCOMPARE(run.count(EventKind::MoveDone), std::size_t{1});
    QCOMPARE(run.count(EventKind::ContentsEqual), std::size_t{1});
    waits += run.count(EventKind::WaitEnded);
}

} // namespace

class TestDefragSweep : public QObject {
    Q_OBJECT

private slots:

    void repaired_drawnSchedules_neverShowsAViolation_data() { eachShape(); }

    void repaired_drawnSchedules_neverShowsAViolation() {
        std::uint64_t waits = 0;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            checkRun(config(seed), waits);
        }
        QVERIFY2(waits >= leastWaits(), qPrintable(QString::number(waits)));
    }

    void repairedInRanges_drawnSchedules_neverShowsAViolation_data() { eachShape(); }

    void repairedInRanges_drawnSchedules_neverShowsAViolation() {
        std::uint64_t waits = 0;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            RunConfig made = config(seed);
            made.machine.translation = TranslationMode::Ranges;
            checkRun(made, waits);
        }
        QVERIFY2(waits >= leastWaits(), qPrintable(QString::number(waits)));
    }

    void stopTheWorld_drawnSchedules_neverShowsAViolation_data() { eachShape(); }

    void stopTheWorld_drawnSchedules_neverShowsAViolation() {
        std::uint64_t waits = 0;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            RunConfig made = config(seed);
            made.mover.algorithm = MoverAlgorithm::StopTheWorld;
            checkRun(made, waits);
        }
        QVERIFY2(waits >= leastWaits(), qPrintable(QString::number(waits)));
    }

    void freeAndSystemCall_anywhereInAMove_areSafe() {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            for (const std::uint64_t at : {4000ULL, 6500ULL, 9000ULL}) {
                RunConfig made = wildMove(MoveEnd::High, seed);
                made.processes[0].pattern = Pattern::HotSet; // keeps away from what is given back
                made.processes[0].hotPercent = 100;
                ScriptAction free;
                free.atCycles = at;
                free.action = Action::Free;
                free.process = "application";
                free.size = kib(4);
                ScriptAction call = free;
                call.action = Action::SystemCall;
                call.size = kib(24);
                call.atCycles = at + 10 * seed;
                made.script.push_back(free);
                made.script.push_back(call);
                made.mover.systemCall =
                    seed % 2 == 0 ? SystemCallMode::FaultIn : SystemCallMode::Repeat;
                std::uint64_t waits = 0;
                checkRun(made, waits);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestDefragSweep)
#include "tst_defrag_sweep.moc"
