#pragma once

#include "fragscope/alloc/allocator.h"
#include "fragscope/alloc/page_allocator/page_allocator_layout.h"

#include <array>

namespace fragscope {

/// Free blocks of a page allocator, by migrate type (0 unmovable, 1 movable, 2 reclaimable) and
/// order.
using FreePageCounts =
    std::array<std::array<std::uint64_t, page_allocator::orders>, page_allocator::types>;

/// Allocates and frees in a page allocator that has nothing in use until its free blocks are these;
/// the rest of the zone is in use then, for good. Each type has blocks of 4 MiB of its own; if
/// there are too few, all counts are made smaller by the same factor. Returns how many free blocks
/// the allocator has now.
FreePageCounts shapePages(Allocator& allocator, const FreePageCounts& counts);

} // namespace fragscope
