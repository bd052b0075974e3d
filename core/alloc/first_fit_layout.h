#pragma once

#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/heap_size.h"

/// The words of a first-fit heap (first_fit_heap.h): what they mean, and their decoder.
///
///     arena start   first block
///          +8       first free block, 0 = none
///          +16      not used
///     block         length in bytes, with the header; bit 0: used
///          +8       free: next free block, by address, 0 = none; used: bytes asked for
///          +16      payload, up to the next block or the end of the arena
namespace fragscope::first_fit_layout {

inline constexpr ByteCount headOffset{8};
inline constexpr ByteCount firstBlockOffset{32};
inline constexpr ByteCount nextOffset{8};
inline constexpr std::uint64_t headerBytes = 16;
inline constexpr std::uint64_t leastBlock = 32;
inline constexpr std::uint64_t usedBit = 1;

constexpr std::uint64_t lengthOf(std::uint64_t header) {
    return header & ~(heapGranule - 1);
}

constexpr bool isUsed(std::uint64_t header) {
    return (header & usedBit) != 0;
}

/// A block that a header could describe: at least the smallest, not beyond the end.
constexpr bool isSound(std::uint64_t header, VirtAddr block, VirtAddr end) {
    const std::uint64_t length = lengthOf(header);
    return (header & (heapGranule - 1) & ~usedBit) == 0 && length >= leastBlock &&
           length <= (end - block).value;
}

HeapPicture decode(const ArenaReader& reader, VirtAddr start, VirtAddr end);

} // namespace fragscope::first_fit_layout
