#pragma once

#include "fragscope/experiment/growth.h"
#include "fragscope/experiment/order_variation.h"
#include "fragscope/experiment/reference_curves.h"

/// Predictability in time and in space, measured. Source: Craciunas et al., A Compacting Real-Time
/// Memory Management System, 2008: in time, an operation takes what the size of its object says; in
/// space, the objects in use, and not the order of the operations, say how many more fit.
namespace fragscope {

struct PredictabilityPlan {
    CurvePlan curves;
    OrderPlan orders;
};

/// Everything measured of one allocator.
struct Predictability {
    AllocatorSettings settings;
    std::vector<ReferenceCurve> curves;
    std::vector<OrderResult> orders;
};

/// Nothing if `progress` ended it. Throws HeapDamaged.
std::optional<Predictability> measurePredictability(const AllocatorSettings& settings,
                                                    const PredictabilityPlan& plan,
                                                    const MeasureProgress& progress = {});

/// The form of the worst case of a curve. Fitted is the worst case of all values up to each: what
/// has to be reckoned with for objects or heaps up to that size ("at most").
GrowthFit fitWorstCase(const ReferenceCurve& curve);

/// The form of the mean.
GrowthFit fitMean(const ReferenceCurve& curve);

/// Where an allocator lies in the solution space of the slides. All numbers without a unit but
/// those of references and requests.
struct SolutionPoint {
    /// By how much the worst case depends on anything but the sizes of objects: the largest worst
    /// case over the median one, of the heaps of different numbers of live blocks, and of the
    /// random orders; the larger of both, and of malloc and free. The sizes are of the same range
    /// in all of them. 1: the worst case is known without knowing the heap. An allocator whose
    /// largest heaps took too long would be at a larger value with them.
    double time = 0;
    /// Spread of the further requests over the orders: (largest - least) / mean. 0: the order does
    /// not matter.
    double space = 0;
    /// Worst case over median of single operations, over all live counts and orders (as many
    /// operations of each count); the larger of malloc and free. 1: each operation costs the same.
    double worstOverMedian = 0;
    std::uint64_t mallocWorst = 0; ///< references
    std::uint64_t mallocMedian = 0;
    std::uint64_t freeWorst = 0;
    std::uint64_t freeMedian = 0;
    std::uint64_t mostLiveBlocks = 0; ///< largest heap that was measured
    Variation further;                ///< requests
};

SolutionPoint solutionPoint(const Predictability& measured);

/// Takes requests of any number of bytes; the allocator of whole pages does not.
bool servesGeneralSizes(AllocatorKind kind);

} // namespace fragscope
