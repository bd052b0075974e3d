#pragma once

#include "fragscope/alloc/heap.h"

#include <memory>

namespace fragscope {

/// The heaps there are, by the layout of their bytes.
enum class HeapKind : std::uint8_t {
    None,
    FirstFit,
    Segregated,
    Allocator, ///< one of AllocatorKind (replay/replayed_heap.h)
};

/// Nothing for HeapKind::None and Allocator.
std::unique_ptr<Heap> makeHeap(HeapKind kind, Arena& arena, PoolSource& source);

/// The listings of all heaps.
std::vector<const Listing*> heapListings();

} // namespace fragscope
