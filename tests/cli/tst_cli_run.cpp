#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include "cli/cli_process.h"
#include <csignal>
#include <unistd.h>

namespace {

QJsonObject jsonOf(const QByteArray& text) {
    return QJsonDocument::fromJson(text).object();
}

QJsonObject jsonRun(QStringList arguments) {
    const CliResult result = runCli(QStringList{"run"} + arguments + QStringList{"--json"});
    return jsonOf(result.out);
}

QByteArray contentsOf(const QString& name) {
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestCliRun : public QObject {
    Q_OBJECT

private slots:

    void run_twice_givesTheSameHashes() {
        const QJsonObject first = jsonRun({"entry-e"});
        const QJsonObject second = jsonRun({"entry-e"});
        QCOMPARE(first["events_hash"].toString().size(), 16);
        QCOMPARE(first, second);
        QVERIFY(jsonRun({"entry-e", "--seed", "2"})["events_hash"] != first["events_hash"]);
    }

    void run_otherLevel_givesTheSameHashes() {
        QTemporaryDir folder;
        const QJsonObject plain = jsonRun({"entry-e"});
        const QJsonObject full =
            jsonRun({"entry-e", "--level", "full", "--record", folder.filePath("r.db")});
        QCOMPARE(full["events_hash"], plain["events_hash"]);
        QCOMPARE(full["state_hash"], plain["state_hash"]);
        QCOMPARE(full["metrics"], plain["metrics"]);
    }

    void run_against_showsBothRuns() {
        const QJsonObject both =
            jsonRun({"entry-e", "--against", "mover.algorithm=stop-the-world"});
        const QJsonObject naive = jsonRun({"entry-e", "--set", "mover.algorithm=stop-the-world"});
        const QJsonObject against = both["against"].toObject();
        QVERIFY(!naive["metrics"].toObject().isEmpty());
        QCOMPARE(against["metrics"], naive["metrics"]);
        QCOMPARE(against["time_cycles"], naive["time_cycles"]);
        QCOMPARE(both["metrics"], jsonRun({"entry-e"})["metrics"]);
        QVERIFY(both["metrics"]["mover_cycles"] != against["metrics"].toObject()["mover_cycles"]);
        const CliResult text =
            runCli({"run", "entry-e", "--against", "mover.algorithm=stop-the-world"});
        QVERIFY2(text.out.contains("mover.algorithm=stop-the-world"), text.out);
        QVERIFY2(text.out.contains("difference"), text.out);
        QCOMPARE(runCli({"run", "entry-e", "--against", "mover.nonsense=1"}).code, 2);
    }

    void run_text_showsMetricsAndExpectations() {
        const CliResult result = runCli({"run", "entry-e"});
        QCOMPARE(result.code, 0);
        for (const char* part : {"entry-e: ", "\nevents_hash ", "\nstate_hash ", "\nbytes_moved ",
                                 "passed  lost_writes equals 0: found 0\n"}) {
            QVERIFY2(result.out.contains(part), result.out);
        }
        QCOMPARE(result.err, QByteArray());
    }

    void run_failedExpectation_isNamedAndEndsWith1() {
        const CliResult result = runCli({"run", "entry-e", "--set", "mover.shootdown=none", "--set",
                                         "process.application.think=200"});
        QCOMPARE(result.code, 1);
        QVERIFY2(result.out.contains("FAILED  lost_writes equals 0: found "), result.out);
    }

    void run_check_demandsSoundnessUnlessTheScenarioSaysOtherwise() {
        QTemporaryDir folder;
        QFile file(folder.filePath("s.toml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QByteArray text =
            contentsOf(FRAGSCOPE_SOURCE_DIR "/scenarios/concurrent-move/no-shootdown.toml");
        file.write(text.left(text.indexOf("[[expect]]")));
        file.close();
        QCOMPARE(runCli({"run", file.fileName()}).code, 0);
        const CliResult checked = runCli({"run", file.fileName(), "--check"});
        QCOMPARE(checked.code, 1);
        QVERIFY(checked.out.contains("FAILED  lost_writes equals 0"));
        QCOMPARE(runCli({"run", "no-shootdown", "--check"}).code, 0);
    }

    void run_until_stopsAtTheCondition() {
        const CliResult result = runCli({"run", "entry-e", "--until", "count 3 of block-done",
                                         "--csv", csvFolder(), "--csv-events"});
        QCOMPARE(result.code, 0);
        QVERIFY(result.out.contains("condition met"));
        QVERIFY(result.out.contains("expectations  not looked at"));
        QCOMPARE(contentsOf(csvFolder() + "/events.csv").count(",block-done,"), 3);
    }

    void run_untilStep_makesExactlySoManySteps() {
        const QJsonObject json = jsonRun({"entry-e", "--until", "step 100"});
        QCOMPARE(json["steps"].toInt(), 100);
        QCOMPARE(json["end"].toString(), "condition met");
    }

    void run_limitOfSteps_endsWith4() {
        const CliResult result = runCli({"run", "entry-e", "--max-steps", "50", "--json"});
        QCOMPARE(result.code, 4);
        QCOMPARE(jsonOf(result.out)["steps"].toInt(), 50);
        QCOMPARE(jsonOf(result.out)["rule"].toString(), "LimitSteps");
    }

    void run_limitOfTimeOrMemory_endsWith4() {
        const QStringList endless{"run", "entry-e", "--set",
                                  "process.application.accesses=1000000000000"};
        QCOMPARE(runCli(endless + QStringList{"--max-time", "0.2"}).code, 4);
        QCOMPARE(runCli(endless + QStringList{"--max-memory", "1 MiB"}).code, 4);
    }

    void run_interrupted_keepsWhatWasDone() {
        QTemporaryDir folder;
        const QString file = folder.filePath("r.db");
        QProcess process;
        process.setWorkingDirectory(FRAGSCOPE_SOURCE_DIR);
        process.start(qEnvironmentVariable("FRAGSCOPE_CLI"),
                      {"run", "entry-e", "--record", file, "--set",
                       "process.application.accesses=1000000000000"});
        QVERIFY(process.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), 10'000);
        QTest::qWait(300);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000));
        QCOMPARE(process.exitCode(), 130);
        const CliResult shown = runCli({"runs", file, "show"});
        QVERIFY2(shown.out.contains("status            stopped"), shown.out);
    }

    void record_thenRunsAndExport_showTheRun() {
        QTemporaryDir folder;
        const QString file = folder.filePath("r.db");
        const CliResult recorded = runCli(
            {"run", "entry-e", "--record", file, "--csv", folder.filePath("live"), "--csv-events"});
        QCOMPARE(recorded.code, 0);
        QVERIFY(recorded.out.contains("recorded  " + file.toUtf8() + "#1"));

        const CliResult listed = runCli({"runs", file, "list"});
        QVERIFY2(listed.out.contains("finished") && listed.out.contains("entry-e"), listed.out);
        const CliResult shown = runCli({"runs", file, "show", "1"});
        QVERIFY2(shown.out.contains("mover.transfer_block"), shown.out);
        QCOMPARE(runCli({"runs", file, "show", "2"}).code, 3);

        for (const char* table : {"events", "metrics", "summary"}) {
            const CliResult exported = runCli({"export", file + "#1", "--table", table});
            QCOMPARE(exported.code, 0);
            const QString live = folder.filePath(QString("live/%1.csv").arg(table));
            QVERIFY2(!exported.out.isEmpty() && exported.out == contentsOf(live), table);
        }
        const CliResult lines = runCli(
            {"export", file, "--table", "events", "--format", "jsonl", "-o", folder.filePath("e")});
        QCOMPARE(lines.code, 0);
        QCOMPARE(lines.out, QByteArray());
        QVERIFY(!jsonOf(contentsOf(folder.filePath("e")).split('\n').first()).isEmpty());
    }

    void run_badScenario_reportsEveryMistakeWithItsPlace() {
        QTemporaryDir folder;
        QFile file(folder.filePath("s.toml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("format = 1\nsead = 1\n[machine]\ncpus = 99\n");
        file.close();
        const CliResult result = runCli({"run", file.fileName()});
        QCOMPARE(result.code, 3);
        const QByteArray name = file.fileName().toUtf8();
        QVERIFY2(result.err.contains(name + ":2:1: sead: unknown key; did you mean `seed`?"),
                 result.err);
        QVERIFY2(result.err.contains(name + ":4:8: machine.cpus: 99 is outside 1 to 16"),
                 result.err);
    }

    void run_foreignRunFile_isNotTouched() {
        QTemporaryDir folder;
        QFile file(folder.filePath("r.db"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("not a database");
        file.close();
        QCOMPARE(runCli({"run", "entry-e", "--record", file.fileName()}).code, 3);
        QCOMPARE(contentsOf(file.fileName()), QByteArray("not a database"));
        QCOMPARE(runCli({"runs", file.fileName(), "list"}).code, 3);
    }

    void run_folderThatCannotBeMade_endsWith5() {
        QTemporaryDir folder;
        QFile file(folder.filePath("f"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const CliResult result = runCli({"run", "entry-e", "--csv", file.fileName() + "/out"});
        QCOMPARE(result.code, 5);
        QVERIFY2(result.err.contains("cannot make this folder"), result.err);
    }

    void run_fullStandardOutput_endsWith5() {
        if (!QFile::exists("/dev/full")) {
            QSKIP("needs /dev/full");
        }
        QProcess process;
        process.setWorkingDirectory(FRAGSCOPE_SOURCE_DIR);
        process.setStandardOutputFile("/dev/full");
        process.start(qEnvironmentVariable("FRAGSCOPE_CLI"), {"list"});
        QVERIFY(process.waitForFinished(20'000));
        QCOMPARE(process.exitCode(), 5);
    }

private:
    QString csvFolder() const { return folder_.filePath("csv"); }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestCliRun)
#include "tst_cli_run.moc"
