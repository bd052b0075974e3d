#include "fragscope/alloc/heaps.h"

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
        break;
    }
    return nullptr;
}

std::vector<const Listing*> heapListings() {
    return {&firstFitAllocateListing(),   &firstFitReleaseListing(),   &firstFitWalkListing(),
            &segregatedAllocateListing(), &segregatedReleaseListing(), &segregatedWalkListing()};
}

} // namespace fragscope
