#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/heap_size.h"
#include "fragscope/alloc/memory/memory_plan.h"

/// The words of a sliding heap.
///
///     block      length in bytes, header included; bit 0: in use
///          +8    address of the table entry that leads to it; without a table, while blocks slide:
///                where the block will lie
///          +16   payload
///     books +0   top: end of the last block
///           +8   entries ever used
///           +16  first free entry, 0 = none
///           +64  the table, or, without one, the references of the program: addresses of payloads;
///                a free one holds the next free one, with bit 0 set
namespace fragscope::sliding_layout {

inline constexpr std::uint64_t headerBytes = 16;
inline constexpr std::uint64_t ownerAt = 8;
inline constexpr std::uint64_t usedBit = 1;
inline constexpr std::uint64_t freeMark = 1;

inline constexpr std::uint64_t topAt = 0;
inline constexpr std::uint64_t entriesEverAt = 8;
inline constexpr std::uint64_t freeEntryAt = 16;
inline constexpr std::uint64_t tableAt = 64;

constexpr std::uint64_t lengthOf(std::uint64_t word) {
    return word & ~(heapGranule - 1);
}

constexpr bool isUsed(std::uint64_t word) {
    return (word & usedBit) != 0;
}

constexpr bool isSound(std::uint64_t word, std::uint64_t block, std::uint64_t end) {
    const std::uint64_t length = lengthOf(word);
    return (word & (heapGranule - 1) & ~usedBit) == 0 && length >= headerBytes && block < end &&
           length <= end - block;
}

constexpr std::uint64_t entriesOf(const AllocatorSettings& settings) {
    return settings.tableEntries != 0 ? settings.tableEntries : std::uint64_t{1} << 24;
}

/// `compact`: no holes may be there. `table`: entries must lead to their blocks.
HeapPicture decode(const ArenaReader& reader, const HeapExtent& extent, bool compact, bool table);

} // namespace fragscope::sliding_layout
