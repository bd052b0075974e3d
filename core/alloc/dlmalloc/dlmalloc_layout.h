#pragma once

#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/memory/memory_plan.h"

#include <bit>

/// The words of dlmalloc 2.8.6 built for 64 bits, at their published places (malloc.c; no footers,
/// no locks, default parameters).
///
///     chunk +0    size of the chunk before; valid only if that is free (else its payload)
///           +8    head: size of the chunk; bit 0: the chunk before is in use; bit 1: this one is
///           +16   payload, up to the first word of the next chunk
///     free  +16   next and +24 previous in its bin, or in the ring of its size in a tree
///           +32   tree: two children, parent (0: in the ring behind a node), bin
///
/// Pool: the state lies in front of the pool (create_mspace_with_base), whose end is the last word
/// of the first segment. System: the state lies in the books, as a static variable does.
namespace fragscope::dlmalloc_layout {

inline constexpr std::uint64_t granule = 16;
inline constexpr std::uint64_t leastChunk = 32;
inline constexpr std::uint64_t leastLarge = 256; ///< chunks from here on are in trees
inline constexpr unsigned bins = 32;             ///< small ones, and as many trees

// ---- a chunk ----
inline constexpr std::uint64_t headAt = 8;
inline constexpr std::uint64_t payloadAt = 16;
inline constexpr std::uint64_t nextAt = 16;
inline constexpr std::uint64_t previousAt = 24;
inline constexpr std::uint64_t childAt = 32;
inline constexpr std::uint64_t parentAt = 48;
inline constexpr std::uint64_t indexAt = 56;
inline constexpr std::uint64_t endOfLinks = 32;
inline constexpr std::uint64_t endOfTreeLinks = 64;

inline constexpr std::uint64_t beforeInUse = 1;
inline constexpr std::uint64_t inUse = 2;
inline constexpr std::uint64_t flags = 7;
inline constexpr std::uint64_t fencepost = beforeInUse | inUse | 8;

// ---- the state ----
inline constexpr std::uint64_t smallMap = 0;
inline constexpr std::uint64_t treeMap = 4;
inline constexpr std::uint64_t victimSize = 8;
inline constexpr std::uint64_t topSize = 16;
inline constexpr std::uint64_t leastAddress = 24;
inline constexpr std::uint64_t victim = 32;
inline constexpr std::uint64_t top = 40;
inline constexpr std::uint64_t trimCheck = 48;
inline constexpr std::uint64_t releaseChecks = 56;
inline constexpr std::uint64_t magic = 64;
inline constexpr std::uint64_t smallBins = 72;
inline constexpr std::uint64_t treeBins = 600;
inline constexpr std::uint64_t footprintBytes = 856;
inline constexpr std::uint64_t mostFootprint = 864;
inline constexpr std::uint64_t stateFlags = 880;
inline constexpr std::uint64_t segment = 888; ///< the record of the newest segment
inline constexpr std::uint64_t stateBytes = 936;
inline constexpr std::uint64_t stateChunk = 944; ///< in a pool

inline constexpr std::uint64_t magicWord = 0x55555558; ///< published: from the clock
inline constexpr std::uint64_t mayMap = 1;
inline constexpr std::uint64_t notContiguous = 4;

// ---- a segment's record: base, size, next, flags ----
inline constexpr std::uint64_t segmentSize = 8;
inline constexpr std::uint64_t segmentNext = 16;
inline constexpr std::uint64_t segmentFlags = 24;
inline constexpr std::uint64_t segmentBytes = 32;
inline constexpr std::uint64_t recordChunk = 48; ///< in use, holds a record
inline constexpr std::uint64_t mapped = 1;
inline constexpr std::uint64_t external = 8; ///< given by the caller: neither grows nor shrinks
inline constexpr std::uint64_t topFoot = 80; ///< behind top: room for a record and fence posts

// ---- parameters ----
inline constexpr std::uint64_t page = 4096;
inline constexpr std::uint64_t mapThreshold = 256 * 1024;
inline constexpr std::uint64_t trimThreshold = 2 * 1024 * 1024;
inline constexpr std::uint64_t releaseRate = 4095;
inline constexpr std::uint64_t mappedFoot = 32; ///< behind a chunk with an area of its own

/// Of a tree: each level looks at one bit of a size. Damaged links might lead in circles.
inline constexpr unsigned mostDepth = 66;

// ---- in the books ----
inline constexpr std::uint64_t systemWords = 1024; ///< system_areas.h

constexpr std::uint64_t sizeOf(std::uint64_t head) {
    return head & ~flags;
}

constexpr bool isInUse(std::uint64_t head) {
    return (head & inUse) != 0;
}

/// A chunk with an area of its own: neither bit is set.
constexpr bool isMapped(std::uint64_t head) {
    return (head & (inUse | beforeInUse)) == 0;
}

/// The chunk that a request needs; 0: too large.
constexpr std::uint64_t chunkFor(std::uint64_t bytes) {
    if (bytes >= ~std::uint64_t{0} - 127) {
        return 0;
    }
    const std::uint64_t chunk = (bytes + headAt + granule - 1) & ~(granule - 1);
    return chunk < leastChunk ? leastChunk : chunk;
}

constexpr bool isSmall(std::uint64_t size) {
    return size < leastLarge;
}

/// Two trees for each power of two from 256 on; the last one has everything above.
constexpr unsigned treeOf(std::uint64_t size) {
    const std::uint64_t x = size >> 8;
    if (x == 0) {
        return 0;
    }
    if (x > 0xFFFF) {
        return bins - 1;
    }
    const auto log2 = static_cast<unsigned>(std::bit_width(x)) - 1;
    return 2 * log2 + static_cast<unsigned>(size >> (log2 + 7) & 1);
}

/// The least size in a tree.
constexpr std::uint64_t leastOfTree(unsigned tree) {
    return std::uint64_t{1} << (tree / 2 + 8) | std::uint64_t{tree & 1} << (tree / 2 + 7);
}

/// The size so shifted that its top bit says which child of the root it goes to; each level looks
/// at the next bit.
constexpr std::uint64_t pathOf(std::uint64_t size, unsigned tree) {
    return size << (tree == bins - 1 ? 0 : 57 - tree / 2);
}

constexpr std::uint64_t pageAlign(std::uint64_t bytes) {
    return (bytes + page - 1) & ~(page - 1);
}

/// What the decoder needs besides the bytes.
struct DlmallocPlaces {
    std::uint64_t state; ///< address of the state
    std::uint64_t areas; ///< of the words of system_areas.h
    bool isPool;
};

HeapPicture
decode(const ArenaReader& reader, const HeapExtent& extent, const DlmallocPlaces& places);

} // namespace fragscope::dlmalloc_layout
