#pragma once

#include "fragscope/experiment/further_requests.h"
#include "fragscope/experiment/reference_counts.h"

#include <functional>

/// Does it matter in which order the same operations come? The same objects are in use at the end;
/// others come and go in between.
namespace fragscope {

struct OrderPlan {
    /// Bytes; the objects have these sizes in turn.
    std::vector<std::uint64_t> sizes{24, 40, 64, 96, 160, 256, 384, 512};
    std::uint64_t kept = 200;   ///< objects that are in use at the end
    std::uint64_t others = 400; ///< objects that are freed again
    std::uint64_t orders = 100;
    std::uint64_t request = 256;       ///< bytes of the requests at the end
    std::uint64_t heapBytes = 262'144; ///< that the heap has and may have
    std::uint64_t mostRequests = 1'000'000;
    std::uint64_t seed = 1;
};

/// What one order led to.
struct OrderResult {
    std::uint64_t furtherRequests = 0;
    std::optional<FurtherBounds> predicted; ///< Compact-fit, from the sizes in use alone
    ReferenceCounts malloc;                 ///< of the operations up to the live set
    ReferenceCounts free;
    std::uint64_t refused = 0; ///< requests on the way: without any, all orders end with the same
                               ///< objects in use
};

/// The operations of the plan in a random order of the `seed`: an object each, its first place is
/// the allocation, the second place of one that is not kept is its free. Objects below `kept` are
/// kept.
std::vector<std::uint64_t> randomOrder(const OrderPlan& plan, std::uint64_t seed);

/// One result for each order. The heap is one of `heapBytes`, whatever the settings say. Nothing if
/// `goOn` returned false. Throws HeapDamaged.
std::optional<std::vector<OrderResult>> measureOrders(const AllocatorSettings& settings,
                                                      const OrderPlan& plan,
                                                      const std::function<bool()>& goOn = {});

/// Of one quantity over all orders.
struct Variation {
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    double mean = 0;

    /// (max - min) / mean, 0 if the mean is 0: without a unit.
    [[nodiscard]] double spread() const {
        return mean == 0 ? 0 : static_cast<double>(max - min) / mean;
    }
};

Variation variationOf(std::span<const OrderResult> results,
                      const std::function<std::uint64_t(const OrderResult&)>& quantity);

} // namespace fragscope
