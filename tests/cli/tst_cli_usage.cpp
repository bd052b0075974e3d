#include <QtTest>

#include "cli/cli_process.h"

class TestCliUsage : public QObject {
    Q_OBJECT

private slots:

    void wrongCommandLine_isRefusedOnStandardError_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const QString& arguments, int code,
                            const char* message) {
            QTest::newRow(name) << arguments.split(' ', Qt::SkipEmptyParts) << code
                                << QByteArray(message);
        };
        row("nothing", "", 2, "say what to do: run, list, describe, runs, export, sweep, mmu");
        row("unknown command", "walk", 2, "walk");
        row("unknown option", "run entry-e --sed 3", 2, "--sed");
        row("scenario missing", "run", 2, "scenario");
        row("no such scenario", "run entry-f", 3,
            "there is neither a file nor a scenario `entry-f`; did you mean `entry-e`?");
        row("no such file", "run none.toml", 3, "none.toml: there is no such file");
        row("unknown key", "run entry-e --set mover.transferblock=1", 2,
            "--set: mover.transferblock: there is no such setting; did you mean "
            "`mover.transfer_block`?");
        row("bad value", "run entry-e --set machine.cpus=0", 2,
            "--set: machine.cpus: 0 is outside 1 to 16");
        row("misfit", "run entry-e --set machine.cpus=1", 2,
            "--set: process.application.cpus: there is no CPU 1");
        row("bad seed", "run entry-e --seed x", 2, "--set: seed: expected a whole number");
        row("bad condition", "run entry-e --until page-falt", 2,
            "--until: `page-falt`: there is no event kind `page-falt`; did you mean `page-fault`?");
        row("bad level", "run entry-e --level most", 2, "--level");
        row("events without folder", "run entry-e --csv-events", 2, "--csv-events needs --csv DIR");
        row("bad memory limit", "run entry-e --max-memory much", 2, "--max-memory");
        row("bad group", "list everything", 2, "everything");
        row("describe nothing", "describe", 2, "name");
        row("describe unknown", "describe mover.wiat", 3, "did you mean `mover.wait`?");
        row("no run file", "runs none.db list", 3, "none.db");
        row("bad action", "runs none.db count", 2, "count");
        row("not a run number", "export none.db#x --table events", 2, "`x` is not a run number");
        row("format of summary", "export none.db --table summary --format jsonl", 2,
            "--format jsonl exists for --table events only");
    }

    void wrongCommandLine_isRefusedOnStandardError() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QByteArray, message);
        const CliResult result = runCli(arguments);
        QCOMPARE(result.code, code);
        QCOMPARE(result.out, QByteArray());
        QVERIFY2(result.err.contains(message), result.err);
    }

    void help_goesToStandardOutput() {
        const CliResult result = runCli({"--help"});
        QCOMPARE(result.code, 0);
        for (const char* command : {"run", "list", "describe", "runs", "export", "mmu"}) {
            QVERIFY2(result.out.contains(QByteArray("  ") + command), result.out);
        }
        QCOMPARE(result.err, QByteArray());
    }

    void list_everything_namesEachKindOfThing() {
        const CliResult result = runCli({"list"});
        QCOMPARE(result.code, 0);
        for (const char* name : {"concurrent-move/entry-e ", "entry-e ", "mover.transfer_block ",
                                 "page-fault ", "lost_writes "}) {
            QVERIFY2(result.out.contains(QByteArray("\n") + name), name);
        }
        QCOMPARE(result.err, QByteArray());
    }

    void list_oneGroup_listsOnlyThat() {
        const CliResult result = runCli({"list", "metrics"});
        QCOMPARE(result.code, 0);
        QVERIFY(result.out.contains("lost_writes"));
        QVERIFY(!result.out.contains("page-fault"));
    }

    void describe_name_saysWhatItIs_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("setting") << "mover.handler" << QByteArray("= as-written: ");
        QTest::newRow("choice") << "copy-then-remap" << QByteArray("choice mover.order");
        QTest::newRow("event") << "page-fault" << QByteArray("event page-fault");
        QTest::newRow("metric") << "lost_writes" << QByteArray("unit      writes");
        QTest::newRow("rule") << "LegalButKilled" << QByteArray("rule LegalButKilled");
        QTest::newRow("scenario by name")
            << "stop-the-world" << QByteArray("scenario stop-the-world: ");
        QTest::newRow("resolved settings")
            << "no-shootdown" << QByteArray("\nshootdown = \"none\"");
        QTest::newRow("expectation")
            << "no-shootdown" << QByteArray("expect: lost_writes at least 1");
        QTest::newRow("arithmetic") << "deadline"
                                    << QByteArray("transfer block: (8000 cycles limit - 1828 fixed)"
                                                  " / 1268 per page of 4 KiB, rounded down = 4 "
                                                  "pages = 16 KiB");
    }

    void describe_name_saysWhatItIs() {
        QFETCH(QString, name);
        QFETCH(QByteArray, expected);
        const CliResult result = runCli({"describe", name});
        QCOMPARE(result.code, 0);
        QVERIFY2(result.out.contains(expected), result.out);
    }
};

QTEST_GUILESS_MAIN(TestCliUsage)
#include "tst_cli_usage.moc"
