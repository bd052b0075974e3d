#include "fragscope/trace/read_trace.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "support/print.h"

using namespace fragscope;

class TestTraceRep : public QObject {
    Q_OBJECT

private slots:

    void read_sampleFile_isFoundByContent() {
        const auto trace = readTrace(FRAGSCOPE_SOURCE_DIR "/tests/trace/data/sample.rep");
        QVERIFY(trace);
        QCOMPARE(trace->name, std::string("sample"));
        QCOMPARE(trace->header[1].key, std::string("ids"));
        QCOMPARE(trace->header[1].value, std::string("3"));
        const std::vector<TraceOperation> wanted{
            {.kind = TraceKind::Allocate, .id = 1, .line = 5, .size = 512},
            {.kind = TraceKind::Allocate, .id = 2, .line = 6, .size = 128},
            {.kind = TraceKind::Reallocate, .id = 3, .oldId = 1, .line = 7, .size = 640},
            {.kind = TraceKind::Allocate, .id = 4, .line = 8, .size = 0},
            {.kind = TraceKind::Free, .id = 2, .line = 9},
            {.kind = TraceKind::Free, .id = 3, .line = 11},
        };
        QVERIFY(trace->operations == wanted);
        QCOMPARE(trace->largestId, 4ULL);
    }

    void read_malformed_namesLineAndReason_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qulonglong>("line");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const char* text, qulonglong line,
                            const char* reason) {
            QTest::newRow(name) << QByteArray(text) << line << QString(reason);
        };
        row("short header", "100\n2\n", 2, "ends in its header");
        row("header is no number", "100\n2\n2\nheavy\n", 4, "`heavy` is not a decimal number");
        row("operations missing", "100\n1\n2\n1\na 0 8\n", 5,
            "announces 2 operations, the file has 1");
        row("too many operations", "100\n1\n1\n1\na 0 8\nf 0\n", 6, "announces 1 operations");
        row("id too large", "100\n1\n1\n1\na 1 8\n", 5, "announces 1 ids, from 0: 1 is too large");
        row("id missing", "100\n1\n1\n1\na\n", 5, "the id is missing");
        row("size missing", "100\n1\n1\n1\na 0\n", 5, "the size is missing");
        row("size over 2^47", "1\n1\n1\n1\na 0 140737488355329\n", 5, "is over 2^47");
        row("unknown operation", "1\n1\n1\n1\nx 0 1\n", 5, "unknown operation `x`");
        row("words left", "1\n1\n1\n1\na 0 1 2\n", 5, "more words");
        row("unknown id", "1\n1\n1\n1\nf 0\n", 5, "id 0 is unknown");
        row("realloc of unknown id", "1\n1\n1\n1\nr 0 8\n", 5, "id 0 is unknown");
        row("double free", "1\n1\n3\n1\na 0 8\nf 0\nf 0\n", 7,
            "id 0 is no longer live (double free)");
        row("id twice", "1\n1\n2\n1\na 0 8\na 0 8\n", 6, "id 0 is used twice");
        row("id again after its end", "1\n1\n3\n1\na 0 8\nf 0\na 0 8\n", 7, "id 0 is used twice");
    }

    void read_malformed_namesLineAndReason() {
        QFETCH(QByteArray, text);
        QFETCH(qulonglong, line);
        QFETCH(QString, reason);
        QFile file(folder_.filePath("test.rep"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        const auto trace = readTrace(file.fileName().toStdString());
        QVERIFY(!trace);
        QCOMPARE(trace.error().line, line);
        const std::string why = trace.error().reason;
        QVERIFY2(why.find(reason.toStdString()) != std::string::npos, why.c_str());
        const auto lenient = readTrace(file.fileName().toStdString(), {.lenient = true});
        QVERIFY(lenient);
        QVERIFY(!lenient->bad.empty());
        QCOMPARE(lenient->bad[0].line, line);
    }

private:
    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestTraceRep)
#include "tst_trace_rep.moc"
