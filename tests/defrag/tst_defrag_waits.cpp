#include <QTest>

#include "defrag/support/move_run.h"

using namespace fragscope;

/// Who waits, for how long, and what it costs (DEFRAG 1.5, lesson 29).
class TestDefragWaits : public QObject {
    Q_OBJECT

private slots:

    void entryE_counts_followTheFormulas_data() {
        QTest::addColumn<qulonglong>("lengthKib");
        QTest::addColumn<qulonglong>("transferKib");
        QTest::newRow("blocks fit exactly") << 256ULL << 64ULL;
        QTest::newRow("last block is shorter") << 256ULL << 96ULL;
        QTest::newRow("one page at a time") << 128ULL << 4ULL;
        QTest::newRow("one block only") << 128ULL << 1024ULL;
    }

    void entryE_counts_followTheFormulas() {
        QFETCH(qulonglong, lengthKib);
        QFETCH(qulonglong, transferKib);
        const MoveRun run = runMove(moveConfig(kib(lengthKib), kib(transferKib)));
        const std::uint64_t blocks = (lengthKib + transferKib - 1) / transferKib;
        QCOMPARE(run.end, Rule::AllDone);
        QCOMPARE(run.violations(), 0U);
        QCOMPARE(run.of(EventKind::ContentsEqual), 1U);
        QCOMPARE(run.bytesCopied, kib(lengthKib).value);
        QCOMPARE(run.of(EventKind::BlockDone), blocks);
        QCOMPARE(run.of(EventKind::ShootdownDone), blocks);
        // Three map stores set up the initial blocks: two of the application, one of the neighbour.
        QCOMPARE(run.of(EventKind::MapStore), 3 + 2 * blocks);
        QCOMPARE(run.of(EventKind::WaitBegun), run.of(EventKind::WaitEnded));
        QVERIFY(run.of(EventKind::WaitEnded) > 0);
    }

    void entryE_longestWait_growsWithTheTransferBlockNotWithTheBlock() {
        const CostModel cost;
        std::uint64_t before = 0;
        for (const std::uint64_t pages : {1U, 4U, 16U}) {
            std::uint64_t longest[2] = {};
            std::size_t i = 0;
            for (const std::uint64_t lengthKib : {512U, 1024U}) {
                const MoveRun run =
                    runMove(moveConfig(kib(lengthKib), bytesOf(PageCount(pages)), 2));
                QCOMPARE(run.violations(), 0U);
                longest[i++] = run.longestWait;
            }
            const std::uint64_t perPage =
                cost.copyPage + 4 * cost.kernelStore + 3 * cost.invalidatePage;
            const std::uint64_t bound = pages * perPage + 4000;
            QVERIFY2(longest[0] <= bound && longest[1] <= bound,
                     qPrintable(QString("%1 %2 > %3").arg(longest[0]).arg(longest[1]).arg(bound)));
            QVERIFY(longest[0] > before);
            before = longest[0];
        }
    }

    void stopTheWorld_longestWait_growsWithTheBlock() {
        std::uint64_t waits[2] = {};
        std::size_t i = 0;
        for (const std::uint64_t lengthKib : {256U, 1024U}) {
            RunConfig config = moveConfig(kib(lengthKib), kib(64));
            config.mover.algorithm = MoverAlgorithm::StopTheWorld;
            const MoveRun run = runMove(config);
            QCOMPARE(run.violations(), 0U);
            QCOMPARE(run.bytesCopied, kib(lengthKib).value);
            QCOMPARE(run.of(EventKind::ContentsEqual), 1U);
            waits[i++] = run.longestWait;
        }
        QVERIFY(waits[0] >= 64 * CostModel().copyPage);
        QVERIFY(waits[1] > 3 * waits[0]);
    }

    void entryE_anySeedAndSchedule_losesNothing() {
        for (std::uint64_t seed = 1; seed <= 30; ++seed) {
            RunConfig config = moveConfig(kib(48), kib(seed % 2 == 0 ? 8 : 4), 2);
            config.seed = seed;
            config.machine.schedule =
                seed % 3 == 0 ? SchedulePolicy::ByTime : SchedulePolicy::Random;
            config.processes[0].atomicity =
                seed % 5 == 0 ? AccessAtomicity::Split : AccessAtomicity::Atomic;
            const MoveRun run = runMove(config);
            QVERIFY2(run.violations() == 0 && run.end == Rule::AllDone,
                     qPrintable(QString("seed %1").arg(seed)));
            QCOMPARE(run.of(EventKind::MoveDone), 1U);
        }
    }
};

QTEST_GUILESS_MAIN(TestDefragWaits)
#include "tst_defrag_waits.moc"
