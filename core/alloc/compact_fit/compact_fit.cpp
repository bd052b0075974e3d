#include "fragscope/alloc/compact_fit/moving_allocate.h"
#include "fragscope/alloc/compact_fit/moving_compact.h"
#include "fragscope/alloc/compact_fit/moving_release.h"
#include "fragscope/alloc/compact_fit/non_moving.h"

namespace fragscope {

using namespace compact_fit;

MemoryPlan planCompactFit(const AllocatorSettings& settings) {
    if (settings.variant == AllocatorVariant::NonMoving) {
        return planNonMoving(settings);
    }
    MemoryPlan plan = growingPlan(settings, tableAt + entriesOf(settings) * entryBytes);
    const std::uint64_t mask = settings.pageSize - 1;
    plan.heapStart = (plan.heapStart + mask) & ~mask;
    if (settings.preset == AllocatorPreset::Reference2009) {
        plan.heapLimit = std::min(plan.heapLimit, std::uint64_t{3} << 30); // links of 4 bytes
    }
    plan.heapBytes = std::min(plan.heapBytes, plan.heapLimit) & ~mask;
    return plan;
}

const Listing& listingCompactFit() {
    return movingListing();
}

template <class Memory>
std::unique_ptr<Allocator> makeCompactFit(const AllocatorSettings& settings, Memory& memory) {
    if (settings.variant == AllocatorVariant::NonMoving) {
        return makeNonMoving(settings, memory);
    }
    if (settings.preset == AllocatorPreset::Reference2009) {
        return std::make_unique<CompactFit<Memory, std::uint32_t>>(settings, memory);
    }
    return std::make_unique<CompactFit<Memory, std::uint64_t>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(CompactFit);

} // namespace fragscope
