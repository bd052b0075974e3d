#include "fragscope/trace/generator.h"
#include "fragscope/trace/read_trace.h"
#include "fragscope/trace/write_trace.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include "support/print.h"
#include "trace/trace_files.h"
#include <csignal>
#include <sys/resource.h>

using namespace fragscope;

namespace {

QByteArray contentOf(const std::string& path) {
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Without what a file cannot keep: the lines.
std::vector<TraceOperation> withoutLines(std::vector<TraceOperation> operations) {
    for (TraceOperation& operation : operations) {
        operation.line = 0;
    }
    return operations;
}

} // namespace

class TestTraceWrite : public QObject {
    Q_OBJECT

private slots:

    void write_smallTrace_isTheFormatOfTheDocs() {
        AllocationTrace trace;
        trace.header = {{"program", "x"}, {"", "in two\nlines"}};
        trace.operations = {{.kind = TraceKind::Allocate, .id = 1, .size = 100},
                            {.kind = TraceKind::Bad, .line = 3},
                            {.kind = TraceKind::Reallocate, .id = 2, .oldId = 1, .size = 0},
                            {.kind = TraceKind::Free, .id = 2}};
        trace.largestId = 2;
        const std::string path = files_.path("small.trace");
        QVERIFY(writeTrace(trace, path));
        QCOMPARE(contentOf(path), QByteArray("# fragscope-trace 1\n# program: x\n# in two lines\n"
                                             "a 1 100\nr 1 2 0\nf 2\n"));
    }

    void write_idsFrom0WithGaps_becomeDense() {
        const auto trace = readTrace(files_.write("a 0 11\na 70 5\nf 0\nr 70 9 20\n"));
        QVERIFY(trace);
        const std::string path = files_.path("dense.trace");
        QVERIFY(writeTrace(*trace, path));
        QCOMPARE(contentOf(path),
                 QByteArray("# fragscope-trace 1\na 1 11\na 2 5\nf 1\nr 2 3 20\n"));
    }

    void write_denseIdsInAnotherOrder_areKept() {
        const auto trace = readTrace(files_.write("a 2 11\na 1 5\nf 2\n"));
        QVERIFY(trace);
        const std::string path = files_.path("kept.trace");
        QVERIFY(writeTrace(*trace, path));
        QCOMPARE(contentOf(path), QByteArray("# fragscope-trace 1\na 2 11\na 1 5\nf 2\n"));
    }

    void write_thenRead_givesTheSame_data() {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("target");
        const QString shipped = FRAGSCOPE_SOURCE_DIR "/scenarios/traces/";
        QTest::newRow("sqlite3") << shipped + "sqlite3.trace.gz"
                                 << "out.trace.gz";
        QTest::newRow("git-log") << shipped + "git-log.trace.gz"
                                 << "out.trace";
        for (const char* sample : {"sample.rep", "sample.mdrv", "sample.mtrace", "sample.ltrace",
                                   "sample.valgrind", "sample.heaptrack"}) {
            QTest::newRow(sample) << QString::fromStdString(sampleFile(sample)) << "out.trace";
        }
        for (const GeneratorInfo& info : traceGenerators()) {
            const QByteArray name(info.name.data(), static_cast<qsizetype>(info.name.size()));
            QTest::newRow(name) << "generate:" + QString(name) << "out.gz";
        }
    }

    void write_thenRead_givesTheSame() {
        QFETCH(QString, source);
        QFETCH(QString, target);
        const auto trace = readTrace(source.toStdString());
        QVERIFY2(trace, trace ? "" : trace.error().text().c_str());
        QVERIFY(!trace->operations.empty());
        const std::string path = files_.path(target.toUtf8());
        QVERIFY(writeTrace(*trace, path));
        QCOMPARE(contentOf(path).startsWith("\x1f\x8b"), target.endsWith(".gz"));
        const auto again = readTrace(path);
        QVERIFY2(again, again ? "" : again.error().text().c_str());
        QVERIFY(again->header == trace->header);
        QCOMPARE(again->largestId, trace->largestId);
        QVERIFY(withoutLines(again->operations) == withoutLines(trace->operations));
    }

    void write_refused_leavesNothingBehind() {
        const auto trace = generateTrace("fifo,ops=10");
        QVERIFY(trace);
        const auto nowhere = writeTrace(*trace, "/nowhere/at/all.trace");
        QVERIFY(!nowhere);
        QVERIFY(nowhere.error().code == ExitCode::SystemRefused);
        QCOMPARE(nowhere.error().file, std::string("/nowhere/at/all.trace"));

        const auto full = writeTrace(*trace, "/dev/full");
        QVERIFY(!full);
        QVERIFY2(contains(full.error().text(), "/dev/full: cannot be written"),
                 full.error().text().c_str());
    }

    void write_diskFull_keepsTheOldFileAndLeavesNoPart() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("t.trace").toStdString();
        const auto old = generateTrace("fifo,ops=10");
        const auto large = generateTrace("fifo,ops=100000");
        QVERIFY(old && large && writeTrace(*old, path));
        const QByteArray before = contentOf(path);

        rlimit usual{};
        getrlimit(RLIMIT_FSIZE, &usual);
        const auto handler =
            std::signal(SIGXFSZ, SIG_IGN); // write() then says that it is too large
        const rlimit small{65536, usual.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        const auto written = writeTrace(*large, path);
        setrlimit(RLIMIT_FSIZE, &usual);
        std::signal(SIGXFSZ, handler);

        QVERIFY(!written);
        QVERIFY2(contains(written.error().reason, "File too large"),
                 written.error().reason.c_str());
        QCOMPARE(contentOf(path), before);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{"t.trace"});
    }

    void write_overAnOldFile_replacesItAndLeavesNoOther() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("t.trace").toStdString();
        const auto first = generateTrace("fifo,ops=5000");
        const auto second = generateTrace("lifo,ops=3");
        QVERIFY(first && second && writeTrace(*first, path) && writeTrace(*second, path));
        const auto read = readTrace(path);
        QVERIFY(read);
        QCOMPARE(read->operations.size(), std::size_t{3});
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{"t.trace"});
    }

private:
    TraceFiles files_;
};

QTEST_GUILESS_MAIN(TestTraceWrite)
#include "tst_trace_write.moc"
