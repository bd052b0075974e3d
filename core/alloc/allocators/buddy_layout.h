#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/memory/memory_plan.h"

#include <algorithm>
#include <bit>

/// The buddy allocator (buddy.cpp): where its words lie. Order k is a block of `least` * 2^k bytes;
/// offsets count from the start of the heap.
///
///     books +0     bit k: the list of order k is not empty
///           +8     heads of the lists of order 0 to 47, all ones = none
///           +0x188 for each piece of `least` bytes: 0 = no block begins here; 0x80 + order: a free
///                  block; 0x40 + order: a block in use
///     free block
///           +0     next block of its list, all ones = none
///           +8     previous block of its list
///
/// Blocks have no header, so that a page or a power of two fits as it is. Where `least` is below 16
/// the links do not fit into a block either: then each piece has 24 bytes of books, links first.
namespace fragscope::buddy {

inline constexpr unsigned orders = 48;
inline constexpr std::uint64_t none = ~0ULL;
inline constexpr std::uint64_t headsOffset = 8;
inline constexpr std::uint64_t piecesOffset = headsOffset + orders * wordBytes;
inline constexpr std::uint64_t linkBytes = 16;
inline constexpr std::uint8_t freeMark = 0x80;
inline constexpr std::uint8_t usedMark = 0x40;
inline constexpr std::uint8_t orderMask = 0x3F;

struct Layout {
    std::uint64_t least;      ///< bytes of the smallest block, a power of two
    unsigned shift;           ///< least = 2^shift
    bool inBand;              ///< links lie in the free blocks
    std::uint64_t pieceBytes; ///< of the books, for each smallest block

    [[nodiscard]] constexpr std::uint64_t stateAt(std::uint64_t books, std::uint64_t offset) const {
        return books + piecesOffset + (offset >> shift) * pieceBytes + (inBand ? 0 : linkBytes);
    }

    /// Where the links of the free block lie.
    [[nodiscard]] constexpr std::uint64_t
    linksAt(std::uint64_t start, std::uint64_t books, std::uint64_t offset) const {
        return inBand ? start + offset : books + piecesOffset + (offset >> shift) * pieceBytes;
    }

    /// Bytes of the heap that blocks can have: a rest below `least` is not used.
    [[nodiscard]] constexpr std::uint64_t usable(std::uint64_t heapBytes) const {
        return heapBytes >> shift << shift;
    }

    [[nodiscard]] constexpr std::uint64_t bytesOf(unsigned order) const { return least << order; }

    /// The lowest order that holds `bytes`; `orders` or more: none does.
    [[nodiscard]] constexpr unsigned orderFor(std::uint64_t bytes) const {
        const std::uint64_t pieces = ((bytes - 1) >> shift) + 1;
        return static_cast<unsigned>(std::bit_width(pieces - 1));
    }

    /// The largest block that can begin at `offset` and ends below `end`: aligned to its size.
    [[nodiscard]] constexpr unsigned largestOrder(std::uint64_t offset, std::uint64_t end) const {
        const auto fits = static_cast<unsigned>(std::bit_width((end - offset) >> shift)) - 1;
        const auto aligned = static_cast<unsigned>(std::countr_zero(offset >> shift));
        return std::min({fits, aligned, orders - 1});
    }
};

inline Layout layoutFor(const AllocatorSettings& settings) {
    const std::uint64_t least = settings.minimum == 0 ? 16 : settings.minimum;
    const bool inBand = least >= linkBytes;
    return {least, static_cast<unsigned>(std::countr_zero(least)), inBand, inBand ? 1U : 24U};
}

HeapPicture decode(const Layout& layout, const ArenaReader& reader, const HeapExtent& heap);

} // namespace fragscope::buddy
