#include "fragscope/alloc/heaps.h"

#include "fragscope/alloc/allocators/allocators.h"
#include "fragscope/alloc/first_fit_heap.h"
#include "fragscope/alloc/segregated_heap.h"

namespace fragscope {

std::unique_ptr<Heap> makeHeap(HeapKind kind, Arena& arena, PoolSource& source) {
    switch (kind) {
    case HeapKind::FirstFit:
        return std::make_unique<FirstFitHeap>(arena, source);
    case HeapKind::Segregated:
        return std::make_unique<SegregatedHeap>(arena, source);
    case HeapKind::None:
    case HeapKind::Allocator:
        break;
    }
    return nullptr;
}

std::vector<const Listing*> heapListings() {
    std::vector<const Listing*> listings{&firstFitAllocateListing(),  &firstFitReleaseListing(),
                                         &firstFitWalkListing(),      &segregatedAllocateListing(),
                                         &segregatedReleaseListing(), &segregatedWalkListing()};
    for (const Listing* listing : allocatorListings()) {
        listings.push_back(listing);
    }
    return listings;
}

} // namespace fragscope
