#include "fragscope/experiment/fragmentation.h"
#include "fragscope/experiment/start_state.h"
#include "fragscope/experiment/trial_figures.h"

#include <QTest>

#include <cmath>

using namespace fragscope;

namespace {

AllocatorSettings zoneOf(std::uint64_t bytes) {
    AllocatorSettings settings = defaultSettings(AllocatorKind::PageAllocator);
    settings.heapSize = bytes;
    return settings;
}

TraceOperation pages(std::uint32_t id, std::uint64_t count, std::uint8_t type) {
    TraceOperation operation;
    operation.id = id;
    operation.size = count * 4096;
    operation.migrateType = type;
    return operation;
}

TraceOperation freed(std::uint32_t id) {
    TraceOperation operation;
    operation.kind = TraceKind::Free;
    operation.id = id;
    return operation;
}

AllocationTrace traceOf(std::vector<TraceOperation> operations) {
    AllocationTrace trace;
    for (const TraceOperation& operation : operations) {
        trace.largestId = std::max<std::uint64_t>(trace.largestId, operation.id);
    }
    trace.operations = std::move(operations);
    return trace;
}

double figure(TraceTrial& trial, std::string_view name) {
    const TrialState state = stateOf(trial);
    for (const TrialFigure& figure : trialFigures()) {
        if (figure.name == name) {
            return figure.of(state).value_or(-1);
        }
    }
    return -2;
}

/// As the lists of the allocator have them, all types together.
std::vector<std::uint64_t> listCounts(const HeapPicture& heap) {
    std::vector<std::uint64_t> counts;
    for (const FreeListPicture& list : heap.lists) {
        counts.resize(std::max<std::size_t>(counts.size(), list.row + 1));
        counts[list.row] += list.members.size();
    }
    return counts;
}

std::string sample(const char* name) {
    return std::string(FRAGSCOPE_SOURCE_DIR "/tests/trace/data/") + name;
}

} // namespace

/// Fragmentation of the page allocator, and real machines to start from.
class TestExperimentPageAllocator : public QObject {
    Q_OBJECT

private slots:

    /// 8 pages alone, 4 pairs, one block of 4; figures of the kernel in thousandths.
    void figures_areThoseOfTheFreeLists() {
        FreePageCounts counts{};
        counts[1] = {8, 4, 1};
        const AllocationTrace none = traceOf({});
        TraceTrial trial(none, zoneOf(std::uint64_t{4} << 20), counts);
        QVERIFY(*trial.start() == counts);
        const HeapPicture heap = trial.picture();
        QVERIFY(freeCountsByOrder(heap, 4096) == listCounts(heap));
        QVERIFY(listCounts(heap) == (std::vector<std::uint64_t>{8, 4, 1}));
        QCOMPARE(figure(trial, "unusable_free_index_3"), 1.0);
        QCOMPARE(figure(trial, "fragmentation_index_3"), 0.731);
        QCOMPARE(unusableFreeIndex(freeCountsByOrder(heap, 4096), 2), std::int64_t{800});
        QCOMPARE(fragmentationIndex(freeCountsByOrder(heap, 4096), 2), std::int64_t{-1000});
        QCOMPARE(figure(trial, "free_bytes"), 20.0 * 4096);
        QCOMPARE(figure(trial, "free_blocks"), 13.0);
    }

    /// L22: half of 1,024 pages is free, and none of it is of use to two pages.
    void checkerboard_allFreeMemoryIsUnusable() {
        std::vector<TraceOperation> operations;
        for (std::uint32_t id = 0; id < 1024; ++id) {
            operations.push_back(pages(id, 1, 0));
        }
        for (std::uint32_t id = 0; id < 1024; id += 2) {
            operations.push_back(freed(id));
        }
        operations.push_back(pages(1024, 2, 0));
        const AllocationTrace trace = traceOf(operations);
        TraceTrial trial(trace, zoneOf(std::uint64_t{4} << 20));
        OperationResult last;
        while (!trial.done()) {
            last = trial.step();
        }
        QVERIFY(last.end == OperationEnd::Refused);
        QCOMPARE(trial.totals().refused, std::uint64_t{1});
        QCOMPARE(figure(trial, "free_bytes"), 512.0 * 4096);
        const auto counts = freeCountsByOrder(trial.picture(), 4096);
        QCOMPARE(unusableFreeIndex(counts, 1), std::int64_t{1000});
        QCOMPARE(unusableFreeIndex(counts, 0), std::int64_t{0});
        QCOMPARE(figure(trial, "unusable_free_index_3"), 1.0);
    }

    void migrateTypes_ofTheTraceAreKept() {
        const AllocationTrace trace = traceOf({pages(0, 1, 1), pages(1, 1, 2), pages(2, 1, 3)});
        TraceTrial trial(trace, zoneOf(std::uint64_t{8} << 20));
        std::vector<std::uint64_t> at;
        while (!trial.done()) {
            at.push_back((trial.step().address - trial.settings().heapBase) >> 22);
        }
        // unmovable takes a block of 4 MiB with it; reclaimable takes the half that is left of it
        QVERIFY(at == (std::vector<std::uint64_t>{0, 1, 0}));
    }

    void start_ofARealMachine() {
        const auto state = readSystemState(sample("sample.pagetypeinfo"));
        QVERIFY(state);
        const auto counts = freePagesOf(*state, std::nullopt);
        QVERIFY(counts);
        QCOMPARE(counts->at(0).at(0), std::uint64_t{1144});
        QCOMPARE(counts->at(1).at(0), std::uint64_t{100000});
        QCOMPARE(counts->at(2).at(2), std::uint64_t{311});
        const AllocationTrace none = traceOf({});
        TraceTrial trial(none, zoneOf(std::uint64_t{64} << 20), *counts);
        QVERIFY(*trial.start() != *counts); // smaller, in the same proportions
        QVERIFY(listCounts(trial.picture()) == freeCountsByOrder(trial.picture(), 4096));
        const std::vector<std::uint64_t> was{1144 + 100000 + 4392, 804 + 529 + 1526,
                                             807 + 411 + 311};
        const double index = figure(trial, "fragmentation_index_3");
        QVERIFY(std::abs(index - double(fragmentationIndex(was, 3)) / 1000) < 0.01);
    }

    void zones_byNameOrTheLargest() {
        const auto state = readSystemState(sample("sample.buddyinfo"));
        QVERIFY(state);
        QCOMPARE(freePagesOf(*state, std::nullopt)->at(1).at(0), std::uint64_t{6263});
        QCOMPARE(freePagesOf(*state, ZoneName{0, "DMA32"})->at(1).at(10), std::uint64_t{752});
        QCOMPARE(freePagesOf(*state, ZoneName{1, "Normal"})->at(1).at(1), std::uint64_t{1});
        const auto missing = freePagesOf(*state, ZoneName{2, "Normal"});
        QVERIFY(!missing);
        QCOMPARE(missing.error().reason, std::string("it has no node 2, zone Normal"));
    }

    void otherAllocators_startEmpty() {
        FreePageCounts counts{};
        counts[1] = {8, 4, 1};
        const AllocationTrace none = traceOf({});
        TraceTrial trial(none, defaultSettings(AllocatorKind::Slab), counts);
        QVERIFY(!trial.start());
    }
};

QTEST_GUILESS_MAIN(TestExperimentPageAllocator)
#include "tst_experiment_page_allocator.moc"
