#include "fragscope/trace/read_trace.h"

#include <QTest>

#include "support/print.h"
#include "trace/trace_files.h"

using namespace fragscope;

/// Samples of every format that tools write, good and bad.
class TestTraceRecordings : public QObject {
    Q_OBJECT

private slots:

    void read_sample_givesItsOperations_data() {
        QTest::addColumn<QString>("operations");
        QTest::newRow("sample.mtrace")
            << "a1:100@2 a2:60@3 r1>3:300@5 a4:0@6 f2@7 f4@8 a5:6@10 a6:15@13";
        QTest::newRow("sample.ltrace")
            << "a1:100@1 a2:60@2 r1>3:300@4 a4:128@5 f2@11 a5:8@13 f4@14 a6:16@14 a7:5@16 f7@17 "
               "a8:24@18 f8@19";
        QTest::newRow("sample.valgrind")
            << "a1:100@4 a2:60@5 r1>3:300@7 a4:128@8 a5:0@10 a6:15@11 f6@12 a7:64@16 f7@17 f3@18";
        QTest::newRow("sample.heaptrack") << "a1:72704@7 a2:100@9 f2@10 a3:300@11 a4:0@13 f1@16";
        QTest::newRow("sample.mdrv") << "a1:12@3 a2:4096@4 f1@5 a3:20@6 r3>4:40@7 a5:8@8 f5@10";
        QTest::newRow("sample.page-events") << "a1:32768@2 a2:4096@3 f1@4 a3:8192@7 f3@8 a4:4096@8";
    }

    void read_sample_givesItsOperations() {
        QFETCH(QString, operations);
        const char* const file = QTest::currentDataTag();
        const auto trace = readTrace(sampleFile(file));
        QVERIFY2(trace, trace ? "" : trace.error().text().c_str());
        QCOMPARE(shown(*trace), operations.toStdString());
        QCOMPARE(trace->name, std::string("sample"));
        const auto lenient = readTrace(sampleFile(file), {.lenient = true});
        QVERIFY(lenient && lenient->bad.empty());
        QVERIFY(lenient->operations == trace->operations);
    }

    void read_sample_countsWhatItLeavesOut_data() {
        QTest::addColumn<qulonglong>("unknownFrees");
        QTest::addColumn<qulonglong>("impliedFrees");
        QTest::addColumn<qulonglong>("failedRequests");
        QTest::addColumn<qulonglong>("otherProcesses");
        QTest::addColumn<qulonglong>("unseenAddresses");
        QTest::newRow("sample.mtrace") << 1ULL << 0ULL << 2ULL << 0ULL << 0ULL;
        QTest::newRow("sample.ltrace") << 2ULL << 1ULL << 1ULL << 0ULL << 1ULL;
        QTest::newRow("sample.valgrind") << 1ULL << 0ULL << 2ULL << 1ULL << 0ULL;
        QTest::newRow("sample.heaptrack") << 1ULL << 0ULL << 0ULL << 0ULL << 0ULL;
        QTest::newRow("sample.mdrv") << 0ULL << 0ULL << 0ULL << 0ULL << 0ULL;
        QTest::newRow("sample.page-events") << 1ULL << 1ULL << 1ULL << 0ULL << 0ULL;
    }

    void read_sample_countsWhatItLeavesOut() {
        QFETCH(qulonglong, unknownFrees);
        QFETCH(qulonglong, impliedFrees);
        QFETCH(qulonglong, failedRequests);
        QFETCH(qulonglong, otherProcesses);
        QFETCH(qulonglong, unseenAddresses);
        const auto trace = readTrace(sampleFile(QTest::currentDataTag()));
        QVERIFY(trace);
        const TraceOmissions& left = trace->omissions;
        QCOMPARE(left.unknownFrees, unknownFrees);
        QCOMPARE(left.impliedFrees, impliedFrees);
        QCOMPARE(left.failedRequests, failedRequests);
        QCOMPARE(left.otherProcesses, otherProcesses);
        QCOMPARE(left.unseenAddresses, unseenAddresses);
    }

    void read_pageEvents_haveMigrateTypes() {
        const auto trace = readTrace(sampleFile("sample.page-events"));
        QVERIFY(trace);
        std::string types;
        for (const TraceOperation& operation : trace->operations) {
            types += static_cast<char>('0' + operation.migrateType);
        }
        QCOMPARE(types, std::string("120301"));
    }

    void read_badLine_namesLineAndReason_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qulonglong>("line");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const char* text, qulonglong line,
                            const char* reason) {
            QTest::newRow(name) << QByteArray(text) << line << QString(reason);
        };
        row("mtrace: double free", "= Start\n+ 0x10 0x8\n- 0x10\n@ p - 0x10\n", 4,
            "address 0x10 is no longer live (double free)");
        row("mtrace: address twice", "+ 0x10 0x8\n+ 0x10 0x8\n", 2, "address 0x10 is used twice");
        row("mtrace: size missing", "@ p + 0x10\n", 1, "the size is missing");
        row("mtrace: size over 2^47", "@ p + 0x10 0x800000000001\n", 1, "is over 2^47");
        row("mtrace: not hexadecimal", "@ p + 0x10 0xzz\n", 1, "`0xzz` is not a hexadecimal");
        row("mtrace: too large", "@ p + 0x10 0x11112222333344445\n", 1, "is too large");
        row("mtrace: unknown operation", "@ p * 0x10 0x8\n", 1, "unknown operation");
        row("mtrace: half a realloc", "= Start\n< 0x10\n+ 0x20 8\n", 3, "expected the `>` line");
        row("mtrace: ends in a realloc", "= Start\n< 0x10\n", 2, "ends in the middle of a realloc");
        row("mtrace: realloc without its begin", "= Start\n> 0x10 0x8\n", 2,
            "without the `<` line");
        row("ltrace: argument missing", "malloc() = 0x10\n", 1, "an argument is missing");
        row("ltrace: second argument missing", "calloc(3) = 0x10\n", 1, "an argument is missing");
        row("ltrace: result missing", "malloc(8)\n", 1, "the result of the call is missing");
        row("ltrace: no number", "malloc(many) = 0x10\n", 1, "`many` is not a decimal number");
        row("ltrace: size over 2^47", "calloc(4294967296, 4294967296) = 0x10\n", 1, "is over 2^47");
        row("valgrind: double free", "--1-- malloc(8) = 0x10\n--1-- free(0x10)\n--1-- free(0x10)\n",
            3, "address 0x10 is no longer live (double free)");
        row("valgrind: address twice", "--1-- malloc(8) = 0x10\n--1-- malloc(8) = 0x10\n", 2,
            "address 0x10 is used twice");
        row("valgrind: result missing", "==1== x\n--1-- malloc(8)\n", 2, "the result of the call");
        row("valgrind: argument missing", "--1-- realloc(0x10) = 0x20\n", 1, "is missing");
        row("heaptrack: double free", "v 10400 3\n+ 8 1 10\n- 10\n- 10\n", 4, "(double free)");
        row("heaptrack: address twice", "v 10400 3\n+ 8 1 10\n+ 8 1 10\n", 3, "is used twice");
        row("heaptrack: address missing", "v 10400 3\n+ 8 1\n", 2, "the address is missing");
        row("heaptrack: interpreted", "v 10400 3\na 8 1\n+ 0\n", 3, "heaptrack --raw");
        row("heaptrack: size over 2^47", "v 10400 3\n+ 800000000001 1 10\n", 2, "is over 2^47");
        row("heaptrack: no number", "v 10400 3\n- here\n", 2, "`here` is not a hexadecimal");
        row("heaptrack: unknown operation", "v 10400 3\n* 10\n", 2, "unknown operation `*`");
        row("mdrv: unknown key", "a 8f 8\nf 9f\n", 2, "key 0x9f is unknown");
        row("mdrv: double free", "a 8f 8\nf 8f\nf 8f\n", 3, "key 0x8f is no longer live");
        row("mdrv: key twice", "a 8f 8\na 8f 8\n", 2, "key 0x8f is used twice");
        row("mdrv: size missing", "a 8f\n", 1, "the size is missing");
        row("mdrv: key missing", "l x\na\n", 2, "the key is missing");
        row("mdrv: words left", "l x\nf 8f 8\n", 2, "more words");
        row("mdrv: unknown operation", "l x\nx 8f 8\n", 2, "unknown operation `x`");
        row("pages: no page", "mm_page_free: order=0\n", 1, "`pfn=` is missing");
        row("pages: no order", "mm_page_alloc: page=1 pfn=0x2\n", 1, "`order=` is missing");
        row("pages: order too large", "mm_page_alloc: page=1 pfn=0x2 order=31 migratetype=0\n", 1,
            "the order 31 is over 30");
    }

    void read_badLine_namesLineAndReason() {
        QFETCH(QByteArray, text);
        QFETCH(qulonglong, line);
        QFETCH(QString, reason);
        const std::string path = files_.write(text);
        const auto trace = readTrace(path);
        QVERIFY(!trace);
        QCOMPARE(trace.error().file, path);
        QCOMPARE(trace.error().line, line);
        QVERIFY2(contains(trace.error().reason, reason.toStdString()),
                 trace.error().reason.c_str());
        QVERIFY(trace.error().code == ExitCode::BadInput);

        const auto lenient = readTrace(path, {.lenient = true});
        QVERIFY(lenient);
        QCOMPARE(lenient->bad.size(), std::size_t{1});
        QCOMPARE(lenient->bad[0].line, line);
        QCOMPARE(lenient->bad[0].reason, trace.error().reason);
        QVERIFY(contains(shown(*lenient), "bad@" + std::to_string(line)));
    }

    void read_namedFormat_overridesWhatTheContentLooksLike() {
        const std::string path = files_.write("a 1 8\nf 1\na 1 9\n");
        QVERIFY(!readTrace(path)); // the own format: id 1 is used twice
        const auto trace = readTrace(path, {.format = TraceFormat::Mdrv});
        QVERIFY(trace);
        QCOMPARE(shown(*trace), std::string("a1:8@1 f1@2 a2:9@3"));
    }

    void read_partialRecording_reallocToALiveAddress_endsItsBlock() {
        const auto trace = readTrace(files_.write("malloc(8) = 0x10\nmalloc(9) = 0x20\n"
                                                  "realloc(0x10, 7) = 0x20\nfree(0x20)\n"));
        QVERIFY(trace);
        QCOMPARE(shown(*trace), std::string("a1:8@1 a2:9@2 f2@3 r1>3:7@3 f3@4"));
        QCOMPARE(trace->omissions.impliedFrees, 1ULL);
    }

    void read_ownOrMdrv_isDecidedByTheLines_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("own");
        QTest::newRow("nothing to tell") << QByteArray("a 1 8\nf 1\n") << true;
        QTest::newRow("tabs") << QByteArray("a\t1\t8\n") << false;
        QTest::newRow("hexadecimal keys") << QByteArray("a 1 8\na 0x1f 8\n") << false;
        QTest::newRow("large keys") << QByteArray("a 134514312 8\n") << false;
        QTest::newRow("labels") << QByteArray("a 1 8\nl 3\n") << false;
        QTest::newRow("short reallocs") << QByteArray("a 1 8\nr 1 9\nr 1 7\n") << false;
        QTest::newRow("one short realloc of three")
            << QByteArray("a 1 8\nr 1 2 9\nr 2 3 9\nr 3 9\n") << true;
        QTest::newRow("signature") << QByteArray("# fragscope-trace 1\na 1f 8\n") << true;
    }

    void read_ownOrMdrv_isDecidedByTheLines() {
        QFETCH(QByteArray, text);
        QFETCH(bool, own);
        const auto format = own ? TraceFormat::Own : TraceFormat::Mdrv;
        const std::string path = files_.write(text);
        const auto found = readTrace(path, {.lenient = true});
        const auto named = readTrace(path, {.format = format, .lenient = true});
        const auto other = readTrace(
            path, {.format = own ? TraceFormat::Mdrv : TraceFormat::Own, .lenient = true});
        QVERIFY(found && named && other);
        const auto answer = [](const AllocationTrace& trace) {
            return shown(trace) + (trace.bad.empty() ? "" : trace.bad[0].reason);
        };
        QCOMPARE(answer(*found), answer(*named));
        if (text != "a 1 8\nf 1\n") {
            QVERIFY(answer(*found) != answer(*other));
        }
    }

    void formats_namesAreKnownAndOthersNot() {
        QCOMPARE(traceFormats().size(), std::size_t{9});
        for (const TraceFormatInfo& info : traceFormats()) {
            QVERIFY(parseTraceFormat(info.name) == info.format);
            QCOMPARE(nameOf(info.format), info.name);
            QVERIFY(info.sentence.ends_with('.'));
        }
        QVERIFY(!parseTraceFormat("elf"));
    }

private:
    TraceFiles files_;
};

QTEST_GUILESS_MAIN(TestTraceRecordings)
#include "tst_trace_recordings.moc"
