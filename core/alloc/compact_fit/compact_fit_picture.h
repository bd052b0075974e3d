#pragma once

#include "fragscope/alloc/compact_fit/compact_fit_layout.h"
#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/memory/memory_plan.h"

namespace fragscope {

/// A page of Compact-fit that was used at least once.
struct CompactFitPage {
    std::uint64_t address = 0;
    compact_fit_layout::ListState state = compact_fit_layout::ListState::Free;
    std::uint32_t sizeClass = 0;
    std::uint32_t used = 0;               ///< blocks
    std::uint32_t pending = 0;            ///< copies out of it that are under way
    std::array<std::uint32_t, 32> bits{}; ///< bit i of word g: block 32 g + i is in use

    [[nodiscard]] bool inUse(std::uint64_t block) const {
        return (bits[block / 32] >> (block % 32) & 1) != 0;
    }
};

/// A size class and its lists: numbers of pages, from the newest to the oldest.
struct CompactFitClass {
    std::uint64_t blockBytes = 0;
    std::uint64_t capacity = 0;                      ///< blocks in a page
    std::array<std::vector<std::uint64_t>, 4> lists; ///< not full, full, source, emptying

    [[nodiscard]] const std::vector<std::uint64_t>&
    list(compact_fit_layout::ListState state) const {
        return lists.at(static_cast<std::size_t>(state) - 1);
    }

    [[nodiscard]] std::uint64_t pages() const {
        return lists[0].size() + lists[1].size() + lists[2].size() + lists[3].size();
    }
};

/// A copy in parts that is under way.
struct CompactFitMove {
    std::uint64_t target = 0;
    std::uint64_t source = 0;
    std::uint64_t done = 0; ///< bytes
    std::uint64_t entry = 0;
};

/// Compact-fit, read from its bytes.
struct CompactFitPicture {
    std::vector<CompactFitPage> pages; ///< by number, which is the order of first use
    std::vector<CompactFitClass> classes;
    std::vector<std::uint64_t> freePages; ///< numbers, the next to be taken first
    std::vector<CompactFitMove> moves;
    std::uint64_t entriesEver = 0;
    std::uint64_t freeEntries = 0;
    std::uint64_t notFull = 0;    ///< as counted in the books
    std::uint64_t pagesInUse = 0; ///< as counted in the books
    std::string_view fault;
    std::uint64_t faultAt = 0;
};

/// Stops at the first thing that does not fit the others.
CompactFitPicture decodeCompactFit(const ArenaReader& reader,
                                   const HeapExtent& extent,
                                   const AllocatorSettings& settings);

/// The same as blocks by address and lists of free blocks.
HeapPicture heapPicture(const CompactFitPicture& picture,
                        const AllocatorSettings& settings,
                        const HeapExtent& extent);

/// Where the memory of the pages in use goes (ALLOCATORS A6): the sum of the parts is
/// `pages * page size`, exactly. What programs asked for is no word of the heap: the caller says
/// it.
struct CompactFitAccount {
    std::uint64_t pages = 0;
    std::uint64_t usedBytes = 0;    ///< blocks in use; payload + owners + rounding
    std::uint64_t pageInternal = 0; ///< ends of pages that hold no block
    std::uint64_t headers = 0;
    std::uint64_t sizeExternal = 0; ///< free blocks, of no use to other classes
    std::uint64_t sizeExternalBound =
        0; ///< min(k, pages) * (capacity - 1) * block, over the classes

    [[nodiscard]] std::uint64_t sum() const {
        return usedBytes + pageInternal + headers + sizeExternal;
    }
};

CompactFitAccount accountOf(const CompactFitPicture& picture, const AllocatorSettings& settings);

} // namespace fragscope
