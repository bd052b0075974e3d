#include "fragscope/workload/trace.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "support/print.h"

using namespace fragscope;

namespace {

const char* const header = "# fragscope-trace 1\n";

} // namespace

class TestWorkloadTrace : public QObject {
    Q_OBJECT

private slots:

    void load_allKinds_keepsOrderSizesAndLines() {
        const auto trace = loadTrace(written(QByteArray(header) + "# program: x\n"
                                                                  "\n"
                                                                  "a 1 100\n"
                                                                  "a 2 0\n"
                                                                  "r 1 3 200\n"
                                                                  "f 2"));
        QVERIFY(trace);
        QCOMPARE(trace->operations.size(), std::size_t{4});
        QCOMPARE(trace->largestId, 3U);
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
        const auto trace = loadTrace(FRAGSCOPE_SOURCE_DIR "/scenarios/traces/git-log.trace.gz");
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
        row("unknown kind", "a 1 8\nx 1\n", 3, "expected `a ID SIZE`");
        row("too few words", "a 1\n", 2, "expected `a ID SIZE`");
        row("too many words", "f 1 2\n", 2, "expected `a ID SIZE`");
        row("two blanks", "a  1 8\n", 2, "expected `a ID SIZE`");
        row("size is no number", "a 1 many\n", 2, "`many` is not a number in range");
        row("size is negative", "a 1 -8\n", 2, "`-8` is not a number in range");
        row("size too large", "a 1 99999999999999\n", 2, "is not a number in range");
        row("size beyond 64 bits", "a 1 99999999999999999999999\n", 2, "is not a number in range");
        row("carriage return", "a 1 8\r\n", 2, "is not a number in range");
        row("id zero", "a 0 8\n", 2, "id 0 is out of range");
        row("id too large", "a 100000001 8\n", 2, "id 100000001 is out of range");
        row("id twice", "a 1 8\na 1 8\n", 3, "id 1 is used a second time");
        row("id used again after its end", "a 1 8\nf 1\n\na 1 8\n", 5,
            "id 1 is used a second time");
        row("free of nothing", "f 7\n", 2, "id 7 is not live");
        row("double free", "a 1 8\nf 1\nf 1\n", 4, "id 1 is not live");
        row("realloc of nothing", "r 1 2 8\n", 2, "id 1 is not live");
        row("realloc onto itself", "a 1 8\nr 1 1 8\n", 3, "id 1 is used a second time");
    }

    void load_malformedLine_namesFileLineAndReason() {
        QFETCH(QByteArray, lines);
        QFETCH(qulonglong, line);
        QFETCH(QString, reason);
        const std::string path = written(header + lines);
        const auto trace = loadTrace(path);
        QVERIFY(!trace);
        QCOMPARE(trace.error().file, path);
        QCOMPARE(trace.error().line, line);
        const std::string why = trace.error().reason;
        QVERIFY2(why.find(reason.toStdString()) != std::string::npos, why.c_str());
        QVERIFY(trace.error().code == ExitCode::BadInput);
    }

    void load_notATrace_isRefusedInItsFirstLine_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("another format") << QByteArray("[scenario]\nname = \"x\"\n");
        QTest::newRow("another version") << QByteArray("# fragscope-trace 2\na 1 8\n");
        QTest::newRow("no header") << QByteArray("a 1 8\n");
        QTest::newRow("long binary line") << QByteArray(100'000, '\x01');
    }

    void load_notATrace_isRefusedInItsFirstLine() {
        QFETCH(QByteArray, text);
        const auto trace = loadTrace(written(text));
        QVERIFY(!trace);
        QCOMPARE(trace.error().line, 1U);
        QVERIFY(trace.error().reason.find("# fragscope-trace 1") != std::string::npos);
    }

    void load_missingFile_saysSo() {
        const auto trace = loadTrace("/nowhere/at/all.trace");
        QVERIFY(!trace);
        QCOMPARE(trace.error().text(),
                 std::string("/nowhere/at/all.trace: cannot open the trace file"));
    }

    void load_emptyFile_saysSo() {
        const auto trace = loadTrace(written(""));
        QVERIFY(!trace);
        QCOMPARE(trace.error().reason, std::string("the trace is empty"));
    }

    void load_truncatedGzip_saysSo() {
        QFile whole(FRAGSCOPE_SOURCE_DIR "/scenarios/traces/git-log.trace.gz");
        QVERIFY(whole.open(QIODevice::ReadOnly));
        const QByteArray bytes = whole.readAll();
        const auto trace = loadTrace(written(bytes.left(bytes.size() / 2)));
        QVERIFY(!trace);
        QVERIFY2(trace.error().reason.starts_with("damaged or truncated"),
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

QTEST_GUILESS_MAIN(TestWorkloadTrace)
#include "tst_workload_trace.moc"
