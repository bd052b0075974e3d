#pragma once

#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/memory/memory_plan.h"

#include <bit>

/// The words of the two published TLSF allocators, at their published places.
///
/// Both begin with a control structure: a bitmap of rows with a block, a bitmap of lists for each
/// row, and the heads of rows x 32 lists. Row 0 has the sizes below `small` in 32 equal steps; row
/// r above it those from small * 2^(r-1) on, in 32 equal steps as well. Behind it lies the pool,
/// whose blocks follow each other up to a block of size 0 that is never freed.
///
///     block +0          the block before it; valid only if that is free
///           +1 word     size of the payload; bit 0: free; bit 1: the block before is free
///           +2 words    payload; in a free block the two links of its list
///
/// Sources: mattconte/tlsf 3.1, tlsf.c, built for 64 bits; TLSF 2.4.4, src/tlsf.c, built for 32
/// bits with its own defaults (no statistics, no locks, a pool that does not grow).
namespace fragscope::tlsf_layout {

inline constexpr unsigned listBits = 5;
inline constexpr unsigned lists = 1U << listBits; ///< of a row
inline constexpr std::uint64_t freeBit = 1;
inline constexpr std::uint64_t previousFreeBit = 2;

/// 3.1: the address of the block before lies in the last word of that block, so that a block in use
/// costs one word. Lists end at a block of no size, the first 32 bytes of the control structure.
struct Tlsf31 {
    using Word = std::uint64_t;
    static constexpr std::uint64_t granule = 8;
    static constexpr std::uint64_t small = 256;
    static constexpr unsigned rows = 25;
    static constexpr std::uint64_t least = 24; ///< bytes of a payload
    static constexpr std::uint64_t most = std::uint64_t{1} << 32;
    static constexpr std::uint64_t header = 8; ///< bytes of a block that are not payload
    static constexpr std::uint64_t next = 16;
    static constexpr std::uint64_t previous = 24;
    static constexpr std::uint64_t rowBitmap = 32;
    static constexpr std::uint64_t listBitmaps = 36;
    static constexpr std::uint64_t heads = 136;
    static constexpr std::uint64_t control = 6536;    ///< bytes
    static constexpr std::uint64_t firstBlock = 6528; ///< its first word is not used
    static constexpr bool hasNullBlock = true;
    static constexpr bool roundsRequests = false;
    static constexpr bool allowsNothing = false; ///< a request of 0 bytes is refused

    /// Payload of the one free block at the start.
    static constexpr std::uint64_t poolBytes(std::uint64_t heapBytes) {
        return (heapBytes - control - 2 * header) & ~(granule - 1);
    }
};

/// 2.4.4: the address of the block before lies in front of the size, so that a block costs two
/// words. Lists end with 0. A block in front of the first describes the pool.
struct Tlsf244 {
    using Word = std::uint32_t;
    static constexpr std::uint64_t granule = 8;
    static constexpr std::uint64_t small = 128;
    static constexpr unsigned rows = 24;
    static constexpr std::uint64_t least = 8;
    static constexpr std::uint64_t most = std::uint64_t{1} << 30;
    static constexpr std::uint64_t header = 8;
    static constexpr std::uint64_t previous = 8;
    static constexpr std::uint64_t next = 12;
    static constexpr std::uint64_t signature = 0x2A59FA59;
    static constexpr std::uint64_t areaHead = 4;
    static constexpr std::uint64_t rowBitmap = 8;
    static constexpr std::uint64_t listBitmaps = 12;
    static constexpr std::uint64_t heads = 108;
    static constexpr std::uint64_t control = 3180;
    static constexpr std::uint64_t areaBlock = 3184; ///< the control structure, rounded up
    static constexpr std::uint64_t firstBlock = areaBlock + 16;
    static constexpr bool hasNullBlock = false;
    static constexpr bool roundsRequests = true; ///< a block gets all of the size searched for
    static constexpr bool allowsNothing = true;  ///< 0 bytes are the least

    static constexpr std::uint64_t poolBytes(std::uint64_t heapBytes) {
        const std::uint64_t area = (heapBytes - control) & ~(granule - 1);
        return (area - 4 * header) & ~(granule - 1);
    }
};

/// A list of the matrix.
struct MatrixPlace {
    unsigned row;
    unsigned list;

    friend bool operator==(const MatrixPlace&, const MatrixPlace&) = default;
};

constexpr unsigned log2Of(std::uint64_t size) {
    return static_cast<unsigned>(std::bit_width(size)) - 1;
}

/// The list that a free block with this payload belongs to.
template <class Layout> constexpr MatrixPlace placeOf(std::uint64_t size) {
    if (size < Layout::small) {
        return {0, static_cast<unsigned>(size / (Layout::small / lists))};
    }
    const unsigned log2 = log2Of(size);
    return {log2 - (log2Of(Layout::small) - 1),
            static_cast<unsigned>(size >> (log2 - listBits)) - lists};
}

/// The smallest payload of list (row, list).
template <class Layout> constexpr std::uint64_t leastOf(MatrixPlace at) {
    if (at.row == 0) {
        return at.list * (Layout::small / lists);
    }
    const unsigned log2 = at.row + log2Of(Layout::small) - 1;
    return std::uint64_t{lists + at.list} << (log2 - listBits);
}

/// The size to search for, so that any block of its list holds `size`: the next list's least, less
/// one granule's worth of bits that do not matter.
template <class Layout> constexpr std::uint64_t searchedSize(std::uint64_t size) {
    if (size < Layout::small) {
        return size;
    }
    const std::uint64_t step = (std::uint64_t{1} << (log2Of(size) - listBits)) - 1;
    return Layout::roundsRequests ? (size + step) & ~step : size + step;
}

/// The payload that a request needs; 0: no block may be so large, or so small.
template <class Layout> constexpr std::uint64_t payloadFor(std::uint64_t bytes) {
    if (bytes >= Layout::most || (bytes == 0 && !Layout::allowsNothing)) {
        return 0;
    }
    const std::uint64_t rounded = (bytes + Layout::granule - 1) & ~(Layout::granule - 1);
    if (rounded >= Layout::most) {
        return 0;
    }
    return rounded < Layout::least ? Layout::least : rounded;
}

constexpr std::uint64_t sizeOf(std::uint64_t word) {
    return word & ~(freeBit | previousFreeBit);
}

template <class Layout> constexpr std::uint64_t wordBytesOf() {
    return sizeof(typename Layout::Word);
}

/// The block behind one with this payload.
template <class Layout> constexpr std::uint64_t behind(std::uint64_t block, std::uint64_t size) {
    return block + Layout::header + size;
}

/// Where the bytes of a block start that are its own.
template <class Layout> constexpr std::uint64_t startOf(std::uint64_t block) {
    return block + 2 * wordBytesOf<Layout>() - Layout::header;
}

/// A block that a size word could describe: whole granules, between the least and the end.
template <class Layout>
constexpr bool isSound(std::uint64_t block, std::uint64_t word, std::uint64_t end) {
    const std::uint64_t size = sizeOf(word);
    return size % Layout::granule == 0 && size >= Layout::least && block < end &&
           size <= end - block && behind<Layout>(block, size) <= end - 2 * wordBytesOf<Layout>();
}

template <class Layout> HeapPicture decode(const ArenaReader& reader, const HeapExtent& extent);

extern template HeapPicture decode<Tlsf31>(const ArenaReader&, const HeapExtent&);
extern template HeapPicture decode<Tlsf244>(const ArenaReader&, const HeapExtent&);

} // namespace fragscope::tlsf_layout
