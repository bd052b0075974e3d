#pragma once

#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/heap_size.h"
#include "fragscope/alloc/memory/memory_plan.h"

namespace fragscope {

/// Where the words of blocks with boundary tags lie (tagged_blocks.h); shared by the operations and
/// the decoder.
///
///     block   +0   tag: length of the block, header included; bit 63: in use; bit 62 as well:
///     free,
///                  but on a list of its size, where it does not merge (quick fit)
///             +8   length of the block in front of it, 0 = it is the first: the boundary tag that
///                  leads back (Knuth keeps it as the last word of that block)
///             +16  in use: payload, behind `header` bytes. Free: next block of its list
///             +24  free: previous block of its list
///
/// Behind the last block stand a tag and a length as of a block in use of length 0. A link of all
/// ones leads nowhere.
///
/// These words lie in the block itself (in band). Where they do not fit, because the header is
/// smaller than 16 bytes or blocks are not multiples of 8, they lie in the books: 32 bytes for each
/// place where a block can begin.
struct TaggedLayout {
    static constexpr std::uint64_t none = ~0ULL; ///< a link that leads nowhere
    static constexpr std::uint64_t usedBit = 1ULL << 63;
    static constexpr std::uint64_t listedBit = 1ULL << 62;
    static constexpr std::uint64_t lengthMask = listedBit - 1;
    static constexpr std::uint64_t beforeOffset = 8;
    static constexpr std::uint64_t nextOffset = 16;
    static constexpr std::uint64_t previousOffset = 24;
    static constexpr std::uint64_t wordsOfBlock = 32; ///< bytes
    static constexpr std::uint64_t endBytes = 16;     ///< in band: the words behind the last block

    std::uint64_t header = 16;      ///< bytes in front of each payload
    std::uint64_t alignment = 16;   ///< payloads are multiples of it; and begin at one if the
                                    ///< header is a multiple of it
    std::uint64_t granule = 16;     ///< lengths of blocks are multiples of it
    std::uint64_t least = 32;       ///< length of the shortest block
    std::uint64_t controlBytes = 0; ///< of the books, in front of words of blocks
    bool inBand = true;

    /// Where the first block begins: its payload is aligned.
    [[nodiscard]] constexpr std::uint64_t first(std::uint64_t heapStart) const {
        return inBand ? roundUp(heapStart + header, alignment) - header : heapStart;
    }

    /// Where the last block ends.
    [[nodiscard]] constexpr std::uint64_t end(std::uint64_t heapStart,
                                              std::uint64_t heapEnd) const {
        const std::uint64_t from = first(heapStart);
        const std::uint64_t room = heapEnd - from - (inBand ? endBytes : 0);
        return heapEnd < from + endBytes && inBand ? from : from + room / granule * granule;
    }

    /// Whether a heap has room for a block.
    [[nodiscard]] constexpr bool fits(std::uint64_t heapStart, std::uint64_t heapBytes) const {
        return end(heapStart, heapStart + heapBytes) - first(heapStart) >= least;
    }

    /// Where the words of a block lie.
    [[nodiscard]] constexpr std::uint64_t words(std::uint64_t block, const HeapExtent& heap) const {
        return inBand ? block
                      : heap.books + controlBytes +
                            (block - first(heap.start)) / granule * wordsOfBlock;
    }

    /// Bytes of books that a heap of at most `heapBytes` needs.
    [[nodiscard]] constexpr std::uint64_t booksBytes(std::uint64_t heapBytes) const {
        return controlBytes + (inBand ? 0 : (heapBytes / granule + 1) * wordsOfBlock);
    }

    /// Length of the block for a payload of `bytes`.
    [[nodiscard]] constexpr std::uint64_t lengthFor(std::uint64_t bytes) const {
        const std::uint64_t length = roundUp(bytes, alignment) + header;
        return length < least ? least : length;
    }
};

/// A block by its bounds.
struct TaggedBlock {
    std::uint64_t at = TaggedLayout::none;
    std::uint64_t length = 0;
};

/// A length that no heap has, for requests whose number of bytes is no sensible one.
inline constexpr std::uint64_t absurdBytes = std::uint64_t{1} << 46;

} // namespace fragscope
