#include "fragscope/experiment/order_variation.h"

#include <QTest>

#include <algorithm>

using namespace fragscope;

namespace {

AllocatorSettings sequentialFit(FitPolicy policy) {
    AllocatorSettings settings = defaultSettings(AllocatorKind::SequentialFit);
    settings.policy = policy;
    return settings;
}

Variation furtherOf(const AllocatorSettings& settings, const OrderPlan& plan = OrderPlan()) {
    const auto results = measureOrders(settings, plan);
    for (const OrderResult& result : *results) {
        if (result.refused != 0) {
            QTest::qFail("a request on the way was refused", __FILE__, __LINE__);
        }
    }
    return variationOf(*results, [](const OrderResult& order) { return order.furtherRequests; });
}

} // namespace

class TestExperimentOrders : public QObject {
    Q_OBJECT

private slots:

    void randomOrder_hasTheSameOperationsEachTime() {
        OrderPlan plan;
        plan.kept = 5;
        plan.others = 7;
        std::vector<std::uint64_t> expected{0, 1, 2, 3, 4};
        for (std::uint64_t other = 5; other < 12; ++other) {
            expected.insert(expected.end(), 2, other); // its allocation and its free
        }
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            std::vector<std::uint64_t> order = randomOrder(plan, seed);
            std::sort(order.begin(), order.end());
            QVERIFY(order == expected);
        }
        QVERIFY(randomOrder(plan, 1) == randomOrder(plan, 1));
        QVERIFY(randomOrder(plan, 1) != randomOrder(plan, 2));
    }

    void variation_ofValues_hasSpreadOverMean() {
        std::vector<OrderResult> results(3);
        results[0].furtherRequests = 90;
        results[1].furtherRequests = 120;
        results[2].furtherRequests = 90;
        const Variation variation =
            variationOf(results, [](const OrderResult& order) { return order.furtherRequests; });
        QCOMPARE(variation.min, 90U);
        QCOMPARE(variation.max, 120U);
        QCOMPARE(variation.mean, 100.0);
        QCOMPARE(variation.spread(), 0.3);
        const Variation none = variationOf({}, [](const OrderResult&) { return 1U; });
        QCOMPARE(none.min, 0U);
        QCOMPARE(none.spread(), 0.0);
    }

    void compactFit_everyOrder_leavesTheSameRoom() {
        const auto results = measureOrders(defaultSettings(AllocatorKind::CompactFit), {});
        QCOMPARE(results->size(), 100U);
        for (const OrderResult& order : *results) {
            QVERIFY(order.predicted.has_value());
            QCOMPARE(order.predicted->least, order.furtherRequests);
            QCOMPARE(order.predicted->most, order.furtherRequests);
        }
        QCOMPARE(furtherOf(defaultSettings(AllocatorKind::CompactFit)).spread(), 0.0);
    }

    void compactFit_kFour_isWithinTheBoundsAndVaries() {
        AllocatorSettings settings = defaultSettings(AllocatorKind::CompactFit);
        settings.k = 4;
        const auto results = measureOrders(settings, {});
        for (const OrderResult& order : *results) {
            QVERIFY(order.predicted->least <= order.furtherRequests);
            QVERIFY(order.furtherRequests <= order.predicted->most);
        }
        QVERIFY(furtherOf(settings).spread() > 0);
    }

    void sequentialFits_orderDecidesHowMuchRoomIsLeft() {
        for (const FitPolicy policy : {FitPolicy::First, FitPolicy::Best}) {
            QVERIFY(furtherOf(sequentialFit(policy)).spread() > 0);
        }
        QVERIFY(furtherOf(defaultSettings(AllocatorKind::Tlsf)).spread() > 0);
    }

    /// Predictable is not larger.
    void compactFit_leavesLessRoomThanFirstFit() {
        const Variation compact = furtherOf(defaultSettings(AllocatorKind::CompactFit));
        const Variation first = furtherOf(sequentialFit(FitPolicy::First));
        QVERIFY(compact.max < first.min);
    }

    void bump_ordersDoNotMatter_allRequestsEverDo() {
        const AllocatorSettings settings = defaultSettings(AllocatorKind::Bump);
        OrderPlan plan;
        QCOMPARE(furtherOf(settings, plan).spread(), 0.0);
        const double with = furtherOf(settings, plan).mean;
        plan.others = 0; // the same objects in use
        QVERIFY(furtherOf(settings, plan).mean > with);
    }

    void references_areThoseOfTheWayToTheLiveSet() {
        const auto results = measureOrders(defaultSettings(AllocatorKind::Bump), {});
        for (const OrderResult& order : *results) {
            QCOMPARE(order.malloc.operations(), 600U);
            QCOMPARE(order.free.operations(), 400U);
            QCOMPARE(order.malloc.most(), 4U);
        }
    }

    void smallHeap_refusalsAreCounted() {
        OrderPlan plan;
        plan.heapBytes = 16 * 1024;
        plan.orders = 2;
        AllocatorSettings settings = defaultSettings(AllocatorKind::Bump);
        settings.heapSize = std::uint64_t{1} << 30; // the plan's heap counts
        const auto results = measureOrders(settings, plan);
        for (const OrderResult& order : *results) {
            QVERIFY(order.refused > 0);
            QCOMPARE(order.malloc.operations() + order.refused, 600U);
        }
    }

    void stopped_givesNothing() {
        int calls = 0;
        QVERIFY(
            !measureOrders(defaultSettings(AllocatorKind::Bump), {}, [&] { return ++calls < 3; }));
        QCOMPARE(calls, 3);
    }
};

QTEST_GUILESS_MAIN(TestExperimentOrders)
#include "tst_experiment_orders.moc"
