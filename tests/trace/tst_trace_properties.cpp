#include "fragscope/base/rng.h"
#include "fragscope/trace/generator.h"
#include "fragscope/trace/read_trace.h"
#include "fragscope/trace/system_state.h"
#include "fragscope/trace/write_trace.h"

#include <QTest>

#include "support/print.h"
#include "trace/trace_files.h"
#include <array>
#include <rapidcheck.h>
#include <set>

using namespace fragscope;

namespace {

constexpr std::array<const char*, 9> samples{
    "sample.rep",         "sample.mdrv",      "sample.mtrace",
    "sample.ltrace",      "sample.valgrind",  "sample.heaptrack",
    "sample.page-events", "sample.buddyinfo", "sample.pagetypeinfo"};

QByteArray contentOf(const std::string& path) {
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Changes, removes, doubles or puts in some bytes; most of them such as the formats use.
QByteArray damaged(QByteArray text, std::uint64_t seed) {
    constexpr std::string_view usual = "0123456789abcfrx+-<>!@=(), \n\n";
    Rng rng(seed);
    for (std::uint64_t n = rng.below(8); n > 0 && !text.isEmpty(); --n) {
        const auto at = static_cast<qsizetype>(rng.below(static_cast<std::uint64_t>(text.size())));
        const auto length = static_cast<qsizetype>(rng.below(12));
        const char fresh =
            rng.below(4) == 0 ? static_cast<char>(rng.below(256)) : usual[rng.below(usual.size())];
        switch (rng.below(4)) {
        case 0:
            text[at] = fresh;
            break;
        case 1:
            text.remove(at, length);
            break;
        case 2:
            text.insert(at, text.mid(at / 2, length));
            break;
        default:
            text.insert(at, fresh);
            break;
        }
    }
    return text;
}

/// The promises of AllocationTrace; what is broken, or an empty text.
std::string brokenPromise(const AllocationTrace& trace) {
    std::set<std::uint64_t> live;
    std::set<std::uint64_t> used;
    std::size_t bad = 0;
    const auto begins = [&](const TraceOperation& operation) {
        live.insert(operation.id);
        return used.insert(operation.id).second && operation.id <= trace.largestId &&
               operation.size <= largestTraceSize;
    };
    for (const TraceOperation& operation : trace.operations) {
        bool good = true;
        switch (operation.kind) {
        case TraceKind::Allocate:
            good = begins(operation);
            break;
        case TraceKind::Free:
            good = live.erase(operation.id) == 1;
            break;
        case TraceKind::Reallocate:
            good = live.erase(operation.oldId) == 1 && begins(operation);
            break;
        case TraceKind::Bad:
            good = bad < trace.bad.size() && trace.bad[bad].line == operation.line &&
                   !trace.bad[bad].reason.empty();
            ++bad;
            break;
        }
        if (!good) {
            return shown(operation);
        }
    }
    return bad == trace.bad.size() ? std::string() : "bad lines without a row";
}

/// Reads the file in all ways; what is wrong with the answers, or an empty text.
std::string wrongAnswer(const std::string& path, TraceFormat format) {
    const auto strict = readTrace(path, {.format = format});
    const auto lenient = readTrace(path, {.format = format, .lenient = true});
    if (!strict && (strict.error().reason.empty() || strict.error().file != path)) {
        return "an error without reason or file";
    }
    if (!lenient) {
        return strict ? "only the lenient reader refuses it" : std::string();
    }
    if (strict.ok() != lenient->bad.empty()) {
        return "strict and lenient differ about what is bad";
    }
    if (!strict && (strict.error().line != lenient->bad[0].line ||
                    strict.error().reason != lenient->bad[0].reason)) {
        return "strict and lenient name different first bad lines";
    }
    if (strict && strict->operations != lenient->operations) {
        return "strict and lenient differ on good input";
    }
    return brokenPromise(*lenient);
}

} // namespace

class TestTraceProperties : public QObject {
    Q_OBJECT

private slots:

    void read_damagedSamples_answersAndKeepsItsPromises() {
        QVERIFY(rc::check([this](std::uint64_t seed) {
            const std::size_t which = Rng(seed).below(samples.size());
            const std::string path =
                files_.write(damaged(contentOf(sampleFile(samples[which])), seed));
            for (const TraceFormatInfo& info : traceFormats()) {
                const std::string wrong = wrongAnswer(path, info.format);
                RC_ASSERT(wrong == std::string());
            }
            static_cast<void>(readSystemState(path));
        }));
    }

    void read_randomBytes_answersAndKeepsItsPromises() {
        QVERIFY(rc::check([this](const std::vector<unsigned char>& bytes, unsigned packing) {
            constexpr std::array<const char*, 4> magics{"", "\x1f\x8b\x08", "\x28\xb5\x2f\xfd",
                                                        "a 1 8\n"};
            QByteArray content(magics[packing % magics.size()]);
            for (const unsigned char byte : bytes) {
                content.append(static_cast<char>(byte));
            }
            const std::string path = files_.write(content);
            for (const TraceFormatInfo& info : traceFormats()) {
                const std::string wrong = wrongAnswer(path, info.format);
                RC_ASSERT(wrong == std::string());
            }
            RC_ASSERT(!readSystemState(path));
        }));
    }

    void generate_anySettings_isValidAndSurvivesAFile() {
        QVERIFY(rc::check([this](unsigned which, std::uint64_t seed) {
            Rng rng(seed);
            const GeneratorInfo& info = traceGenerators()[which % traceGenerators().size()];
            const auto takes = [&info](std::string_view key) {
                return std::find(info.keys.begin(), info.keys.end(), key) != info.keys.end();
            };
            const std::uint64_t smallest = 1 + rng.below(1ULL << rng.below(48));
            const std::uint64_t operations = 1 + rng.below(3000);
            std::string text = std::string(info.name) + ",seed=" + std::to_string(seed) +
                               ",ops=" + std::to_string(operations) +
                               ",live=" + std::to_string(1 + rng.below(400)) +
                               ",min=" + std::to_string(std::min(smallest, largestTraceSize));
            if (takes("max")) {
                const std::uint64_t room = largestTraceSize - std::min(smallest, largestTraceSize);
                text += ",max=" + std::to_string(smallest + rng.below(room + 1));
            }
            constexpr std::array<const char*, 6> shapes{"uniform", "exponential", "power-law",
                                                        "bimodal", "log-uniform", "constant"};
            if (takes("sizes")) {
                text += std::string(",sizes=") + shapes[rng.below(shapes.size())];
            }
            const auto trace = generateTrace(text);
            RC_ASSERT(trace.ok());
            RC_ASSERT(brokenPromise(*trace) == std::string());
            RC_ASSERT(trace->operations.size() == operations);
            const std::string path = files_.path("generated.trace");
            RC_ASSERT(writeTrace(*trace, path).ok());
            const auto again = readTrace(path);
            RC_ASSERT(again.ok());
            RC_ASSERT(again->operations.size() == trace->operations.size());
            for (std::size_t n = 0; n < trace->operations.size(); ++n) {
                TraceOperation operation = again->operations[n];
                operation.line = trace->operations[n].line;
                RC_ASSERT(operation == trace->operations[n]);
            }
        }));
    }

private:
    TraceFiles files_;
};

QTEST_GUILESS_MAIN(TestTraceProperties)
#include "tst_trace_properties.moc"
