#pragma once

#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/heap_size.h"

#include <bit>

/// The words of a segregated heap (segregated_heap.h): what they mean, and their decoder.
///
///     arena start   first block
///          +8       bit i: list i is not empty
///          +16      heads of the 32 lists; list i has the free blocks of 2^(i+5) bytes and more,
///                   below 2^(i+6)
///     block         tag: length in words, shifted left by one; bit 0: FREE
///          +8       used: payload; free: next block of its list, 0 = none
///          +16      free: previous block of its list, 0 = none
///     its last word the tag once more
///     arena end - 8 not used
///
/// Other units and the other sense of bit 0 than in first_fit_layout.h, on purpose: who reads one
/// layout as the other takes used blocks for free ones.
namespace fragscope::segregated_layout {

inline constexpr unsigned lists = 32;
inline constexpr ByteCount bitmapOffset{8};
inline constexpr ByteCount headsOffset{16};
inline constexpr ByteCount firstBlockOffset{0x118}; ///< payloads are multiples of 16
inline constexpr ByteCount nextOffset{8};
inline constexpr ByteCount previousOffset{16};
inline constexpr std::uint64_t tagBytes = 8;
inline constexpr std::uint64_t linkBytes = 16;
inline constexpr std::uint64_t leastBlock = 32;
inline constexpr std::uint64_t freeBit = 1;

constexpr std::uint64_t tagOf(std::uint64_t bytes, bool free) {
    return (bytes / wordBytes) << 1 | (free ? freeBit : 0);
}

constexpr std::uint64_t lengthOf(std::uint64_t tag) {
    return (tag >> 1) * wordBytes;
}

constexpr bool isFree(std::uint64_t tag) {
    return (tag & freeBit) != 0;
}

constexpr unsigned listOf(std::uint64_t bytes) {
    const auto list = static_cast<unsigned>(std::bit_width(bytes)) - 6;
    return list < lists ? list : lists - 1;
}

/// Blocks end here: the last word of the arena is not used.
constexpr VirtAddr limitOf(VirtAddr end) {
    return VirtAddr(end.value - tagBytes);
}

/// A block that a tag could describe: at least the smallest, not beyond the limit.
constexpr bool isSound(std::uint64_t tag, VirtAddr block, VirtAddr limit) {
    const std::uint64_t length = lengthOf(tag);
    return length % heapGranule == 0 && length >= leastBlock && block < limit &&
           length <= (limit - block).value;
}

HeapPicture decode(const ArenaReader& reader, VirtAddr start, VirtAddr end);

} // namespace fragscope::segregated_layout
