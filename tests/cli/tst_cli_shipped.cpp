#include <QDirIterator>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "cli/cli_process.h"

/// Every shipped scenario does what it claims: its expectations hold, and nothing is lost that it
/// does not say is lost.
class TestCliShipped : public QObject {
    Q_OBJECT

private slots:

    void shipped_everyScenario_keepsItsPromises_data() {
        QTest::addColumn<QString>("file");
        QDirIterator entries(FRAGSCOPE_SOURCE_DIR "/scenarios", {"*.toml"}, QDir::Files,
                             QDirIterator::Subdirectories);
        while (entries.hasNext()) {
            const QString file = entries.next();
            QTest::newRow(qPrintable(QFileInfo(file).completeBaseName())) << file;
        }
    }

    void shipped_everyScenario_keepsItsPromises() {
        QFETCH(QString, file);
        const CliResult result = runCli({"run", file, "--check"});
        QVERIFY2(result.out.contains("passed  "), result.err);
        QVERIFY2(!result.out.contains("FAILED  "), result.out);
        QCOMPARE(result.code, 0);
    }

    /// What is safe does not depend on luck: no seed and no order of steps loses anything.
    void safe_scenario_losesNothingUnderAnySchedule_data() {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"stop-the-world", "entry-e", "split-access", "low-end", "low-end-stack",
              "ranges-start-only", "shared-cpu", "mover-dies", "pinned", "shared-frames",
              "grow-in-mid-move", "free-in-mid-move", "system-call", "late-fault", "four-cpus"}) {
            QTest::newRow(name) << QString(name);
        }
    }

    void safe_scenario_losesNothingUnderAnySchedule() {
        QFETCH(QString, name);
        for (const char* schedule : {"by-time", "round-robin", "random"}) {
            for (const char* seed : {"11", "12", "13"}) {
                const CliResult result =
                    runCli({"run", name, "--check", "--json", "--seed", seed, "--set",
                            QString("machine.schedule=%1").arg(schedule)});
                const QJsonObject run = QJsonDocument::fromJson(result.out).object();
                QCOMPARE(run["rule"].toString(), "AllDone");
                const QJsonObject metrics = run["metrics"].toObject();
                for (const char* metric : {"lost_writes", "stale_reads", "foreign_accesses",
                                           "invariants_broken", "kills"}) {
                    QVERIFY(metrics.contains(metric));
                    QCOMPARE(metrics[metric].toInt(), 0);
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestCliShipped)
#include "tst_cli_shipped.moc"
