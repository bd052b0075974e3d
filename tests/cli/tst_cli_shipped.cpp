#include <QDirIterator>
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
};

QTEST_GUILESS_MAIN(TestCliShipped)
#include "tst_cli_shipped.moc"
