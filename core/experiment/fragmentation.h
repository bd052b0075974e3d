#pragma once

#include "fragscope/alloc/heap_picture.h"

#include <cstdint>
#include <span>
#include <vector>

/// Fragmentation as a page allocator measures it. Orders count from 0; order o is 2^o units.
/// Whole numbers in thousandths, as the kernel computes them. Source: Linux mm/vmstat.c.
namespace fragscope {

/// How many free blocks of each order the free areas hold if each is cut into the largest aligned
/// blocks of 2^o * `unit` bytes.
std::vector<std::uint64_t> freeCountsByOrder(const HeapPicture& heap, std::uint64_t unit);

/// Share of the free memory, in thousandths, that a request of 2^order units cannot use: 0 to 1000;
/// 1000 if nothing is free.
std::int64_t unusableFreeIndex(std::span<const std::uint64_t> counts, unsigned order);

/// -1000 if a block of the order is free; 0 if no block at all is; else towards 0 for lack of
/// memory, towards 1000 for fragmentation.
std::int64_t fragmentationIndex(std::span<const std::uint64_t> counts, unsigned order);

} // namespace fragscope
