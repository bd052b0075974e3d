#include <QtTest>

#include "cli/cli_process.h"
#include "cli/cli_tables.h"

namespace {

const QByteArray sample = "# name: sample\na 0 100\na 1 50\nf 0\nr 1 2 200\na 3 9\n";

const QByteArray summaryOfAll =
    "trace,allocator,ops,live_blocks,live_bytes,footprint_bytes,free_bytes,free_blocks,"
    "largest_free_bytes,external_fragmentation,internal_fragmentation,moves,bytes_moved,"
    "longest_move_bytes,longest_copy_bytes,bytes_moved_per_byte_freed,unusable_free_index_3,"
    "unusable_free_index_9,"
    "fragmentation_index_3,fragmentation_index_9,peak_live_bytes,peak_footprint_bytes,"
    "overhead_mean,overhead_at_peak_live,overhead_at_peak_footprint,overhead_of_peaks,"
    "peak_utilisation,searched,allocate_references_mean,allocate_references_max,"
    "free_references_mean,free_references_max,failed,ignored,filtered,bad_lines,damaged_blocks,"
    "settings";

const QByteArray seriesWithCompactFit =
    "trace,allocator,op,live_blocks,live_bytes,footprint_bytes,free_bytes,free_blocks,"
    "largest_free_bytes,external_fragmentation,internal_fragmentation,pages,full_pages,"
    "notfull_pages,moves,bytes_moved,header_bytes,page_internal_bytes,size_external_bytes,"
    "size_external_bound_bytes,class_utilisation,page_utilisation,pages_below_quarter,unusable_"
    "free_index_3,unusable_free_index_9,"
    "fragmentation_index_3,fragmentation_index_9,peak_utilisation";

} // namespace

class TestCliTrace : public QObject {
    Q_OBJECT

private slots:

    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        file_ = path("sample.trace");
        writeFile(file_, sample);
    }

    // ---- free pages at the start ----
    void start_ofThePageAllocator() {
        writeFile(path("pages"), "Node 0, zone DMA 3 0\nNode 0, zone Normal 8 4 1\n");
        const QStringList arguments{
            "trace", file_, "--allocator", "page-allocator", "--set", "heap_size=4MiB", "--start"};
        const CliResult normal = runCli(arguments + QStringList{path("pages")});
        QCOMPARE(normal.code, 0);
        QVERIFY2(linesOf(normal.out)[1].startsWith("sample,page-allocator,5,2,209,"), normal.out);
        QVERIFY2(linesOf(normal.out)[1].contains(",73728,"), normal.out); // 20 - 2 pages
        const CliResult dma = runCli(arguments + QStringList{path("pages") + ":0:DMA"});
        QVERIFY2(linesOf(dma.out)[1].contains(",4096,1,"), dma.out);
        QCOMPARE(dma.err, QByteArray());
    }

    void start_saysWhatIsWrong_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("another allocator") << "--allocator buddy --start FOLDER/pages" << 2
                                           << QByteArray("is for the page-allocator");
        QTest::newRow("no such file")
            << "--allocator page-allocator --start FOLDER/none" << 3 << QByteArray("none");
        QTest::newRow("no such zone") << "--allocator page-allocator --start FOLDER/pages:7:Normal"
                                      << 3 << QByteArray("pages: it has no node 7, zone Normal");
        QTest::newRow("too small")
            << "--allocator page-allocator --set heap_size=4MiB --start FOLDER/pages" << 0
            << QByteArray("heap_size holds 768 of 12288 free pages");
    }

    void start_saysWhatIsWrong() {
        QFETCH(QString, arguments);
        QFETCH(int, code);
        QFETCH(QByteArray, says);
        writeFile(path("pages"), "Node 0, zone Normal 4096 4096\n");
        arguments.replace("FOLDER", folder_->path());
        const CliResult result = runCli(QStringList{"trace", file_} + words(arguments));
        QVERIFY2(result.err.contains(says), result.err);
        QCOMPARE(result.code, code);
    }

    // ---- tables ----
    void summary_withoutFolder_goesToStandardOutput() {
        const CliResult result = runCli({"trace", file_, "--allocator", "bump"});
        QCOMPARE(result.code, 0);
        const QList<QByteArray> lines = linesOf(result.out);
        QCOMPARE(lines.size(), 2);
        QCOMPARE(lines[0], summaryOfAll);
        QVERIFY2(lines[1].startsWith("sample,bump,5,2,209,"), lines[1]);
        QCOMPARE(lines[1].count(','), lines[0].count(','));
        QVERIFY(result.out.contains("\r\n"));
    }

    void tables_ofTwoAllocators_haveTheUnionOfTheColumns() {
        const CliResult result =
            runCli({"trace", file_, "--allocator", "bump", "--allocator", "compact-fit", "--csv",
                    path("tables"), "--series", "5", "--steps"});
        QCOMPARE(result.code, 0);
        QCOMPARE(result.out, QByteArray());
        const QStringList files =
            QDir(path("tables")).entryList(QDir::NoDotAndDotDot | QDir::AllEntries, QDir::Name);
        QCOMPARE(files, words("placement.csv series.csv steps.csv summary.csv"));

        const QList<QByteArray> summary = table("summary.csv");
        QVERIFY2(summary[0].startsWith("trace,allocator,ops,k,increment,live_blocks,live_bytes,"),
                 summary[0]);
        for (const char* column : {"pages", "notfull_pages", "peak_pages", "peak_notfull", "moves",
                                   "bytes_moved", "size_external_bound_bytes", "settings"}) {
            QVERIFY2(summary[0].split(',').contains(column), column);
        }
        QVERIFY2(summary[1].startsWith("sample,bump,5,,,2,209,"), summary[1]);
        QVERIFY2(summary[2].startsWith("sample,compact-fit,5,1,0,2,209,"), summary[2]);

        const QList<QByteArray> series = table("series.csv");
        QCOMPARE(series[0], seriesWithCompactFit);
        QCOMPARE(series.size(), 1 + 5 + 5);
        QVERIFY2(series[6].startsWith("sample,compact-fit,1,1,100,16384,"), series[6]);
    }

    void placement_isByIdWithOffsetsFromTheFirstPayload() {
        QCOMPARE(
            runCli({"trace", file_, "--allocator", "bump,compact-fit", "--csv", path("tables")})
                .code,
            0);
        // bump: 0 to 112, 112 to 176, then 208 bytes and 16; Compact-fit: pages are given back
        const QList<QByteArray> expected{"trace,allocator,id,size,address_offset,class,page,block",
                                         "sample,bump,2,200,176,,,", "sample,bump,3,9,384,,,",
                                         "sample,compact-fit,2,200,0,14,0,0",
                                         "sample,compact-fit,3,9,16384,1,1,0"};
        QCOMPARE(table("placement.csv"), expected);
    }

    void steps_haveARowForEachOperation() {
        QCOMPARE(runCli({"trace", file_, "--allocator", "bump", "--set", "heap_base=4096", "--set",
                         "heap_size=4096", "--csv", path("tables"), "--steps"})
                     .code,
                 0);
        const QList<QByteArray> expected{
            "trace,allocator,step,op,id,size,address,searched,free_blocks,free_bytes,"
            "largest_free_bytes,free_list,end",
            "sample,bump,1,a,0,100,4096,1,1,3984,3984,4208:3984,done",
            "sample,bump,2,a,1,50,4208,1,1,3920,3920,4272:3920,done",
            "sample,bump,3,f,0,100,4096,0,1,3920,3920,4272:3920,done",
            "sample,bump,4,r,2,200,4272,1,1,3712,3712,4480:3712,done",
            "sample,bump,5,a,3,9,4480,1,1,3696,3696,4496:3696,done"};
        QCOMPARE(table("steps.csv"), expected);
    }

    void oneAllocatorTwice_hasSettingsOfItsOwn() {
        const CliResult result =
            runCli({"trace", file_, "--allocator", "sequential-fit:policy=best", "--allocator",
                    "sequential-fit:policy=worst:header=32"});
        QCOMPARE(result.code, 0);
        const QList<QByteArray> lines = linesOf(result.out);
        QVERIFY2(lines[1].startsWith("sample,sequential-fit:policy=best,"), lines[1]);
        QVERIFY2(lines[2].startsWith("sample,sequential-fit:policy=worst:header=32,"), lines[2]);
        QVERIFY(lines[1].contains(";policy=best;") && lines[1].contains(";header=16;"));
        QVERIFY(lines[2].contains(";policy=worst;") && lines[2].contains(";header=32;"));
    }

    void set_reachesThoseThatHaveTheSetting() {
        const CliResult result = runCli({"trace", file_, "--allocator", "bump,compact-fit", "--set",
                                         "k=3", "--set", "bump.alignment=64"});
        QCOMPARE(result.code, 0);
        const QList<QByteArray> lines = linesOf(result.out);
        QVERIFY2(lines[1].contains("alignment=64"), lines[1]);
        QVERIFY2(lines[2].startsWith("sample,compact-fit,5,3,"), lines[2]);
    }

    void lenient_badLinesAreReportedAndHaveTheirRow() {
        writeFile(file_, "a 0 100\nx 1\na 1 50\n");
        const CliResult strict = runCli({"trace", file_, "--allocator", "bump"});
        QCOMPARE(strict.code, 3);
        QVERIFY2(strict.err.contains("sample.trace:2"), strict.err);
        QCOMPARE(strict.out, QByteArray());

        const CliResult lenient = runCli({"trace", file_, "--format", "own", "--allocator", "bump",
                                          "--lenient", "--csv", path("tables"), "--steps"});
        QCOMPARE(lenient.code, 0);
        QVERIFY2(lenient.err.contains("sample.trace:2:"), lenient.err);
        QVERIFY2(lenient.err.contains("1 bad lines"), lenient.err);
        const QList<QByteArray> steps = table("steps.csv");
        QCOMPARE(steps.size(), 4);
        QVERIFY2(steps[2].startsWith("sample,bump,2,bad,,,,0,1,"), steps[2]);
        QVERIFY2(steps[2].endsWith(",bad"), steps[2]);
    }

    // ---- errors ----
    void error_leavesOlderTablesAlone() {
        QDir(folder_->path()).mkdir("tables");
        for (const char* name : {"summary.csv", "placement.csv"}) {
            writeFile(path("tables/") + name, "older\n");
        }
        writeFile(file_, "a 0 100\nf 7\n");
        QCOMPARE(runCli({"trace", file_, "--allocator", "bump", "--csv", path("tables")}).code, 3);
        QCOMPARE(
            runCli({"trace", path("none"), "--allocator", "bump", "--csv", path("tables")}).code,
            3);
        QCOMPARE(runCli({"trace", file_, "--allocator", "none", "--csv", path("tables")}).code, 2);
        for (const char* name : {"summary.csv", "placement.csv"}) {
            QCOMPARE(contents(path("tables/") + name), QByteArray("older\n"));
        }
        QCOMPARE(QDir(path("tables")).entryList(QDir::NoDotAndDotDot | QDir::AllEntries).size(), 2);
    }

    void unwritableTables_areAnErrorOfTheSystem() {
        writeFile(path("file"), "");
        CliResult result =
            runCli({"trace", file_, "--allocator", "bump", "--csv", path("file/tables")});
        QCOMPARE(result.code, 5);
        QVERIFY2(result.err.contains("file/tables: the folder cannot be made"), result.err);
        QDir(folder_->path()).mkpath("tables/placement.csv"); // a folder has the name
        result = runCli({"trace", file_, "--allocator", "bump", "--csv", path("tables")});
        QCOMPARE(result.code, 5);
        QVERIFY(!QFile::exists(path("tables/summary.csv")));
        QCOMPARE(runCli({"trace", file_, "--allocator", "bump", "-o", "/dev/full"}).code, 5);
    }

    void wrongCommandLine_isRefused_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* arguments, const char* message) {
            QTest::newRow(arguments) << QString(arguments) << QByteArray(message);
        };
        row("", "--allocator says which allocators");
        row("--allocator bumb", "--allocator: there is no allocator `bumb`; there are: ");
        row("--allocator bump --set k", "--set: `k`: is not KEY=VALUE");
        row("--allocator bump --set k=1", "`k` is not a setting of bump");
        row("--allocator bump,tlsf --set k=1", "`k=1`: none of the allocators has this setting");
        row("--allocator bump --set tlsf.heap_size=1M", "none of the allocators has this setting");
        row("--allocator compact-fit --set k=many", "--set: `k=many`: `many` is not a number");
        row("--allocator compact-fit --set page_size=1000", "page_size is not a power of two");
        row("--allocator bump:alignment", "--allocator: `alignment`: is not KEY=VALUE");
        row("--allocator bump:policy=best",
            "--allocator: `policy=best`: `policy` is not a setting");
        row("--allocator bump --steps", "--csv DIR says where");
        row("--allocator bump --series 5", "--csv DIR says where");
        row("--allocator bump --series 1000001 --csv x", "at most 1000000 samples");
        row("--allocator bump --format dhat", "--format: there is no format `dhat`");
    }

    void wrongCommandLine_isRefused() {
        QFETCH(QString, arguments);
        QFETCH(QByteArray, message);
        const CliResult result = runCli(QStringList{"trace", file_} + words(arguments));
        QCOMPARE(result.code, 2);
        QCOMPARE(result.out, QByteArray());
        QVERIFY2(result.err.contains(message), result.err);
        QCOMPARE(QDir(folder_->path()).entryList(QDir::NoDotAndDotDot | QDir::AllEntries),
                 QStringList{"sample.trace"});
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return folder_->filePath(name); }

    [[nodiscard]] QList<QByteArray> table(const QString& name) const {
        return linesOf(contents(path("tables/" + name)));
    }

    std::unique_ptr<QTemporaryDir> folder_;
    QString file_;
};

QTEST_GUILESS_MAIN(TestCliTrace)
#include "tst_cli_trace.moc"
