#pragma once

#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/memory/memory_plan.h"
#include "fragscope/alloc/slab/slab_caches.h"

/// The slab allocator (slab.cpp): where its words lie. Pages count from the start of the heap.
///
///     books +0     pages in use
///           +8     no word of the page map below this one has a free page
///           +16    for each of the 13 caches, 32 bytes:
///                  +0   full, partial and empty slabs: first and last slab of each list, 4 bytes
///                       each, all ones = none
///                  +24  empty slabs, 4 bytes
///                  +28  colour of the next slab, 4 bytes
///           +432   page map: one bit for each page that the heap may have: in use
///           behind the map
///                  for each page, 32 bytes, as Linux has a struct page or slab beside the page:
///                  +0   next slab of its list, 4 bytes
///                  +4   previous slab, 4 bytes
///                  +8   first free object of the slab, 0 = none
///                  +16  first page of the slab, 4 bytes
///                  +20  pages of the slab or of the large block, 4 bytes
///                  +24  objects in use, 2 bytes
///                  +26  cache
///                  +27  1 = a page of a slab, 2 = first page of a large block, 0 = neither
///                  +28  list: 0 full, 1 partial, 2 empty, 3 none
///                  +29  colour
///     free object
///           +0     next free object of its slab, 0 = none
namespace fragscope::slab {

inline constexpr std::uint32_t none = ~0U;
inline constexpr std::uint64_t pagesInUse = 0;
inline constexpr std::uint64_t lowestWord = 8;
inline constexpr std::uint64_t cachesOffset = 16;
inline constexpr std::uint64_t cacheBytes = 32;
inline constexpr std::uint64_t emptyCount = 24;
inline constexpr std::uint64_t nextColour = 28;
inline constexpr std::uint64_t mapOffset = cachesOffset + mostCaches * cacheBytes;
inline constexpr std::uint64_t pageEntry = 32;
inline constexpr std::uint32_t emptySlabsKept = 5; ///< per cache; min_partial of SLUB

/// Of a page's entry.
struct Field {
    static constexpr std::uint64_t next = 0;
    static constexpr std::uint64_t previous = 4;
    static constexpr std::uint64_t freeObject = 8;
    static constexpr std::uint64_t firstPage = 16;
    static constexpr std::uint64_t pages = 20;
    static constexpr std::uint64_t inUse = 24;
    static constexpr std::uint64_t cache = 26;
    static constexpr std::uint64_t kind = 27;
    static constexpr std::uint64_t list = 28;
    static constexpr std::uint64_t colour = 29;
};

enum class PageKind : std::uint8_t { Other, Slab, Large };

enum class SlabList : std::uint8_t { Full, Partial, Empty, None };

struct Layout {
    std::uint64_t start; ///< of the heap
    std::uint64_t books;
    std::uint64_t entries; ///< of pages
    std::uint64_t alignment;

    [[nodiscard]] std::uint64_t addressOf(std::uint64_t page) const {
        return start + page * pageBytes;
    }

    [[nodiscard]] std::uint64_t listAt(unsigned cache, SlabList list) const {
        return cacheAt(cache) + static_cast<std::uint64_t>(list) * 8;
    }

    [[nodiscard]] std::uint64_t cacheAt(unsigned cache) const {
        return books + cachesOffset + cache * cacheBytes;
    }

    [[nodiscard]] std::uint64_t mapAt(std::uint64_t word) const {
        return books + mapOffset + word * wordBytes;
    }

    [[nodiscard]] std::uint64_t entryAt(std::uint64_t page) const {
        return entries + page * pageEntry;
    }

    /// The first object of a slab.
    [[nodiscard]] std::uint64_t objectsOf(std::uint64_t page, std::uint64_t colour) const {
        return addressOf(page) + colour * alignment;
    }

    /// `address` is an object of the slab whose objects begin at `objects`.
    [[nodiscard]] static bool
    isObject(const Cache& cache, std::uint64_t objects, std::uint64_t address) {
        const std::uint64_t offset = address - objects;
        return offset < cache.objectBytes() && static_cast<std::uint32_t>(offset) % cache.slot == 0;
    }
};

/// `pages` is the most that the heap may have.
constexpr std::uint64_t mapBytes(std::uint64_t pages) {
    return (pages + 63) / 64 * wordBytes;
}

inline Layout layoutFor(const AllocatorSettings& settings, const MemoryPlan& plan) {
    const std::uint64_t books = plan.booksStart();
    const std::uint64_t pages = plan.heapLimit / pageBytes;
    return {plan.heapStart, books, books + mapOffset + mapBytes(pages), settings.alignment};
}

HeapPicture decode(const Layout& layout,
                   const Caches& caches,
                   const ArenaReader& reader,
                   const HeapExtent& heap);

} // namespace fragscope::slab
