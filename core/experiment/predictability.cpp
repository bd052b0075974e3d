#include "fragscope/experiment/predictability.h"

#include <algorithm>

namespace fragscope {

namespace {

const ReferenceCurve*
curveOf(const Predictability& measured, HeapOperation operation, CurveOver over) {
    for (const ReferenceCurve& curve : measured.curves) {
        if (curve.operation == operation && curve.over == over) {
            return &curve;
        }
    }
    return nullptr;
}

/// Over all heaps of the curve against live blocks.
ReferenceCounts pooled(const Predictability& measured, HeapOperation operation) {
    ReferenceCounts all;
    if (const ReferenceCurve* curve = curveOf(measured, operation, CurveOver::LiveBlocks)) {
        for (const CurvePoint& point : curve->points) {
            all.add(point.references);
        }
    }
    return all;
}

double ratio(std::uint64_t worst, std::uint64_t median) {
    return static_cast<double>(worst) / static_cast<double>(std::max<std::uint64_t>(median, 1));
}

/// The largest over the median.
double ratio(const ReferenceCounts& counts) {
    return ratio(counts.most(), counts.median());
}

/// The worst case of each heap of the curve against live blocks.
ReferenceCounts worstOfHeaps(const Predictability& measured, HeapOperation operation) {
    ReferenceCounts worst;
    if (const ReferenceCurve* curve = curveOf(measured, operation, CurveOver::LiveBlocks)) {
        for (const CurvePoint& point : curve->points) {
            worst.add(point.references.most());
        }
    }
    return worst;
}

/// The worst case of each order.
ReferenceCounts worstOfOrders(const Predictability& measured, HeapOperation operation) {
    ReferenceCounts worst;
    for (const OrderResult& order : measured.orders) {
        worst.add(operation == HeapOperation::Malloc ? order.malloc.most() : order.free.most());
    }
    return worst;
}

} // namespace

std::optional<Predictability> measurePredictability(const AllocatorSettings& settings,
                                                    const PredictabilityPlan& plan,
                                                    const MeasureProgress& progress) {
    auto curves = measureCurves(settings, plan.curves, progress);
    if (!curves) {
        return std::nullopt;
    }
    auto orders = measureOrders(settings, plan.orders,
                                [&] { return !progress || progress("random orders"); });
    if (!orders) {
        return std::nullopt;
    }
    return Predictability{settings, std::move(*curves), std::move(*orders)};
}

GrowthFit fitWorstCase(const ReferenceCurve& curve) {
    std::vector<GrowthPoint> points;
    std::uint64_t most = 0;
    for (const CurvePoint& point : curve.points) {
        most = std::max(most, point.references.most());
        points.push_back({point.at, static_cast<double>(most)});
    }
    return fitGrowth(points);
}

GrowthFit fitMean(const ReferenceCurve& curve) {
    std::vector<GrowthPoint> points;
    for (const CurvePoint& point : curve.points) {
        points.push_back({point.at, point.references.mean()});
    }
    return fitGrowth(points);
}

SolutionPoint solutionPoint(const Predictability& measured) {
    SolutionPoint point;
    const ReferenceCounts mallocs = pooled(measured, HeapOperation::Malloc);
    const ReferenceCounts frees = pooled(measured, HeapOperation::Free);
    point.mallocMedian = mallocs.median();
    point.freeMedian = frees.median();
    for (const auto operation : {HeapOperation::Malloc, HeapOperation::Free}) {
        const ReferenceCounts heaps = worstOfHeaps(measured, operation);
        const ReferenceCounts orders = worstOfOrders(measured, operation);
        point.time = std::max({point.time, ratio(heaps), ratio(orders)});
        (operation == HeapOperation::Malloc ? point.mallocWorst : point.freeWorst) =
            std::max(heaps.most(), orders.most());
    }
    point.worstOverMedian = std::max(ratio(point.mallocWorst, point.mallocMedian),
                                     ratio(point.freeWorst, point.freeMedian));
    point.further = variationOf(measured.orders,
                                [](const OrderResult& order) { return order.furtherRequests; });
    point.space = point.further.spread();
    const ReferenceCurve* curve = curveOf(measured, HeapOperation::Malloc, CurveOver::LiveBlocks);
    if (curve != nullptr && !curve->points.empty()) {
        point.mostLiveBlocks = curve->points.back().at;
    }
    return point;
}

bool servesGeneralSizes(AllocatorKind kind) {
    return kind != AllocatorKind::PageAllocator;
}

} // namespace fragscope
