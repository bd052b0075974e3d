#include "fragscope/trace/read_trace.h"

#include <QTest>

#include "support/print.h"
#include "trace/trace_files.h"
#include <zlib.h>
#include <zstd.h>

using namespace fragscope;

namespace {

QByteArray gzipped(QByteArray text) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray out(static_cast<qsizetype>(deflateBound(&stream, static_cast<uLong>(text.size()))),
                   '\0');
    stream.next_in = reinterpret_cast<Bytef*>(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return out;
}

QByteArray zstandard(const QByteArray& text) {
    const auto size = static_cast<std::size_t>(text.size());
    QByteArray out(static_cast<qsizetype>(ZSTD_compressBound(size)), '\0');
    const std::size_t written =
        ZSTD_compress(out.data(), static_cast<std::size_t>(out.size()), text.data(), size, 3);
    out.resize(static_cast<qsizetype>(written));
    return out;
}

/// Longer than all buffers, and hard to compress.
QByteArray longTrace(int operations) {
    QByteArray text = "# fragscope-trace 1\n";
    std::uint64_t state = 1;
    for (int id = 1; id <= operations; ++id) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        text += "a " + QByteArray::number(id) + ' ' + QByteArray::number(state >> 20) + '\n';
    }
    return text;
}

enum class Packing { Plain, Gzip, Zstd };

QByteArray packed(Packing packing, const QByteArray& text) {
    return packing == Packing::Plain  ? text
           : packing == Packing::Gzip ? gzipped(text)
                                      : zstandard(text);
}

} // namespace

/// Files as bytes: compression, damage, limits.
class TestTraceInput : public QObject {
    Q_OBJECT

private slots:

    void read_anyPacking_givesTheSame_data() {
        QTest::addColumn<int>("packing");
        QTest::newRow("plain") << static_cast<int>(Packing::Plain);
        QTest::newRow("gzip") << static_cast<int>(Packing::Gzip);
        QTest::newRow("zstd") << static_cast<int>(Packing::Zstd);
    }

    void read_anyPacking_givesTheSame() {
        QFETCH(int, packing);
        const auto trace =
            readTrace(files_.write(packed(static_cast<Packing>(packing), longTrace(200'000))));
        QVERIFY2(trace, trace ? "" : trace.error().text().c_str());
        QCOMPARE(trace->operations.size(), std::size_t{200'000});
        QCOMPARE(shown(trace->operations[0]), std::string("a1:7445174469695@2"));
        QCOMPARE(trace->operations.back().id, 200'000U);
        QCOMPARE(trace->operations.back().line, 200'001U);
    }

    void read_severalMembers_areOneText_data() { read_anyPacking_givesTheSame_data(); }

    void read_severalMembers_areOneText() {
        QFETCH(int, packing);
        const auto kind = static_cast<Packing>(packing);
        const auto trace =
            readTrace(files_.write(packed(kind, "a 1 8\na 2") + packed(kind, " 9\nf 1\n")));
        QVERIFY2(trace, trace ? "" : trace.error().text().c_str());
        QCOMPARE(shown(*trace), std::string("a1:8@1 a2:9@2 f1@3"));
    }

    void read_everyTruncation_isReported_data() {
        QTest::addColumn<int>("packing");
        QTest::newRow("gzip") << static_cast<int>(Packing::Gzip);
        QTest::newRow("zstd") << static_cast<int>(Packing::Zstd);
    }

    void read_everyTruncation_isReported() {
        QFETCH(int, packing);
        const QByteArray whole = packed(static_cast<Packing>(packing), longTrace(60));
        QVERIFY(readTrace(files_.write(whole)));
        for (qsizetype length = 5; length < whole.size(); ++length) {
            const auto trace = readTrace(files_.write(whole.left(length)), {.lenient = true});
            QVERIFY(!trace);
            QVERIFY2(contains(trace.error().reason, "damaged or truncated: the file ends in the "
                                                    "middle"),
                     trace.error().reason.c_str());
        }
    }

    void read_truncatedLongFile_namesTheLastWholeLine_data() {
        read_everyTruncation_isReported_data();
    }

    void read_truncatedLongFile_namesTheLastWholeLine() {
        QFETCH(int, packing);
        const QByteArray whole = packed(static_cast<Packing>(packing), longTrace(200'000));
        const auto trace = readTrace(files_.write(whole.left(whole.size() - 4)));
        QVERIFY(!trace);
        QVERIFY2(contains(trace.error().reason, "truncated"), trace.error().reason.c_str());
        QVERIFY(trace.error().line > 100'000 && trace.error().line <= 200'001);
    }

    void read_damagedBytes_areReported_data() { read_everyTruncation_isReported_data(); }

    void read_damagedBytes_areReported() {
        QFETCH(int, packing);
        QByteArray bytes = packed(static_cast<Packing>(packing), longTrace(50'000));
        for (qsizetype at = bytes.size() / 2; at < bytes.size() / 2 + 64; ++at) {
            bytes[at] = static_cast<char>(~bytes[at]);
        }
        const auto trace = readTrace(files_.write(bytes));
        QVERIFY(!trace);
        QVERIFY(trace.error().code == ExitCode::BadInput);
        QVERIFY(trace.error().line > 0);
    }

    void read_emptyMember_isAnEmptyTrace() {
        for (const Packing packing : {Packing::Gzip, Packing::Zstd}) {
            const auto trace = readTrace(files_.write(packed(packing, "")));
            QVERIFY(!trace);
            QCOMPARE(trace.error().reason, std::string("the trace is empty"));
        }
    }

    void read_moreOperationsThanTheLimit_isRefused() {
        const std::string path = files_.write(longTrace(10));
        QVERIFY(readTrace(path, {.maximumOperations = 10}));
        const auto trace = readTrace(path, {.maximumOperations = 9});
        QVERIFY(!trace);
        QVERIFY(trace.error().code == ExitCode::LimitReached);
        QCOMPARE(trace.error().line, 11ULL);
    }

    void read_lineLongerThanTheBuffer_isRefused() {
        const auto trace = readTrace(files_.write("a 1 8\nf 1\na 2 " + QByteArray(2 << 20, '1')));
        QVERIFY(!trace);
        QCOMPARE(trace.error().line, 3ULL);
        QVERIFY2(contains(trace.error().reason, "longer than 1048576 bytes"),
                 trace.error().reason.c_str());
    }

    void read_manyAddresses_areKeptApart() {
        QByteArray text;
        for (int n = 1; n <= 20'000; ++n) {
            text += "--1-- malloc(" + QByteArray::number(n) + ") = 0x" +
                    QByteArray::number(n * 16, 16) + '\n';
        }
        for (int n = 1; n <= 20'000; ++n) {
            text += "--1-- free(0x" + QByteArray::number(n * 16, 16) + ")\n";
        }
        const auto trace = readTrace(files_.write(text));
        QVERIFY(trace);
        QCOMPARE(trace->operations.size(), std::size_t{40'000});
        for (std::uint32_t n = 1; n <= 20'000; ++n) {
            QCOMPARE(trace->operations[n - 1].size, std::uint64_t{n});
            QCOMPARE(trace->operations[20'000 + n - 1].id, n);
        }
    }

    void read_progress_growsToTheSizeOfTheFile() {
        const QByteArray text = longTrace(200'000);
        std::vector<ReadProgress> reports;
        const auto trace = readTrace(files_.write(text), {}, [&](const ReadProgress& progress) {
            reports.push_back(progress);
            return true;
        });
        QVERIFY(trace);
        QVERIFY(reports.size() >= 4);
        QVERIFY(reports.front().operations > 0 && reports.front().operations < 200'000);
        QVERIFY(reports.front().bytesRead < reports.back().bytesRead);
        QCOMPARE(reports.back().bytesRead, static_cast<std::uint64_t>(text.size()));
        QCOMPARE(reports.back().bytesTotal, static_cast<std::uint64_t>(text.size()));
        QCOMPARE(reports.back().operations, 200'000ULL);
    }

    void read_cancelled_isInterrupted() {
        int calls = 0;
        const auto trace = readTrace(files_.write(longTrace(200'000)), {},
                                     [&](const ReadProgress&) { return ++calls < 2; });
        QVERIFY(!trace);
        QCOMPARE(calls, 2);
        QVERIFY(trace.error().code == ExitCode::Interrupted);
    }

    void traceName_leavesOutFolderAndEndings() {
        QCOMPARE(traceName("/x/y/sqlite3.trace.gz"), std::string("sqlite3"));
        QCOMPARE(traceName("git-log.rep"), std::string("git-log"));
        QCOMPARE(traceName("a.b/run.raw.zst"), std::string("run"));
        QCOMPARE(traceName("plain"), std::string("plain"));
    }

private:
    TraceFiles files_;
};

QTEST_GUILESS_MAIN(TestTraceInput)
#include "tst_trace_input.moc"
