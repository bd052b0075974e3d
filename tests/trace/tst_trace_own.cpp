#include "fragscope/trace/read_trace.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "support/print.h"

using namespace fragscope;

namespace {

const char* const header = "# fragscope-trace 1\n";

} // namespace

class TestTraceOwn : public QObject {
    Q_OBJECT

private slots:

    void load_allKinds_keepsOrderSizesAndLines() {
        const auto trace = readTrace(written(QByteArray(header) + "# program: x\n"
                                                                  "\n"
                                                                  "a 1 100\n"
                                                                  "a 2 0\n"
                                                                  "r 1 3 200\n"
                                                                  "f 2"));
        QVERIFY(trace);
        QCOMPARE(trace->operations.size(), std::size_t{4});
        QCOMPARE(trace->largestId, 3ULL);
        const TraceOperation& first = trace->operations[0];
        QVERIFY(first.kind == TraceKind::Allocate && first.id == 1 && first.size == 100);
        QCOMPARE(first.line, 4U);
        const TraceOperation& moved = trace->operations[2];
        QVERIFY(moved.kind == TraceKind::Reallocate && moved.id == 3 && moved.oldId == 1);
        QCOMPARE(moved.size, 200U);
        const TraceOperation& freed = trace->operations[3]; // the last line needs no end
        QVERIFY(freed.kind == TraceKind::Free && freed.id == 2 && freed.line == 7);
    }

    void load_gzippedShippedTrace_isWhole() {
        const auto trace = readTrace(FRAGSCOPE_SOURCE_DIR "/scenarios/traces/git-log.trace.gz");
        QVERIFY(trace);
        QVERIFY(trace->operations.size() > 1000);
        QVERIFY(trace->operations.back().line > trace->operations.size());
    }

    void load_malformedLine_namesFileLineAndReason_data() {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<qulonglong>("line");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const char* lines, qulonglong line,
                            const char* reason) {
            QTest::newRow(name) << QByteArray(lines) << line << QString(reason);
        };
        row("unknown operation", "a 1 8\nx 1\n", 3, "unknown operation `x`");
        row("unknown word", "a 1 8\nalloc 1 8\n", 3, "unknown operation `alloc 1 8`");
        row("upper case", "A 1 8\n", 2, "unknown operation `A`");
        row("missing size", "a 1\n", 2, "the size is missing");
        row("missing size of a realloc", "a 1 8\nr 1 2\n", 3, "the size is missing");
        row("missing id", "a\n", 2, "the id is missing");
        row("missing id of a free", "f\n", 2, "the id is missing");
        row("too many words", "f 1 2\n", 2, "more than `f ID`: `2`");
        row("too many words for a", "a 1 2 3\n", 2, "more words than the operation has: `3`");
        row("two blanks", "a  1 8\n", 2, "the id is missing");
        row("size is no number", "a 1 many\n", 2, "`many` is not a decimal number");
        row("size is negative", "a 1 -8\n", 2, "`-8` is not a decimal number");
        row("hexadecimal", "a 1 0x8\n", 2, "`0x8` is not a decimal number");
        row("size over 2^47", "a 1 140737488355329\n", 2, "the size 140737488355329 is over 2^47");
        row("size beyond 64 bits", "a 1 99999999999999999999999\n", 2,
            "the number `99999999999999999999999` is too large");
        row("carriage return", "a 1 8\r\n", 2, "`8?` is not a decimal number");
        row("id too large", "a 100000001 8\n", 2, "the id 100000001 is over 100000000");
        row("id twice", "a 1 8\na 1 8\n", 3, "id 1 is used twice");
        row("id used again after its end", "a 1 8\nf 1\n\na 1 8\n", 5, "id 1 is used twice");
        row("free of nothing", "f 7\n", 2, "id 7 is unknown");
        row("double free", "a 1 8\nf 1\nf 1\n", 4, "id 1 is no longer live (double free)");
        row("free after realloc", "a 1 8\nr 1 2 9\nf 1\n", 4, "id 1 is no longer live");
        row("realloc of nothing", "r 1 2 8\n", 2, "id 1 is unknown");
        row("realloc onto itself", "a 1 8\nr 1 1 8\n", 3, "id 1 is used twice");
        row("second signature", "a 1 8\n# fragscope-trace 1\n", 3, "as the first line");
    }

    void load_malformedLine_namesFileLineAndReason() {
        QFETCH(QByteArray, lines);
        QFETCH(qulonglong, line);
        QFETCH(QString, reason);
        const std::string path = written(header + lines);
        const auto trace = readTrace(path);
        QVERIFY(!trace);
        QCOMPARE(trace.error().file, path);
        QCOMPARE(trace.error().line, line);
        const std::string why = trace.error().reason;
        QVERIFY2(why.find(reason.toStdString()) != std::string::npos, why.c_str());
        QVERIFY(trace.error().code == ExitCode::BadInput);
    }

    void load_malformedLine_lenient_isKeptAndChangesNothing_data() {
        load_malformedLine_namesFileLineAndReason_data();
    }

    void load_malformedLine_lenient_isKeptAndChangesNothing() {
        QFETCH(QByteArray, lines);
        QFETCH(qulonglong, line);
        QFETCH(QString, reason);
        const auto trace = readTrace(written(header + lines), {.lenient = true});
        QVERIFY(trace);
        QCOMPARE(trace->bad.size(), std::size_t{1});
        QCOMPARE(trace->bad[0].line, line);
        const std::string why = trace->bad[0].reason;
        QVERIFY2(why.find(reason.toStdString()) != std::string::npos, why.c_str());
        QByteArrayList good = (header + lines).split('\n');
        good[static_cast<qsizetype>(line) - 1] = "";
        const auto without = readTrace(written(good.join('\n')));
        std::vector<TraceOperation> kept;
        for (const TraceOperation& operation : trace->operations) {
            if (operation.kind != TraceKind::Bad) {
                kept.push_back(operation);
            } else {
                QCOMPARE(qulonglong{operation.line}, line);
            }
        }
        QCOMPARE(trace->operations.size(), kept.size() + 1);
        if (without) { // else the bad line was the only one
            QVERIFY(kept == without->operations);
            QCOMPARE(trace->largestId, without->largestId);
        }
    }

    void load_badRealloc_lenient_leavesItsOldBlockLive() {
        const auto trace = readTrace(written(QByteArray(header) + "a 1 8\na 2 8\nr 1 2 9\nf 1\n"),
                                     {.lenient = true});
        QVERIFY(trace);
        QCOMPARE(trace->bad.size(), std::size_t{1});
        QVERIFY(trace->operations.back().kind == TraceKind::Free);
    }

    void load_headerLines_areKeyAndValue() {
        const auto trace =
            readTrace(written(QByteArray(header) + "# program: x: y\n# plain words\n#\na 1 8\n"));
        QVERIFY(trace);
        const std::vector<TraceHeaderLine> wanted{
            {"program", "x: y"}, {"", "plain words"}, {"", ""}};
        QVERIFY(trace->header == wanted);
    }

    void load_noHeaderAndIdsFrom0WithGaps_keepsTheIds() {
        const auto trace = readTrace(written("a 0 11\nf 0\na 700 20\nr 700 3 21\n"));
        QVERIFY(trace);
        QCOMPARE(trace->operations.size(), std::size_t{4});
        QCOMPARE(trace->operations[1].id, 0U);
        QCOMPARE(trace->operations[3].oldId, 700U);
        QCOMPARE(trace->largestId, 700ULL);
    }

    void load_largestSizeAndId_areAccepted() {
        const auto trace = readTrace(written("a 100000000 140737488355328\n"));
        QVERIFY(trace);
        QCOMPARE(trace->operations[0].size, largestTraceSize);
    }

    void load_notATrace_isRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qulonglong>("line");
        QTest::addColumn<QString>("reason");
        QTest::newRow("another format") << QByteArray("# x\n[scenario]\nname = \"x\"\n") << 2ULL
                                        << QString("not a trace of a known format (own, rep, ");
        QTest::newRow("another version") << QByteArray("# fragscope-trace 2\na 1 8\n") << 1ULL
                                         << QString("only `# fragscope-trace 1`");
        QTest::newRow("binary") << QByteArray(100'000, '\x01') << 1ULL
                                << QString("not a trace: this is not text");
        QTest::newRow("long line") << QByteArray(3 << 20, 'a') << 1ULL << QString("not a trace");
        QTest::newRow("empty") << QByteArray() << 0ULL << QString("the trace is empty");
        QTest::newRow("blank") << QByteArray("\n \n") << 0ULL << QString("the trace is empty");
    }

    void load_notATrace_isRefused() {
        QFETCH(QByteArray, text);
        QFETCH(qulonglong, line);
        QFETCH(QString, reason);
        const auto trace = readTrace(written(text));
        QVERIFY(!trace);
        QCOMPARE(trace.error().line, line);
        QVERIFY2(trace.error().reason.starts_with(reason.toStdString()),
                 trace.error().reason.c_str());
    }

    void load_missingFile_saysSo() {
        const auto trace = readTrace("/nowhere/at/all.trace");
        QVERIFY(!trace);
        QCOMPARE(trace.error().text(), std::string("/nowhere/at/all.trace: cannot open the trace "
                                                   "file: No such file or directory"));
        QVERIFY(trace.error().code == ExitCode::BadInput);
    }

    void load_folder_saysSo() {
        const auto trace = readTrace(folder_.path().toStdString());
        QVERIFY(!trace);
        QVERIFY2(trace.error().text().ends_with("Is a directory"), trace.error().text().c_str());
    }

    void load_truncatedGzip_saysSo() {
        QFile whole(FRAGSCOPE_SOURCE_DIR "/scenarios/traces/git-log.trace.gz");
        QVERIFY(whole.open(QIODevice::ReadOnly));
        const QByteArray bytes = whole.readAll();
        const auto trace = readTrace(written(bytes.left(bytes.size() / 2)));
        QVERIFY(!trace);
        QVERIFY2(trace.error().reason.starts_with(
                     "damaged or truncated: the file ends in the middle of the gzip data"),
                 trace.error().reason.c_str());
        QVERIFY(trace.error().line > 1);
    }

private:
    std::string written(const QByteArray& text) {
        QFile file(folder_.filePath("test.trace"));
        const bool whole = file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
        return whole ? file.fileName().toStdString() : std::string();
    }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestTraceOwn)
#include "tst_trace_own.moc"
