#include "fragscope/experiment/predictability.h"

#include <QTest>

#include <map>

using namespace fragscope;

namespace {

using enum Growth;

/// What the worst cases of an allocator are like; Unknown: not said.
struct Forms {
    Growth mallocByBlocks;
    Growth freeByBlocks;
    Growth mallocBySize;
    Growth freeBySize;
    std::uint64_t loadsOfDereference = 0;
};

/// As published. Region: a free that empties a region also returns it, which happens the more often
/// the larger the blocks are.
const std::map<AllocatorKind, Forms> expectedForms{
    {AllocatorKind::SequentialFit, {Linear, Linear, Constant, Constant}},
    {AllocatorKind::QuickFit, {Constant, Constant, Constant, Constant}},
    {AllocatorKind::Buddy, {Constant, Constant, Constant, Constant}},
    {AllocatorKind::Segregated, {Linear, Constant, Constant, Constant}},
    {AllocatorKind::HalfFit, {Constant, Constant, Constant, Constant}},
    {AllocatorKind::Tlsf, {Constant, Constant, Constant, Constant}},
    {AllocatorKind::Dlmalloc, {Constant, Constant, Constant, Constant}},
    {AllocatorKind::CompactFit, {Constant, Constant, Constant, Linear, 1}},
    {AllocatorKind::Bump, {Constant, Constant, Constant, Constant}},
    {AllocatorKind::Region, {Constant, Constant, Constant, Unknown}},
    {AllocatorKind::Sliding, {Constant, Linear, Constant, Linear, 1}},
};

CurvePlan quickPlan() {
    CurvePlan plan;
    plan.orders = 1;
    plan.exchanges = 400;
    plan.mostWork = 30'000'000;
    return plan;
}

const ReferenceCurve&
curveOf(const std::vector<ReferenceCurve>& curves, HeapOperation operation, CurveOver over) {
    for (const ReferenceCurve& curve : curves) {
        if (curve.operation == operation && curve.over == over) {
            return curve;
        }
    }
    throw std::runtime_error("no such curve");
}

Growth
growthOf(const std::vector<ReferenceCurve>& curves, HeapOperation operation, CurveOver over) {
    return fitWorstCase(curveOf(curves, operation, over)).growth;
}

void compareGrowth(Growth measured, Growth expected, const char* what) {
    QVERIFY2(expected == Unknown || measured == expected,
             qPrintable(QString("%1: %2").arg(what, nameOf(measured).data())));
}

ReferenceCounts countsOf(std::initializer_list<std::uint64_t> references) {
    ReferenceCounts counts;
    for (const std::uint64_t reference : references) {
        counts.add(reference);
    }
    return counts;
}

OrderResult orderOf(std::uint64_t further, std::uint64_t malloc, std::uint64_t free) {
    OrderResult order;
    order.furtherRequests = further;
    order.malloc.add(malloc);
    order.free.add(free);
    return order;
}

} // namespace

class TestExperimentPredictability : public QObject {
    Q_OBJECT

private slots:

    void worstCases_haveTheFormOfTheAllocator_data() {
        QTest::addColumn<int>("kind");
        for (const AllocatorInfo& info : allocatorInfos()) {
            const AllocatorKind kind = info.kind;
            if (expectedForms.count(kind) != 0) {
                QTest::newRow(allocatorInfo(kind).name.data()) << static_cast<int>(kind);
            }
        }
    }

    void worstCases_haveTheFormOfTheAllocator() {
        QFETCH(int, kind);
        const auto allocator = static_cast<AllocatorKind>(kind);
        const Forms& expected = expectedForms.at(allocator);
        const auto curves = *measureCurves(defaultSettings(allocator), quickPlan());
        using enum HeapOperation;
        using enum CurveOver;
        compareGrowth(growthOf(curves, Malloc, LiveBlocks), expected.mallocByBlocks,
                      "malloc by blocks");
        compareGrowth(growthOf(curves, HeapOperation::Free, LiveBlocks), expected.freeByBlocks,
                      "free by blocks");
        compareGrowth(growthOf(curves, Malloc, Size), expected.mallocBySize, "malloc by size");
        compareGrowth(growthOf(curves, HeapOperation::Free, Size), expected.freeBySize,
                      "free by size");
        for (const CurveOver over : {Size, LiveBlocks}) {
            for (const CurvePoint& point : curveOf(curves, Dereference, over).points) {
                QCOMPARE(point.references.most(), expected.loadsOfDereference);
                QCOMPARE(point.references.mean(), double(expected.loadsOfDereference));
            }
        }
    }

    void allAllocators_haveAnExpectation() {
        for (const AllocatorInfo& info : allocatorInfos()) {
            const AllocatorKind kind = info.kind;
            QVERIFY2(!servesGeneralSizes(kind) || kind == AllocatorKind::Slab ||
                         expectedForms.count(kind) != 0,
                     allocatorInfo(kind).name.data());
        }
    }

    void sequentialFits_searchCosts_areLinearInFreeBlocks_data() {
        QTest::addColumn<int>("policy");
        QTest::newRow("first") << static_cast<int>(FitPolicy::First);
        QTest::newRow("best") << static_cast<int>(FitPolicy::Best);
        QTest::newRow("worst") << static_cast<int>(FitPolicy::Worst);
    }

    void sequentialFits_searchCosts_areLinearInFreeBlocks() {
        QFETCH(int, policy);
        AllocatorSettings settings = defaultSettings(AllocatorKind::SequentialFit);
        settings.policy = static_cast<FitPolicy>(policy);
        const auto curves = *measureCurves(settings, quickPlan());
        const GrowthFit fit =
            fitWorstCase(curveOf(curves, HeapOperation::Malloc, CurveOver::FreeBlocks));
        QVERIFY(fit.growth == Growth::Linear);
        QVERIFY(fit.slope > 1.9 && fit.slope < 2.6); // length and link of each block looked at
        QVERIFY(fit.error < 0.05);
    }

    void compactFit_free_costsTwoReferencesAWord() {
        const auto curves = *measureCurves(defaultSettings(AllocatorKind::CompactFit), quickPlan());
        const ReferenceCurve& curve = curveOf(curves, HeapOperation::Free, CurveOver::Size);
        const auto worstAt = [&](std::size_t index) {
            return static_cast<double>(curve.points.at(index).references.most());
        };
        // 4,096 and 2,048 bytes; blocks have up to an eighth more than was asked for
        const double slope = (worstAt(8) - worstAt(7)) / 2048;
        QVERIFY(slope > 2.0 / 8 && slope < 2.0 / 8 * 1.25);
    }

    void curves_sameSeed_areTheSame() {
        CurvePlan plan = quickPlan();
        plan.sizes = {64};
        plan.liveBlocks = {100};
        const AllocatorSettings settings = defaultSettings(AllocatorKind::SequentialFit);
        const auto measured = [&](std::uint64_t seed) {
            plan.seed = seed;
            const auto curves = *measureCurves(settings, plan);
            return curveOf(curves, HeapOperation::Malloc, CurveOver::LiveBlocks)
                .points.at(0)
                .references.mean();
        };
        QCOMPARE(measured(1), measured(1));
        QVERIFY(measured(1) != measured(2));
    }

    void curves_points_holdTheExchangesOfAllOrders() {
        CurvePlan plan = quickPlan();
        plan.sizes = {16, 32};
        plan.liveBlocks = {1, 2, 50};
        plan.orders = 3;
        const auto curves = *measureCurves(defaultSettings(AllocatorKind::Tlsf), plan);
        QCOMPARE(curves.size(), 9U);
        for (const ReferenceCurve& curve : curves) {
            QCOMPARE(curve.points.size(), curve.over == CurveOver::Size ? 2U : 3U);
            for (const CurvePoint& point : curve.points) {
                QCOMPARE(point.references.operations(), 3U * 400U);
            }
        }
    }

    void curves_whatDoesNotFit_isLeftOut() {
        AllocatorSettings settings = defaultSettings(AllocatorKind::Tlsf);
        settings.heapSize = 1024 * 1024;
        const auto curves = *measureCurves(settings, quickPlan());
        const ReferenceCurve& blocks =
            curveOf(curves, HeapOperation::Malloc, CurveOver::LiveBlocks);
        QCOMPARE(blocks.points.size(), 3U); // 10, 100, 1,000
        const ReferenceCurve& sizes = curveOf(curves, HeapOperation::Malloc, CurveOver::Size);
        QCOMPARE(sizes.points.back().at, 512U); // of 2,000 blocks
    }

    void curves_tooMuchWork_isLeftOut() {
        CurvePlan plan = quickPlan();
        plan.mostWork = 1'000'000;
        const auto curves = *measureCurves(defaultSettings(AllocatorKind::SequentialFit), plan);
        QCOMPARE(curveOf(curves, HeapOperation::Free, CurveOver::LiveBlocks).points.size(), 3U);
    }

    void measurement_stopped_givesNothing() {
        std::vector<std::string> seen;
        const auto stopAt = [&](const std::string& end) {
            seen.clear();
            PredictabilityPlan plan;
            plan.curves = quickPlan();
            return measurePredictability(defaultSettings(AllocatorKind::Bump), plan,
                                         [&](const std::string& what) {
                                             seen.push_back(what);
                                             return what != end;
                                         });
        };
        QVERIFY(!stopAt("size 64"));
        QCOMPARE(seen.back(), std::string("size 64"));
        QVERIFY(!stopAt("live_blocks 10000"));
        QVERIFY(!stopAt("random orders"));
        QVERIFY(stopAt("").has_value());
    }

    void solutionPoint_ofKnownCounts_isWorkedOutByHand() {
        Predictability measured;
        measured.curves = {
            {HeapOperation::Malloc,
             CurveOver::LiveBlocks,
             {{10, countsOf({4, 4, 6})},
              {100, countsOf({4, 8, 8})},
              {1000, countsOf({8, 12, 24})}}},
            {HeapOperation::Free,
             CurveOver::LiveBlocks,
             {{10, countsOf({5, 5, 5})}, {100, countsOf({5, 5, 5})}, {1000, countsOf({5, 5, 10})}}},
            {HeapOperation::Malloc, CurveOver::Size, {{16, countsOf({900})}}}}; // not of this
        measured.orders = {orderOf(90, 7, 20), orderOf(110, 8, 20), orderOf(100, 30, 25)};
        const SolutionPoint point = solutionPoint(measured);
        // malloc: heaps 24 / 8, orders 30 / 8; free: heaps 10 / 5, orders 25 / 20
        QCOMPARE(point.time, 30.0 / 8);
        QCOMPARE(point.space, 0.2);
        QCOMPARE(point.mallocWorst, 30U);
        QCOMPARE(point.mallocMedian, 8U); // of 4 4 4 6 8 8 8 12 24
        QCOMPARE(point.freeWorst, 25U);
        QCOMPARE(point.freeMedian, 5U);
        QCOMPARE(point.worstOverMedian, 5.0);
        QCOMPARE(point.mostLiveBlocks, 1000U);
        QCOMPARE(point.further.mean, 100.0);
    }

    void worstCase_isThatOfAllValuesUpToEach() {
        ReferenceCurve curve;
        for (const std::uint64_t at : {1U, 10U, 100U, 1000U, 10'000U}) {
            curve.points.push_back({at, countsOf({at == 10'000 ? 5 : 10 + at})});
        }
        const GrowthFit fit = fitWorstCase(curve); // 11, 20, 110, 1010, 1010
        QVERIFY(fit.growth == Growth::Linear);
    }

    /// The corners of the slides.
    void solutionSpace_cornersAreWhereTheSlidesHaveThem() {
        const auto pointOf = [](AllocatorKind kind) {
            PredictabilityPlan plan;
            plan.curves = quickPlan();
            plan.curves.sizes.clear();
            plan.orders.orders = 30;
            return solutionPoint(*measurePredictability(defaultSettings(kind), plan));
        };
        const SolutionPoint compactFit = pointOf(AllocatorKind::CompactFit);
        const SolutionPoint tlsf = pointOf(AllocatorKind::Tlsf);
        const SolutionPoint firstFit = pointOf(AllocatorKind::SequentialFit);
        QVERIFY(compactFit.time < 1.5);
        QCOMPARE(compactFit.space, 0.0);
        QVERIFY(tlsf.time < 1.5);
        QVERIFY(tlsf.space > 0.01);
        QVERIFY(firstFit.time > 10);
        QVERIFY(firstFit.space > 0.01);
    }
};

QTEST_GUILESS_MAIN(TestExperimentPredictability)
#include "tst_experiment_predictability.moc"
