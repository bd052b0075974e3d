#include <QTest>

#include "defrag/support/move_run.h"

using namespace fragscope;

namespace {

/// A run whose mover is ended at `atCycles`.
MoveRun runWithDeath(RunConfig config, std::uint64_t atCycles, MoverDeath death) {
    ScriptAction kill;
    kill.atCycles = atCycles;
    kill.action = Action::KillMover;
    config.script.push_back(kill);
    config.mover.death = death;
    return runMove(config);
}

} // namespace

/// The mover dies in the middle of its work: the map is the journal (DEFRAG 1.3).
class TestDefragDeath : public QObject {
    Q_OBJECT

private slots:

    void mover_diesAnywhere_nothingIsLost_data() {
        QTest::addColumn<bool>("stopTheWorld");
        QTest::addColumn<qulonglong>("transferKib");
        QTest::newRow("entry E, 8 KiB") << false << 8ULL;
        QTest::newRow("entry E, 16 KiB") << false << 16ULL;
        QTest::newRow("stop the world") << true << 8ULL;
    }

    void mover_diesAnywhere_nothingIsLost() {
        QFETCH(bool, stopTheWorld);
        QFETCH(qulonglong, transferKib);
        RunConfig config = moveConfig(kib(32), kib(transferKib));
        config.processes[0].accesses = 600;
        if (stopTheWorld) {
            config.mover.algorithm = MoverAlgorithm::StopTheWorld;
        }
        std::uint64_t inTheMiddle = 0;
        for (std::uint64_t at = 3000; at < 26000; at += 97) {
            const MoveRun run = runWithDeath(config, at, MoverDeath::Rollback);
            QVERIFY2(run.violations() == 0 && run.end == Rule::AllDone,
                     qPrintable(QString("killed at %1 cycles").arg(at)));
            QCOMPARE(run.of(EventKind::ContentsEqual), 1U);
            QCOMPARE(run.of(EventKind::MoverDied), 1U);
            inTheMiddle += run.of(EventKind::MoveBegun) - run.of(EventKind::MoveDone);
        }
        QVERIFY(inTheMiddle > 20); // the loop really met the move
    }

    void mover_diesWithoutRollback_waitersHang() {
        RunConfig config = moveConfig(kib(32), kib(32), 2);
        config.processes[0].accesses = 3000;
        std::uint64_t hung = 0;
        for (std::uint64_t at = 5000; at < 20000; at += 1000) {
            hung += runWithDeath(config, at, MoverDeath::Nothing).end == Rule::Deadlock ? 1U : 0U;
        }
        QVERIFY(hung > 0);
    }
};

QTEST_GUILESS_MAIN(TestDefragDeath)
#include "tst_defrag_death.moc"
