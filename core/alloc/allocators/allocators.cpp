#include "fragscope/alloc/allocators/allocators.h"

#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/base/check.h"

namespace fragscope {

namespace {

template <class Memory>
std::unique_ptr<Allocator> makeForm(const AllocatorSettings& settings, Memory& memory) {
    switch (settings.kind) {
    case AllocatorKind::CompactFit:
        return makeCompactFit(settings, memory);
    case AllocatorKind::Bump:
        return makeBump(settings, memory);
    case AllocatorKind::Tlsf:
        return makeTlsf(settings, memory);
    case AllocatorKind::Dlmalloc:
        return makeDlmalloc(settings, memory);
    default:
        break;
    }
    FRAGSCOPE_CHECK(false, "an allocator without a form");
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
    case AllocatorKind::CompactFit:
        return planCompactFit(settings);
    case AllocatorKind::Bump:
        return planBump(settings);
    case AllocatorKind::Tlsf:
        return planTlsf(settings);
    case AllocatorKind::Dlmalloc:
        return planDlmalloc(settings);
    default:
        break;
    }
    FRAGSCOPE_CHECK(false, "an allocator without a plan");
    return {};
}

std::unique_ptr<Allocator> makeAllocator(const AllocatorSettings& settings, FlatMemory& memory) {
    return makeForm(settings, memory);
}

std::unique_ptr<Allocator> makeAllocator(const AllocatorSettings& settings,
                                         ObservedMemory& memory) {
    return makeForm(settings, memory);
}

std::vector<const Listing*> allocatorListings() {
    return {&listingCompactFit(), &listingBump(), &listingTlsf(), &listingDlmalloc()};
}

} // namespace fragscope
