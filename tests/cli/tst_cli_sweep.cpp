#include <QtTest>

#include "cli/cli_process.h"
#include <map>

namespace {

QString writeSpec(const QTemporaryDir& folder, const QByteArray& text) {
    const QString path = folder.filePath("sweep.toml");
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()) {
        qFatal("cannot write the sweep");
    }
    return path;
}

using Row = QStringList;

std::vector<Row> rowsOf(const QByteArray& csv) {
    std::vector<Row> rows;
    for (const QByteArray& line : csv.trimmed().split('\n')) {
        rows.push_back(QString(line).trimmed().split(','));
    }
    return rows;
}

const char* const small = R"(format = 1
scenario = "segments/old-or-new"
seeds = [1, 2]
set = ["process.accesses=300", "machine.memory=132 MiB", "segments.descriptors=16384", "segments.areas=8192", "process.large_least=1 MiB", "process.large_most=3 MiB"]
columns = ["segment_requests", "moved_per_allocated_ratio"]

[[axis]]
name = "load"
[[axis.value]]
name = "half"
set = ["process.segment_limit=64 MiB"]
[[axis.value]]
name = "more"
set = ["process.segment_limit=100 MiB"]

[[axis]]
name = "design"
[[axis.value]]
name = "old"
[[axis.value]]
name = "new"
set = ["segments.placement=top"]
)";

/// The sweep of the docs with fewer requests and two seeds.
const char* const designs = R"(format = 1
scenario = "segments/old-or-new"
seeds = [1, 2]
set = ["process.accesses=2500", "machine.memory=132 MiB", "segments.descriptors=16384", "segments.areas=8192", "process.large_least=1 MiB", "process.large_most=3 MiB"]
columns = ["moved_per_allocated_ratio", "compactions_per_1000_requests", "pieces_per_request", "exact_hit_ratio", "wasted_ratio", "refused_fragmented_per_1000_requests", "moved_oldest_quarter_ratio"]

[[axis]]
name = "load"
[[axis.value]]
name = "0.5"
set = ["process.segment_limit=65536 KiB"]
[[axis.value]]
name = "0.9"
set = ["process.segment_limit=117964 KiB"]

[[axis]]
name = "design"
[[axis.value]]
name = "old"
[[axis.value]]
name = "rounded"
set = ["segments.rounding=power-of-two"]
[[axis.value]]
name = "never"
set = ["compaction.trigger=none"]
[[axis.value]]
name = "top"
set = ["segments.placement=top"]
[[axis.value]]
name = "suffix"
set = ["segments.placement=top", "compaction.extent=suffix", "compaction.slack_percent=1"]
)";

} // namespace

class TestCliSweep : public QObject {
    Q_OBJECT

private slots:

    void sweep_twoAxesTwoSeeds_writesEveryCombination() {
        const QTemporaryDir folder;
        const CliResult result = runCli({"sweep", writeSpec(folder, small)});
        QCOMPARE(result.code, 0);
        const auto rows = rowsOf(result.out);
        QCOMPARE(rows.size(), std::size_t{9});
        QCOMPARE(rows[0].join(','), "load,design,seed,time_cycles,segment_requests,"
                                    "moved_per_allocated_ratio");
        QStringList points;
        for (std::size_t i = 1; i < rows.size(); ++i) {
            points << rows[i].mid(0, 3).join(' ');
            QCOMPARE(rows[i][4], "300");
        }
        QCOMPARE(points.join(';'),
                 "half old 1;half old 2;half new 1;half new 2;more old 1;more old "
                 "2;more new 1;more new 2");
        QCOMPARE(runCli({"sweep", folder.filePath("sweep.toml")}).out, result.out);
    }

    void sweep_mean_isTheMeanOverTheSeeds() {
        const QTemporaryDir folder;
        const QString spec = writeSpec(folder, small);
        const auto single = rowsOf(runCli({"sweep", spec}).out);
        const QString table = folder.filePath("mean.csv");
        const CliResult result = runCli({"sweep", spec, "--mean", "-o", table});
        QCOMPARE(result.code, 0);
        QFile file(table);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto mean = rowsOf(file.readAll());
        QCOMPARE(mean.size(), std::size_t{5});
        for (std::size_t i = 1; i < mean.size(); ++i) {
            QCOMPARE(mean[i][2], "2");
            const double a = single[2 * i - 1][3].toDouble();
            const double b = single[2 * i][3].toDouble();
            QCOMPARE(mean[i][3].toDouble(), (a + b) / 2);
        }
    }

    void sweep_list_namesThePointsAndRunsNothing() {
        const QTemporaryDir folder;
        const CliResult result = runCli({"sweep", writeSpec(folder, small), "--list"});
        QCOMPARE(result.code, 0);
        QVERIFY(result.out.startsWith("point 0: load=half design=old seed=1\n"));
        QCOMPARE(result.out.count('\n'), 8);
    }

    void sweep_badFile_saysWhereAndKeepsTheOldTable_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("unknown key") << QByteArray("seeds =") << QByteArray("sedes =")
                                     << QByteArray("sweep.toml:3:1: sedes: unknown key");
        QTest::newRow("no number")
            << QByteArray("[1, 2]") << QByteArray("[1, \"x\"]")
            << QByteArray("sweep.toml:3:9: seeds: `x` is not a whole number");
        QTest::newRow("no format") << QByteArray("format = 1") << QByteArray("format = 2")
                                   << QByteArray("a sweep begins with `format = 1`");
        QTest::newRow("no column")
            << QByteArray("\"segment_requests\"") << QByteArray("\"requests\"")
            << QByteArray("columns: `requests` is no metric and no figure");
        QTest::newRow("bad setting") << QByteArray("placement=top") << QByteArray("placement=tip")
                                     << QByteArray("(point 2: load=half design=new seed=1)");
        QTest::newRow("no scenario")
            << QByteArray("old-or-new") << QByteArray("old-or-newer") << QByteArray("old-or-newer");
        QTest::newRow("no values") << QByteArray("name = \"load\"") << QByteArray("nome = \"load\"")
                                   << QByteArray("an axis needs a `name`");
        QTest::newRow("no TOML") << QByteArray("[[axis]]") << QByteArray("[[axis")
                                 << QByteArray("not TOML");
    }

    void sweep_badFile_saysWhereAndKeepsTheOldTable() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QByteArray, message);
        const QTemporaryDir folder;
        const QString table = folder.filePath("table.csv");
        QFile old(table);
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("kept") == 4);
        old.close();
        const QString spec = writeSpec(folder, QByteArray(small).replace(from, to));
        const CliResult result = runCli({"sweep", spec, "-o", table});
        QCOMPARE(result.code, 3);
        QVERIFY2(result.err.contains(message), result.err.constData());
        QVERIFY(old.open(QIODevice::ReadOnly));
        QCOMPARE(old.readAll(), QByteArray("kept"));
    }

    void run_booksLargerThanTheKernelsMemory_isBadInput() {
        const CliResult result =
            runCli({"run", "segments/old-or-new", "--set", "segments.kernel_memory=256 KiB"});
        QCOMPARE(result.code, 3);
        QVERIFY2(result.err.contains("segments.kernel_memory: the kernel's books take"),
                 result.err.constData());
    }

    void sweep_missingFile_isBadInput() {
        const CliResult result = runCli({"sweep", "no-such.toml"});
        QCOMPARE(result.code, 3);
        QVERIFY(result.err.contains("no-such.toml: no such file"));
    }

    /// DEFRAG 3.8: the relations between the designs, not the digits.
    void designs_loadAndSeeds_keepTheirRelations() {
        const QTemporaryDir folder;
        const CliResult result = runCli({"sweep", writeSpec(folder, designs), "--mean"});
        QCOMPARE(result.code, 0);
        std::map<QString, std::map<QString, double>> at; // by "load design", then column
        const auto rows = rowsOf(result.out);
        for (std::size_t i = 1; i < rows.size(); ++i) {
            for (int column = 3; column < rows[0].size(); ++column) {
                at[rows[i][0] + " " + rows[i][1]][rows[0][column]] = rows[i][column].toDouble();
            }
        }
        const QString moved = "moved_per_allocated_ratio";
        const QString compactions = "compactions_per_1000_requests";
        for (const QString load : {"0.5 ", "0.9 "}) {
            const double u = load.trimmed().toDouble();
            QVERIFY(at[load + "top"][moved] > 2 * at[load + "old"][moved]);
            QVERIFY(at[load + "top"][moved] <= 1.1 * u / (1 - u));
            QVERIFY(at[load + "suffix"][compactions] > 2 * at[load + "top"][compactions]);
            QVERIFY(at[load + "top"]["pieces_per_request"] == 0);
            QVERIFY(at[load + "old"]["wasted_ratio"] == 0);
            QVERIFY(at[load + "rounded"]["wasted_ratio"] > 0);
            QVERIFY(at[load + "rounded"]["exact_hit_ratio"] > at[load + "old"]["exact_hit_ratio"]);
            QVERIFY(at[load + "rounded"]["pieces_per_request"] <
                    at[load + "old"]["pieces_per_request"]);
        }
        QVERIFY(at["0.9 top"][moved] > 3 * at["0.5 top"][moved]);
        QVERIFY(at["0.9 suffix"][moved] > at["0.9 top"][moved]);
        QCOMPARE(at["0.5 old"][compactions], 0.0);
        QVERIFY(at["0.9 old"][compactions] > 0);
        QVERIFY(at["0.9 never"]["refused_fragmented_per_1000_requests"] > 0);
        QCOMPARE(at["0.9 old"]["refused_fragmented_per_1000_requests"], 0.0);
        QVERIFY(at["0.9 top"]["moved_oldest_quarter_ratio"] <
                at["0.5 top"]["moved_oldest_quarter_ratio"] + 0.05);
    }
};

QTEST_GUILESS_MAIN(TestCliSweep)

#include "tst_cli_sweep.moc"
