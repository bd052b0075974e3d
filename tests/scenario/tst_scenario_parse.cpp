#include "fragscope/scenario/scenario.h"

#include <QTemporaryDir>
#include <QtTest>

#include "support/print.h"

using namespace fragscope;

namespace {

const std::string smallest = "format = 1\n[[process]]\nblocks = [\"64 KiB\"]\n";

std::string allErrors(const std::string& text) {
    std::vector<Error> errors;
    if (readScenario(text, "s.toml", errors)) {
        return "no error";
    }
    std::string out;
    for (const Error& error : errors) {
        out += (out.empty() ? "" : "\n") + error.text();
    }
    return out;
}

Scenario parsed(const std::string& text) {
    auto scenario = parseScenario(text, "folder/small.toml");
    if (!scenario) {
        qFatal("%s", scenario.error().text().c_str());
    }
    return std::move(scenario).value();
}

} // namespace

class TestScenarioParse : public QObject {
    Q_OBJECT

private slots:

    void parse_smallestFile_takesDefaults() {
        const Scenario scenario = parsed(smallest);
        QCOMPARE(scenario.name, std::string("small"));
        QCOMPARE(scenario.config.processes.size(), std::size_t{1});
        QCOMPARE(scenario.config.processes[0].name, std::string("application"));
        QCOMPARE(scenario.config.processes[0].blocks[0].size, kib(64));
        QCOMPARE(scenario.config.seed, std::uint64_t{1});
        QVERIFY(scenario.config.check);
    }

    void parse_lesson_isKept() {
        const Scenario scenario =
            parsed("format = 1\n[scenario]\nname = \"n\"\ntitle = \"t\"\ntext = \"x\"\nquestion = "
                   "\"q\"\nsee = [\"a\", \"b\"]\n[[process]]\nblocks = [\"64 KiB\"]\n");
        QCOMPARE(scenario.name, std::string("n"));
        QCOMPARE(scenario.title, std::string("t"));
        QCOMPARE(scenario.explanation, std::string("x"));
        QCOMPARE(scenario.question, std::string("q"));
        QCOMPARE(scenario.see, (std::vector<std::string>{"a", "b"}));
    }

    void parse_integersAsTexts_reachSixtyFourBits() {
        const Scenario scenario =
            parsed("format = 1\nseed = \"0xffffffffffffffff\"\n[[process]]\nstart = "
                   "\"0x7f0000000000\"\nblocks = [\"64 KiB\"]\n");
        QCOMPARE(scenario.config.seed, ~std::uint64_t{0});
        QCOMPARE(scenario.config.processes[0].start.value, std::uint64_t{0x7f0000000000});
    }

    void parse_presetAfterKey_stillComesFirst() {
        const Scenario scenario = parsed("format = 1\n[mover]\nhandler = \"rewalk\"\npreset = "
                                         "\"as-written\"\n[[process]]\nblocks = [\"64 KiB\"]\n");
        QVERIFY(scenario.config.mover.handler == HandlerMode::Rewalk);
        QVERIFY(scenario.config.mover.shootdown == ShootdownMode::None);
    }

    void parse_traceName_isTakenFromTheScenariosFolder() {
        QTemporaryDir folder;
        QFile trace(folder.filePath("t.gz"));
        QVERIFY(trace.open(QIODevice::WriteOnly));
        const std::string file = folder.filePath("lessons/s.toml").toStdString();
        const auto scenario = parseScenario("format = 1\n[[process]]\ntrace = \"../t.gz\"\n", file);
        QVERIFY2(scenario.ok(), scenario ? "" : scenario.error().text().c_str());
        QCOMPARE(scenario->config.processes[0].trace, folder.filePath("t.gz").toStdString());
    }

    void parse_expectations_areRead() {
        const Scenario scenario =
            parsed(smallest + "[[expect]]\nmetric = \"lost_writes\"\nequals = 0\n"
                              "[[expect]]\nevent = \"process-killed\"\nrule = "
                              "\"LegalButKilled\"\nat_least = 1\n"
                              "[[expect]]\nmetric = \"wait_longest_cycles\"\nat_most = "
                              "\"wait_total_cycles\"\n"
                              "[[expect]]\nmetric = \"external_fragmentation_ratio\"\nat_most = "
                              "0.25\n"
                              "[[expect]]\nmetric = \"bytes_moved\"\nequals = \"1 MiB\"\n");
        QCOMPARE(scenario.expect.size(), std::size_t{5});
        QCOMPARE(scenario.expect[0].text(), std::string("lost_writes equals 0"));
        QCOMPARE(scenario.expect[1].text(),
                 std::string("events process-killed (LegalButKilled) at least 1"));
        QCOMPARE(scenario.expect[2].text(),
                 std::string("wait_longest_cycles at most wait_total_cycles"));
        QCOMPARE(scenario.expect[3].value, std::uint64_t{250'000});
        QCOMPARE(scenario.expect[4].value, std::uint64_t{1} << 20);
    }

    void parse_wrongFile_namesPlaceKeyAndReason_data();
    void parse_wrongFile_namesPlaceKeyAndReason();

    void parse_severalMistakes_areAllReportedInOrder() {
        QCOMPARE(allErrors("format = 1\nsead = 3\n[machine]\ncpus = 0\nmemory = \"8 MB\"\n"),
                 std::string(
                     "s.toml:2:1: sead: unknown key; did you mean `seed`?\n"
                     "s.toml:4:8: machine.cpus: 0 is outside 1 to 16\n"
                     "s.toml:5:10: machine.memory: expected a size such as `64 KiB` (B, KiB, MiB, "
                     "GiB, TiB), not `8 MB`"));
    }

    void parseScenario_severalMistakes_countsTheOthers() {
        const auto scenario = parseScenario("format = 1\na = 1\nb = 2\n", "s.toml");
        QVERIFY(!scenario);
        QVERIFY(scenario.error().code == ExitCode::BadInput);
        QVERIFY2(scenario.error().reason.ends_with("(and 2 more)"),
                 scenario.error().reason.c_str());
    }

    void load_missingFile_isBadInput() {
        const auto scenario = loadScenario("no/such/file.toml");
        QVERIFY(!scenario);
        QVERIFY(scenario.error().code == ExitCode::BadInput);
        QCOMPARE(scenario.error().text(), std::string("no/such/file.toml: there is no such file"));
    }

    void load_folder_isBadInput() {
        QTemporaryDir folder;
        const auto scenario = loadScenario(folder.path().toStdString());
        QVERIFY(!scenario);
        QCOMPARE(scenario.error().reason, std::string("not a file"));
    }

    void load_hugeFile_isRefusedUnread() {
        QTemporaryDir folder;
        QFile file(folder.filePath("s.toml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.resize(qint64{1} << 40));
        const auto scenario = loadScenario(file.fileName().toStdString());
        QVERIFY(!scenario);
        QCOMPARE(scenario.error().reason, std::string("too large for a scenario: more than 4 MiB"));
    }
};

void TestScenarioParse::parse_wrongFile_namesPlaceKeyAndReason_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const QByteArray& text, const QByteArray& expected) {
        QTest::newRow(name) << text << expected;
    };
    row("empty", "", "s.toml:1:1: format: the first line of a scenario must be `format = 1`");
    row("newer format", "format = 2\nwhatever = 1",
        "s.toml:1:10: format: this file has format 2, this program reads formats up to 1: a newer "
        "version of Fragscope is needed");
    row("format as text", "format = \"1\"",
        "s.toml:1:10: format: expected the number of the format, `format = 1`");
    row("format not first", "seed = 1\nformat = 1",
        "s.toml:2:1: format: must be the first key of the file");
    row("not TOML", "format = 1\n[machine\n",
        "s.toml:2:9: not TOML: Error while parsing table header: expected ']', saw '\\n'");
    row("same key twice", "format = 1\nseed = 1\nseed = 2\n",
        "s.toml:3:8: not TOML: Error while parsing key-value pair: cannot redefine existing "
        "integer "
        "'seed'");
    row("unknown key", "format = 1\n[machine]\ncpu = 2\n[[process]]\nblocks = [\"4 KiB\"]\n",
        "s.toml:3:1: machine.cpu: unknown key; did you mean `cpus`?");
    row("unknown table", "format = 1\n[mashine]\n[[process]]\nblocks = [\"4 KiB\"]\n",
        "s.toml:2:2: mashine: unknown key; did you mean `machine`?");
    row("table instead of list", "format = 1\n[process]\n",
        "s.toml:2:1: process: expected a list of tables, [[process]], not a table");
    row("value instead of table", "format = 1\nmachine = 3\n[[process]]\nblocks = [\"4 KiB\"]\n",
        "s.toml:2:11: machine: expected a table, [machine], not a single value");
    row("fraction", "format = 1\n[machine]\ncpus = 1.5\n",
        "s.toml:3:8: machine.cpus: expected count, 1 to 16, not a number with a fraction");
    row("below zero", "format = 1\nseed = -1\n",
        "s.toml:2:8: seed: expected count, not a number below zero");
    row("date", "format = 1\nseed = 2018-01-14\n",
        "s.toml:2:8: seed: expected count, not a date or time");
    row("wrong element", "format = 1\n[[process]]\nblocks = [\"4 KiB\",\n  \"5 KiB\"]\n",
        "s.toml:4:3: process.blocks: `5 KiB` is not of the form SIZE or SIZE @ frame N, of whole 4 "
        "KiB pages (`1 MiB @ frame 256`)");
    row("text is no text", "format = 1\n[scenario]\ntitle = 3\n[[process]]\nblocks = [\"4 KiB\"]\n",
        "s.toml:3:9: title: expected a text in quotes");
    row("expectation of nothing", QByteArray::fromStdString(smallest) + "[[expect]]\nequals = 0\n",
        "s.toml:4:1: expect: needs either `metric` or `event`");
    row("unknown metric",
        QByteArray::fromStdString(smallest) + "[[expect]]\nmetric = \"lost_write\"\nequals = 0\n",
        "s.toml:5:10: expect.metric: there is no metric `lost_write`; did you mean "
        "`lost_writes`?");
    row("unknown event",
        QByteArray::fromStdString(smallest) + "[[expect]]\nevent = \"page-falt\"\nequals = 0\n",
        "s.toml:5:9: expect.event: there is no event `page-falt`; did you mean `page-fault`?");
    row("event of level full",
        QByteArray::fromStdString(smallest) + "[[expect]]\nevent = \"load\"\nequals = 0\n",
        "s.toml:5:9: expect.event: `load` is an event of level full; only those of level structure "
        "are counted");
    row("two comparisons",
        QByteArray::fromStdString(smallest) +
            "[[expect]]\nmetric = \"kills\"\nequals = 0\nat_most = 1\n",
        "s.toml:4:1: expect: needs exactly one of equals, at_least and at_most");
    row("compared with nonsense",
        QByteArray::fromStdString(smallest) + "[[expect]]\nmetric = \"kills\"\nequals = \"none\"\n",
        "s.toml:6:10: expect.equals: expected a number, a size or the name of a metric");
}

void TestScenarioParse::parse_wrongFile_namesPlaceKeyAndReason() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    QCOMPARE(allErrors(text.toStdString()), expected.toStdString());
}

QTEST_GUILESS_MAIN(TestScenarioParse)
#include "tst_scenario_parse.moc"
