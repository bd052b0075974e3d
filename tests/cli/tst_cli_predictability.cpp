#include <QtTest>

#include "cli/cli_process.h"
#include "cli/cli_tables.h"

namespace {

const QByteArray solutionSpaceColumns =
    "allocator,time_variation,space_variation,worst_over_median,malloc_worst_references,"
    "malloc_median_references,free_worst_references,free_median_references,most_live_blocks,"
    "further_min,further_max,further_mean,settings";

} // namespace

class TestCliPredictability : public QObject {
    Q_OBJECT

private slots:

    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void solutionSpace_withoutFolder_goesToStandardOutput() {
        const CliResult result = runCli(words("predictability --allocator bump"));
        QCOMPARE(result.code, 0);
        QCOMPARE(result.err, QByteArray());
        const QList<QByteArray> lines = linesOf(result.out);
        QCOMPARE(lines.size(), 2);
        QCOMPARE(lines[0], solutionSpaceColumns);
        // 262,144 bytes less the 600 requests of all that there ever were, by blocks of 256
        QVERIFY2(lines[1].startsWith("bump,1,0,1,4,4,2,2,100000,569,569,569,heap_base="), lines[1]);
    }

    void tables_haveTheirColumnsAndRows() {
        QCOMPARE(runCli(words("predictability --allocator bump,compact-fit --orders 3 --csv") +
                        QStringList{path("tables")})
                     .code,
                 0);
        QCOMPARE(QDir(path("tables")).entryList(QDir::Files, QDir::Name),
                 words("fitted.csv orders.csv orders_each.csv reference_histogram.csv "
                       "references.csv solution_space.csv"));
        const QList<QByteArray> references = table("references.csv");
        QCOMPARE(references[0], QByteArray("allocator,operation,against,value,mean_references,"
                                           "max_references,operations"));
        QCOMPARE(references[1], QByteArray("bump,malloc,size,16,4,4,3000"));
        QCOMPARE(references.size(), 1 + 2 * 3 * (10 + 5 + 5));
        QVERIFY(references.contains("compact-fit,dereference,live_blocks,100000,1,1,3000"));

        const QList<QByteArray> histogram = table("reference_histogram.csv");
        QCOMPARE(histogram[0], QByteArray("allocator,operation,against,value,references_from,"
                                          "references_to,operations"));
        QCOMPARE(histogram[1], QByteArray("bump,malloc,size,16,4,7,3000"));

        const QList<QByteArray> fitted = table("fitted.csv");
        QCOMPARE(fitted[0],
                 QByteArray("allocator,operation,against,fitted,growth,offset,slope,error"));
        QCOMPARE(fitted.size(), 1 + 2 * 9 * 2);
        QVERIFY(fitted.contains("bump,malloc,size,max,constant,4,0,0"));
        QVERIFY(fitted.contains("bump,malloc,free_blocks,max,unknown,,,")); // one free area always
    }

    void ordersTables_compactFitIsAsPredicted() {
        QCOMPARE(runCli(words("predictability --allocator compact-fit --orders 3 --csv") +
                        QStringList{path("tables")})
                     .code,
                 0);
        const QList<QByteArray> orders = table("orders.csv");
        QCOMPARE(orders[0], QByteArray("allocator,figure,orders,min,max,mean,spread"));
        QCOMPARE(orders.size(), 5);
        QCOMPARE(orders[1], QByteArray("compact-fit,further_requests,3,506,506,506,0"));
        QCOMPARE(orders[4], QByteArray("compact-fit,refused,3,0,0,0,0"));
        const QList<QByteArray> each = table("orders_each.csv");
        QCOMPARE(each[0], QByteArray("allocator,order,further_requests,predicted_least,"
                                     "predicted_most,malloc_worst_references,"
                                     "free_worst_references,refused"));
        QCOMPARE(each.size(), 4);
        for (int i = 1; i < each.size(); ++i) {
            QVERIFY2(
                each[i].startsWith("compact-fit," + QByteArray::number(i - 1) + ",506,506,506,"),
                each[i]);
        }
    }

    void seed_decidesTheResult() {
        const QString command = "predictability --allocator tlsf --orders 5 --seed ";
        const CliResult one = runCli(words(command + "1"));
        QCOMPARE(one.out, runCli(words(command + "1")).out);
        QVERIFY(one.out != runCli(words(command + "2")).out);
    }

    void unwritableTables_areAnErrorOfTheSystem() {
        writeFile(path("file"), "");
        const CliResult result =
            runCli(words("predictability --allocator bump --csv") + QStringList{path("file/x")});
        QCOMPARE(result.code, 5);
        QVERIFY2(result.err.contains("file/x: the folder cannot be made"), result.err);
    }

    void error_leavesOlderTablesAlone() {
        QDir(folder_->path()).mkpath("tables/solution_space.csv"); // a folder has the name
        writeFile(path("tables/references.csv"), "older\n");
        QCOMPARE(
            runCli(words("predictability --allocator bump --csv") + QStringList{path("tables")})
                .code,
            5);
        QCOMPARE(contents(path("tables/references.csv")), QByteArray("older\n"));
        QVERIFY(!QFile::exists(path("tables/orders.csv")));
    }

    void wrongCommandLine_isRefused_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* arguments, const char* message) {
            QTest::newRow(arguments) << QString(arguments) << QByteArray(message);
        };
        row("--allocator bumb", "--allocator: there is no allocator `bumb`");
        row("--allocator page-allocator", "gives out whole pages only");
        row("--allocator bump --set k=1", "`k` is not a setting of bump");
        row("--orders 0", "--orders: 0 is outside 1 to 100000");
        row("--orders 100001", "--orders: 100001 is outside");
        row("--orders -1", "`-1` is not a whole number");
        row("--seed x", "`x` is not a whole number");
    }

    void wrongCommandLine_isRefused() {
        QFETCH(QString, arguments);
        QFETCH(QByteArray, message);
        const CliResult result = runCli(QStringList{"predictability"} + words(arguments));
        QCOMPARE(result.code, 2);
        QCOMPARE(result.out, QByteArray());
        QVERIFY2(result.err.contains(message), result.err);
    }

    void list_allocators_haveSourceAndSettings() {
        const CliResult result = runCli({"list", "allocators"});
        QCOMPARE(result.code, 0);
        QVERIFY2(result.out.contains("\ncompact-fit "), result.out);
        QVERIFY(result.out.contains("[Craciunas et al. 2008; seed 003]"));
        QVERIFY(result.out.contains("\n  k=1 "));
        QVERIFY(result.out.contains("\n  policy=first "));
        QVERIFY(result.out.contains("(first, next, best, worst)"));
    }

    void list_trialFigures_haveFormulaAndSource() {
        const CliResult result = runCli({"list", "trial-figures"});
        QCOMPARE(result.code, 0);
        QVERIFY(result.out.contains("Largest H / largest L - 1; they need not coincide. "
                                    "[Johnstone and Wilson 1998]"));
        QVERIFY(runCli({"list", "trace-formats"}).out.contains("heaptrack"));
        QVERIFY(runCli({"list", "trace-generators"}).out.contains("\n  ops=100000 "));
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return folder_->filePath(name); }

    [[nodiscard]] QList<QByteArray> table(const QString& name) const {
        return linesOf(contents(path("tables/" + name)));
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(TestCliPredictability)
#include "tst_cli_predictability.moc"
