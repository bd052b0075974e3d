#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/memory/memory_plan.h"

#include <algorithm>
#include <array>
#include <bit>

/// The page allocator (page_allocator.cpp): where its words lie, all of them in the books, as those
/// of Linux lie beside the pages. The heap is one zone. Pages count from its start; order k is a
/// block of 2^k pages whose first page frame number (address / 4,096) is a multiple of 2^k.
///
///     books +0     free_area of order 0 to 10, 32 bytes each:
///                  +0   for each migrate type: first and last block of the list, 4 bytes each, all
///                       ones = none
///                  +24  nr_free: blocks of all three lists
///           +352   for each page, 16 bytes:
///                  +0   next block of its list, 4 bytes
///                  +4   previous block of its list, 4 bytes
///                  +8   0 = no block begins here; 0x80 + order: a free block; 0x40 + order: a
///                  block
///                       in use
///                  +9   migrate type: of the list of a free block, of the request of one in use
///           behind the pages
///                  for each page block one byte: its migrate type
namespace fragscope::page_allocator {

inline constexpr unsigned orders = 11;
inline constexpr unsigned types = 3;
inline constexpr unsigned unmovable = 0;
inline constexpr unsigned movable = 1;
inline constexpr unsigned reclaimable = 2;

inline constexpr std::uint64_t most = pageBytes << (orders - 1); ///< bytes of the largest block
inline constexpr std::uint32_t none = ~0U;
inline constexpr std::uint64_t areaBytes = 32;
inline constexpr std::uint64_t countOffset = 24;
inline constexpr std::uint64_t pagesOffset = orders * areaBytes;
inline constexpr std::uint64_t pageEntry = 16;
inline constexpr std::uint64_t nextOffset = 0;
inline constexpr std::uint64_t previousOffset = 4;
inline constexpr std::uint64_t stateOffset = 8;
inline constexpr std::uint64_t typeOffset = 9;
inline constexpr std::uint8_t freeMark = 0x80;
inline constexpr std::uint8_t usedMark = 0x40;
inline constexpr std::uint8_t orderMask = 0x3F;

/// Where a request goes whose own lists are empty, by its type: first one, then the other.
inline constexpr std::array<std::array<std::uint8_t, 2>, types> fallbacks{
    {{reclaimable, movable}, {reclaimable, unmovable}, {unmovable, movable}}};

struct Layout {
    std::uint64_t books;
    std::uint64_t firstFrame; ///< page frame number of page 0
    std::uint64_t pages;      ///< of the zone
    unsigned blockOrder;      ///< of page blocks

    // ---- pages and blocks ----
    [[nodiscard]] constexpr std::uint64_t addressOf(std::uint64_t page) const {
        return (firstFrame + page) * pageBytes;
    }

    /// Beyond the zone if the buddy lies outside.
    [[nodiscard]] constexpr std::uint64_t buddyOf(std::uint64_t page, unsigned order) const {
        return ((firstFrame + page) ^ (std::uint64_t{1} << order)) - firstFrame;
    }

    [[nodiscard]] constexpr std::uint64_t pageBlockOf(std::uint64_t page) const {
        return ((firstFrame + page) >> blockOrder) - (firstFrame >> blockOrder);
    }

    /// First page of the group of 2^order pages that it lies in; beyond the zone if it lies in
    /// front of it.
    [[nodiscard]] constexpr std::uint64_t startOf(std::uint64_t page, unsigned order) const {
        return ((firstFrame + page) >> order << order) - firstFrame;
    }

    /// The largest order of a block that can begin here.
    [[nodiscard]] constexpr unsigned largestOrder(std::uint64_t page) const {
        const auto fits = static_cast<unsigned>(std::bit_width(pages - page)) - 1;
        const std::uint64_t frame = firstFrame + page;
        const auto aligned = frame == 0 ? orders : static_cast<unsigned>(std::countr_zero(frame));
        return std::min({fits, aligned, orders - 1});
    }

    // ---- words ----
    [[nodiscard]] constexpr std::uint64_t firstAt(unsigned order, unsigned type) const {
        return books + order * areaBytes + type * 8;
    }

    [[nodiscard]] constexpr std::uint64_t lastAt(unsigned order, unsigned type) const {
        return firstAt(order, type) + 4;
    }

    [[nodiscard]] constexpr std::uint64_t countAt(unsigned order) const {
        return books + order * areaBytes + countOffset;
    }

    [[nodiscard]] constexpr std::uint64_t entryAt(std::uint64_t page) const {
        return books + pagesOffset + page * pageEntry;
    }

    [[nodiscard]] constexpr std::uint64_t typeOfPageBlockAt(std::uint64_t page) const {
        return entryAt(pages) + pageBlockOf(page);
    }

    /// Whole words.
    [[nodiscard]] constexpr std::uint64_t booksBytes() const {
        const std::uint64_t bytes = typeOfPageBlockAt(pages) + 1 - books;
        return (bytes + wordBytes - 1) & ~(wordBytes - 1);
    }
};

constexpr Layout
layoutFor(unsigned blockOrder, std::uint64_t heapStart, std::uint64_t bytes, std::uint64_t books) {
    return {books, heapStart / pageBytes, bytes / pageBytes, blockOrder};
}

/// The lowest order that holds `bytes`; `orders`: none does. 0 bytes are one page.
constexpr unsigned orderFor(std::uint64_t bytes) {
    if (bytes > most) {
        return orders;
    }
    return bytes <= pageBytes ? 0U : static_cast<unsigned>(std::bit_width((bytes - 1) / pageBytes));
}

HeapPicture decode(const Layout& layout, const ArenaReader& reader, const HeapExtent& heap);

} // namespace fragscope::page_allocator
