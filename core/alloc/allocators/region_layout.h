#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/heap_size.h"
#include "fragscope/alloc/memory/memory_plan.h"

/// The region allocator (region.cpp): where its words lie.
///
///     books  +0   the current region, all ones = none
///            +8   first empty region, by address; all ones = none
///            +16  end of the last region: the heap behind it was never a region
///     region +0   its length, a multiple of the region size
///            +8   top: where its next block begins, from its start
///            +16  blocks in use
///            +24  empty: the next empty region
///
/// The regions lie one behind the other from the start of the heap. Blocks have no header.
namespace fragscope::region {

inline constexpr std::uint64_t none = ~0ULL;
inline constexpr std::uint64_t currentOffset = 0;
inline constexpr std::uint64_t emptyOffset = 8;
inline constexpr std::uint64_t takenOffset = 16;
inline constexpr std::uint64_t booksBytes = 24;

inline constexpr std::uint64_t topOffset = 8;
inline constexpr std::uint64_t countOffset = 16;
inline constexpr std::uint64_t linkOffset = 24;
inline constexpr std::uint64_t headerBytes = 32;

/// Bytes of a region: what is set, as a multiple of 16.
inline std::uint64_t sizeOf(const AllocatorSettings& settings) {
    return roundUp(settings.regionSize, heapGranule);
}

/// The first region.
inline std::uint64_t firstOf(std::uint64_t heapStart) {
    return roundUp(heapStart, heapGranule);
}

HeapPicture decode(std::uint64_t size, const ArenaReader& reader, const HeapExtent& heap);

/// What regions have taken of the heap, in bytes from its start.
std::uint64_t takenBytes(const ArenaReader& reader, const HeapExtent& heap);

} // namespace fragscope::region
