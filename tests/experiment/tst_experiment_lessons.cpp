#include "fragscope/base/rng.h"
#include "fragscope/experiment/measured_heap.h"
#include "fragscope/experiment/trial_figures.h"
#include "fragscope/trace/read_trace.h"

#include <QTest>

#include <array>
#include <cmath>

using namespace fragscope;

namespace {

using Setting = std::pair<const char*, std::string>;

/// Throws std::runtime_error if a setting is refused.
AllocatorSettings allocatorWith(AllocatorKind kind, const std::vector<Setting>& settings) {
    AllocatorSettings result = defaultSettings(kind);
    for (const auto& [key, value] : settings) {
        if (const auto set = setAllocatorSetting(result, key, value); !set) {
            throw std::runtime_error(set.error().text());
        }
    }
    return result;
}

/// Throws std::runtime_error if there is no such trace.
AllocationTrace traceFrom(const std::string& source) {
    auto trace = readTrace(source);
    if (!trace) {
        throw std::runtime_error(trace.error().text());
    }
    return std::move(*trace);
}

AllocationTrace textbookStream() {
    return traceFrom(FRAGSCOPE_SOURCE_DIR "/scenarios/references/textbook-ops.trace");
}

/// Sizes between two bounds, drawn evenly.
struct SizeRange {
    std::uint64_t least;
    std::uint64_t most;
};

/// 500 blocks; then a random one is freed and another one allocated, over and over.
AllocationTrace exchanges(SizeRange sizes, std::uint32_t count, std::uint64_t seed) {
    constexpr std::uint32_t live = 500;
    Rng rng(seed);
    AllocationTrace trace;
    std::vector<std::uint32_t> blocks;
    const auto allocate = [&](std::uint32_t& block) {
        block = static_cast<std::uint32_t>(++trace.largestId);
        TraceOperation operation;
        operation.id = block;
        operation.size = sizes.least + rng.below(sizes.most - sizes.least + 1);
        trace.operations.push_back(operation);
    };
    for (std::uint32_t i = 0; i < live; ++i) {
        allocate(blocks.emplace_back());
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        std::uint32_t& block = blocks[rng.below(live)];
        TraceOperation operation;
        operation.kind = TraceKind::Free;
        operation.id = block;
        trace.operations.push_back(operation);
        allocate(block);
    }
    return trace;
}

/// A heap whose blocks have no header and any length, so that a fit can be exact.
AllocatorSettings bare(const char* policy, std::uint64_t heapSize) {
    return allocatorWith(AllocatorKind::SequentialFit, {{"policy", policy},
                                                        {"header", "0"},
                                                        {"alignment", "1"},
                                                        {"heap_size", std::to_string(heapSize)}});
}

/// In the steady state: holes for each block in use, and the share of requests that left a rest.
struct FiftyPercent {
    double holesPerBlock = 0;
    double inexact = 0;
};

FiftyPercent fiftyPercent(SizeRange sizes, std::uint64_t seed) {
    const AllocationTrace trace = exchanges(sizes, 12'000, seed);
    TraceTrial trial(trace, bare("first", 1 << 20));
    constexpr std::uint64_t warmUp = 8'000; // operations
    double samples = 0;
    double requests = 0;
    FiftyPercent result;
    while (!trial.done()) {
        trial.step();
        if (trial.totals().operations < warmUp || trial.operation().kind == TraceKind::Free) {
            continue;
        }
        const ObservedMemory::Reason& reason = trial.memory().lastReason();
        requests += 1;
        result.inexact += reason.operands[0] != reason.operands[1] ? 1 : 0;
        if (trial.totals().operations % 50 == 0) {
            const TrialState state = stateOf(trial);
            samples += 1;
            result.holesPerBlock += static_cast<double>(state.freeBlocks) /
                                    static_cast<double>(trial.totals().liveBlocks);
        }
    }
    return {result.holesPerBlock / samples, result.inexact / requests};
}

double figureAtEnd(const AllocationTrace& trace,
                   const AllocatorSettings& settings,
                   std::string_view name) {
    TraceTrial trial(trace, settings);
    while (!trial.done()) {
        trial.step();
    }
    const TrialState state = stateOf(trial);
    for (const TrialFigure& figure : trialFigures()) {
        if (figure.name == name) {
            return figure.of(state).value_or(std::nan(""));
        }
    }
    return std::nan("");
}

/// The most references of a malloc that follows a free, once `blocks` blocks fill the heap but for
/// every other one of a quarter of them, which are too small for it.
std::uint64_t worstMalloc(AllocatorKind kind, std::uint64_t blocks) {
    MeasuredHeap heap(allocatorWith(kind, {{"heap_size", std::to_string(blocks * 160 + 65536)}}));
    std::vector<std::uint64_t> handles;
    for (std::uint64_t i = 0; i < blocks; ++i) {
        handles.push_back(heap.allocate(100));
    }
    for (std::uint64_t i = 0; i < blocks / 4; i += 2) {
        heap.release(handles[i]);
    }
    std::uint64_t worst = 0;
    for (int i = 0; i < 20; ++i) {
        const std::uint64_t block = heap.allocate(400);
        worst = std::max(worst, heap.references());
        heap.release(block);
    }
    return worst;
}

constexpr std::array policies{"first", "best", "worst"};
constexpr std::array orders{"address", "size-ascending", "size-descending", "front", "back"};

/// Requests of the textbook's stream that fail, by order and policy: never merged, merged.
constexpr std::uint64_t failures[5][3][2] = {
    {{126, 13}, {96, 8}, {288, 25}},    {{96, 91}, {96, 88}, {288, 276}},
    {{276, 273}, {96, 89}, {288, 280}}, {{231, 219}, {96, 93}, {288, 276}},
    {{153, 141}, {96, 93}, {288, 273}},
};

std::uint64_t failuresOf(const AllocationTrace& stream,
                         const char* order,
                         const char* policy,
                         const char* coalesce) {
    TraceTrial trial(stream, allocatorWith(AllocatorKind::SequentialFit, {{"preset", "textbook"},
                                                                          {"heap_size", "1000"},
                                                                          {"order", order},
                                                                          {"policy", policy},
                                                                          {"coalesce", coalesce}}));
    while (!trial.done()) {
        trial.step();
    }
    return trial.totals().refused;
}

} // namespace

/// Lessons on heap allocators whose figures need a heap that a process cannot have, or averages.
/// The scenarios beside are scenarios/allocators/l20 to l26.
class TestLessons : public QObject {
    Q_OBJECT

private slots:

    /// L20: one recorded stream through 30 configurations of the textbook's list.
    void l20_everyConfiguration_failsAsOften() {
        const AllocationTrace stream = textbookStream();
        for (std::size_t order = 0; order < orders.size(); ++order) {
            for (std::size_t policy = 0; policy < policies.size(); ++policy) {
                const auto [never, merged] =
                    std::pair{failuresOf(stream, orders[order], policies[policy], "never"),
                              failuresOf(stream, orders[order], policies[policy], "immediate")};
                QCOMPARE(never, failures[order][policy][0]);
                QCOMPARE(merged, failures[order][policy][1]);
            }
        }
    }

    /// L20: by address merging helps most, by size less, with the newest last hardly.
    void l20_merging_helpsByAddressOnly() {
        const AllocationTrace stream = textbookStream();
        const auto left = [&](const char* order) {
            return static_cast<double>(failuresOf(stream, order, "first", "immediate")) /
                   static_cast<double>(failuresOf(stream, order, "first", "never"));
        };
        QVERIFY(left("address") < 0.2);
        QVERIFY(left("size-ascending") > 0.9);
        QVERIFY(left("back") > 0.9);
    }

    /// L21: half as many holes as blocks, times the share of fits that leave a rest.
    void l21_firstFit_hasHalfAsManyHolesAsBlocks() {
        for (const SizeRange sizes : {SizeRange{1, 1000}, SizeRange{16, 64}}) {
            for (const std::uint64_t seed : {1U, 2U}) {
                const FiftyPercent found = fiftyPercent(sizes, seed);
                qInfo("sizes %llu to %llu: holes/blocks %.3f, inexact %.3f",
                      static_cast<unsigned long long>(sizes.least),
                      static_cast<unsigned long long>(sizes.most), found.holesPerBlock,
                      found.inexact);
                QVERIFY(found.inexact > 0.5);
                QVERIFY(std::abs(found.holesPerBlock - found.inexact / 2) <= 0.03);
            }
        }
    }

    /// L21: worst fit takes whatever arena it is given, first fit what it needs.
    void l21_worstFit_spreadsOverTheArena() {
        const AllocationTrace trace = exchanges({1, 1000}, 6'000, 3);
        double last = 1.5;
        for (const std::uint64_t arena : {1U << 19, 1U << 21, 1U << 23}) {
            const double span = figureAtEnd(trace, bare("worst", arena), "footprint_bytes") /
                                figureAtEnd(trace, bare("first", arena), "footprint_bytes");
            qInfo("arena %llu KiB: worst fit spans %.1f times as much",
                  static_cast<unsigned long long>(arena >> 10), span);
            QVERIFY(span > last);
            last = span * 1.5;
        }
    }

    /// L22: a quarter of the memory for sizes drawn evenly, 1 - 1 / (2 ln 2) for logarithmic ones.
    void l22_buddy_wastesAQuarter() {
        const AllocatorSettings buddy =
            allocatorWith(AllocatorKind::Buddy, {{"heap_size", "4294967296"}});
        const auto waste = [&](const std::string& sizes) {
            return figureAtEnd(traceFrom("generate:random,ops=60000,live=20000,seed=3," + sizes),
                               buddy, "internal_fragmentation");
        };
        const double even = waste("sizes=uniform,min=1,max=65536");
        const double logarithmic = waste("sizes=log-uniform,min=1024,max=65536");
        qInfo("waste: uniform %.4f, log-uniform %.4f", even, logarithmic);
        QVERIFY(std::abs(even - 0.25) <= 0.01);
        QVERIFY(std::abs(logarithmic - 0.279) <= 0.01);
    }

    /// L22: half of 1,024 pages is free, and nothing of it serves a request for eight of them.
    void l22_checkerboard_isUnusable() {
        const AllocatorSettings buddy = allocatorWith(
            AllocatorKind::Buddy, {{"heap_size", "4194304"}, {"heap_limit", "4194304"}});
        const AllocationTrace board = traceFrom("generate:every-other,ops=1536,live=1024,min=4096");
        QCOMPARE(figureAtEnd(board, buddy, "free_bytes"), 2097152.0);
        QCOMPARE(figureAtEnd(board, buddy, "largest_free_bytes"), 4096.0);
        QCOMPARE(figureAtEnd(board, buddy, "unusable_free_index_3"), 1.0);
    }

    /// L23: TLSF looks at two bitmaps whatever lies in the heap; first fit at each hole.
    void l23_references_doNotGrowWithTheHeap() {
        QCOMPARE(worstMalloc(AllocatorKind::Tlsf, 10'000), worstMalloc(AllocatorKind::Tlsf, 100));
        QVERIFY(worstMalloc(AllocatorKind::SequentialFit, 10'000) >
                50 * worstMalloc(AllocatorKind::SequentialFit, 100));
    }
};

QTEST_APPLESS_MAIN(TestLessons)

#include "tst_experiment_lessons.moc"
