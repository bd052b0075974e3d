#include "fragscope/alloc/allocators/allocators.h"

#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/compact_fit/non_moving.h"
#include "fragscope/base/check.h"

namespace fragscope {

namespace {

template <class Memory>
std::unique_ptr<Allocator> makeForm(const AllocatorSettings& settings, Memory& memory) {
    switch (settings.kind) {
#define FRAGSCOPE_MAKE(Name)                                                                       \
    case AllocatorKind::Name:                                                                      \
        return make##Name(settings, memory);
        FRAGSCOPE_ALLOCATORS(FRAGSCOPE_MAKE)
#undef FRAGSCOPE_MAKE
    }
    FRAGSCOPE_CHECK(false, "a kind that is no allocator");
    return nullptr;
}

} // namespace

MemoryPlan growingPlan(const AllocatorSettings& settings, std::uint64_t booksBytes) {
    constexpr std::uint64_t defaultLimit = std::uint64_t{64} << 30;
    MemoryPlan plan;
    plan.heapStart = settings.heapBase;
    plan.heapBytes = settings.heapSize;
    plan.heapLimit =
        settings.heapLimit != 0 ? settings.heapLimit : std::max(settings.heapSize, defaultLimit);
    plan.booksBytes = booksBytes;
    return plan;
}

MemoryPlan fixedPlan(const AllocatorSettings& settings, std::uint64_t booksBytes) {
    MemoryPlan plan = growingPlan(settings, booksBytes);
    plan.heapLimit = settings.heapSize;
    return plan;
}

MemoryPlan memoryPlan(const AllocatorSettings& settings) {
    switch (settings.kind) {
#define FRAGSCOPE_PLAN(Name)                                                                       \
    case AllocatorKind::Name:                                                                      \
        return plan##Name(settings);
        FRAGSCOPE_ALLOCATORS(FRAGSCOPE_PLAN)
#undef FRAGSCOPE_PLAN
    }
    FRAGSCOPE_CHECK(false, "a kind that is no allocator");
    return {};
}

std::unique_ptr<Allocator> makeAllocator(const AllocatorSettings& settings, FlatMemory& memory) {
    return makeForm(settings, memory);
}

std::unique_ptr<Allocator> makeAllocator(const AllocatorSettings& settings,
                                         ObservedMemory& memory) {
    return makeForm(settings, memory);
}

bool handsOutHandles(const AllocatorSettings& settings) {
    return (settings.kind == AllocatorKind::CompactFit &&
            (settings.k != 0 || settings.variant == AllocatorVariant::NonMoving)) ||
           settings.kind == AllocatorKind::Sliding;
}

std::vector<const Listing*> allocatorListings() {
    std::vector<const Listing*> listings;
#define FRAGSCOPE_LISTING(Name) listings.push_back(&listing##Name());
    FRAGSCOPE_ALLOCATORS(FRAGSCOPE_LISTING)
#undef FRAGSCOPE_LISTING
    listings.push_back(&listingNonMoving());
    return listings;
}

} // namespace fragscope
