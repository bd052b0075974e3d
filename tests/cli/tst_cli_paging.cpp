#include <QtTest>

#include "cli/cli_process.h"

namespace {

QString reference(const QString& name) {
    return QStringLiteral("scenarios/references/") + name;
}

QStringList words(const QString& text) {
    return text.split(' ', Qt::SkipEmptyParts);
}

void writeFile(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

} // namespace

class TestCliPaging : public QObject {
    Q_OBJECT

private slots:

    void paging_fifo_writesOneRowForEachReference() {
        const CliResult result = runCli(words("paging --policy fifo --frames 2 --refs 1,2,1,3,1"));
        QCOMPARE(result.code, 0);
        QCOMPARE(result.out, QByteArray("step,page,hit,victim,frames\r\n"
                                        "1,1,0,,1\r\n"
                                        "2,2,0,,1;2\r\n"
                                        "3,1,1,,1;2\r\n"
                                        "4,3,0,1,2;3\r\n"
                                        "5,1,0,2,3;1\r\n"));
        QCOMPARE(result.err, QByteArray("references: 5\nhits: 1\nfaults: 4\n"));
    }

    void paging_clock_showsBitsAndHand() {
        const CliResult result = runCli(words("paging --policy clock --frames 3 --refs 2,3,2,1,5"));
        QCOMPARE(result.code, 0);
        QCOMPARE(result.out, QByteArray("step,page,hit,victim,frames,refbits,hand\r\n"
                                        "1,2,0,,2,1,1\r\n"
                                        "2,3,0,,2;3,1;1,2\r\n"
                                        "3,2,1,,2;3,1;1,2\r\n"
                                        "4,1,0,,2;3;1,1;1;1,0\r\n"
                                        "5,5,0,2,5;3;1,1;0;0,1\r\n"));
    }

    void paging_shippedStrings_giveTheLessonsTotals_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QByteArray>("totals");
        const auto row = [](const char* arguments, const char* totals) {
            QTest::newRow(arguments) << QString(arguments) << QByteArray(totals);
        };
        row("belady.trace --policy fifo --frames 4", "references: 12\nhits: 2\nfaults: 10\n");
        row("stallings.trace --policy clock --frames 3 --set clock.r_on_load=0",
            "references: 12\nhits: 6\nfaults: 6\n");
        row("phases.trace --policy fifo --frames 15", "references: 500\nhits: 458\nfaults: 42\n");
        row("w8020-writes.trace --policy lru --frames 20",
            "references: 500\nhits: 282\nfaults: 218\ndirty_evictions: 98\n");
    }

    void paging_shippedStrings_giveTheLessonsTotals() {
        QFETCH(QString, arguments);
        QFETCH(QByteArray, totals);
        const CliResult result = runCli(words("paging --refs-file " + reference(arguments)));
        QCOMPARE(result.code, 0);
        QCOMPARE(result.err, totals);
    }

    void paging_outputFile_holdsWhatStandardOutputWould() {
        const QTemporaryDir folder;
        const QString table = folder.filePath("table.csv");
        const QStringList command = words("paging --policy random --frames 20 --refs-file " +
                                          reference("w8020.trace") + " --seed");
        const CliResult shown = runCli(command + QStringList{"7"});
        const CliResult written = runCli(command + QStringList{"7", "-o", table});
        QCOMPARE(written.code, 0);
        QCOMPARE(written.out, QByteArray());
        QCOMPARE(written.err, shown.err);
        QFile file(table);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), shown.out);
        QCOMPARE(shown.out.count('\n'), 501);
        QVERIFY(runCli(command + QStringList{"8"}).out != shown.out);
    }

    void paging_unwritableOutput_leavesNothing() {
        const QTemporaryDir folder;
        const QString missing = folder.filePath("none/table.csv");
        CliResult result =
            runCli(words("paging --policy lru --frames 2 --refs 1,2 -o") + QStringList{missing});
        QCOMPARE(result.code, 5);
        QVERIFY2(result.err.contains("none/table.csv: cannot be created"), result.err);
        QVERIFY(!result.err.contains("faults"));

        QVERIFY(QDir(folder.path()).mkdir("table.csv")); // a folder has the name
        result = runCli(words("paging --policy lru --frames 2 --refs 1,2 -o") +
                        QStringList{folder.filePath("table.csv")});
        QCOMPARE(result.code, 5);
        QCOMPARE(QDir(folder.path()).entryList(QDir::NoDotAndDotDot | QDir::AllEntries),
                 QStringList{"table.csv"});

        result = runCli(words("paging --policy lru --frames 2 --refs 1,2 -o /dev/full"));
        QCOMPARE(result.code, 5);
        QVERIFY2(result.err.contains("/dev/full: cannot be written"), result.err);
    }

    void paging_malformedFile_isRefusedWithFileAndLine() {
        const QTemporaryDir folder;
        const QString table = folder.filePath("table.csv");
        writeFile(folder.filePath("bad.trace"), "# pages\n1,2,\n3,x,4\n");
        const CliResult result = runCli({"paging", "--policy", "fifo", "--frames", "2",
                                         "--refs-file", folder.filePath("bad.trace"), "-o", table});
        QCOMPARE(result.code, 3);
        QVERIFY2(result.err.contains("bad.trace:3:3: `x` is not a page number"), result.err);
        QVERIFY(!QFile::exists(table));
    }

    void paging_wrongCommandLine_isRefused_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* arguments, int code, const char* message) {
            QTest::newRow(arguments) << QString(arguments) << code << QByteArray(message);
        };
        row("--frames 2 --refs 1", 2, "--policy");
        row("--policy lru --refs 1", 2, "--frames");
        row("--policy lru --frames 2", 2, "either --refs or --refs-file");
        row("--policy lru --frames 2 --refs 1 --refs-file f", 2, "either --refs or --refs-file");
        row("--policy lur --frames 2 --refs 1", 2,
            "--policy: there is no policy `lur`; did you mean `lru`?");
        row("--policy lru --frames 0 --refs 1", 2, "--frames: 0 is outside 1 to 1048576");
        row("--policy lru --frames 1048577 --refs 1", 2, "--frames: 1048577 is outside");
        row("--policy lru --frames -2 --refs 1", 2, "`-2` is not a whole number");
        row("--policy lru --frames 2 --refs 1 --seed x", 2, "`x` is not a whole number");
        row("--policy lru --frames 2 --refs 1,,2", 2, "--refs:1:3: a page number is missing");
        row("--policy clock --frames 2 --refs 1 --set clock.r_on_load=yes", 2,
            "--set: clock.r_on_load: `yes` is not 1 or 0");
        row("--policy clock --frames 2 --refs 1 --set clock", 2, "--set: `clock` is not KEY=VALUE");
        row("--policy lru --frames 2 --refs-file none.trace", 3,
            "none.trace: there is no such file");
        row("--policy lru --frames 2 --refs-file scenarios", 3, "scenarios: not a file");
    }

    void paging_wrongCommandLine_isRefused() {
        QFETCH(QString, arguments);
        QFETCH(int, code);
        QFETCH(QByteArray, message);
        const CliResult result = runCli(words("paging " + arguments));
        QCOMPARE(result.code, code);
        QCOMPARE(result.out, QByteArray());
        QVERIFY2(result.err.contains(message), result.err);
    }
};

QTEST_GUILESS_MAIN(TestCliPaging)
#include "tst_cli_paging.moc"
