#pragma once

#include "fragscope/alloc/heap.h"
#include "fragscope/alloc/slab/slab_layout.h"

#include <algorithm>
#include <bit>

namespace fragscope::slab {

/// The pages below the slabs: one bit for each, first fit, and the heap grows at its end by what is
/// missing.
template <class Memory> class PageMap {
public:
    PageMap(const Layout& layout, Memory& memory) : memory_(memory), layout_(layout) {}

    [[nodiscard]] std::uint64_t pages() const {
        return (memory_.heapEnd() - layout_.start) / pageBytes;
    }

    [[nodiscard]] bool isUsed(std::uint64_t page) {
        return (memory_.load(layout_.mapAt(page / 64)) >> page % 64 & 1) != 0;
    }

    struct Taken {
        std::uint32_t first = none; ///< page
        std::uint64_t runs = 0;     ///< of free pages that were looked at
    };

    /// A run of `count` pages, which are in use now; `none` if there is none and the heap cannot
    /// grow.
    template <class Line> Taken take(Line look, Line grow, Line mark, std::uint64_t count) {
        Search found;
        search(look, count, found);
        const std::uint64_t first = found.run == 0 ? pages() : found.start;
        const std::uint64_t have = pages();
        if (first + count > have) {
            memory_.step(grow, 0, 0, 0, layout_.addressOf(first), count);
            if (!memory_.grow((first + count - have) * pageBytes)) {
                return {};
            }
        }
        setBits(mark, first, count, true);
        return {static_cast<std::uint32_t>(first), found.runs};
    }

    template <class Line> void giveBack(Line line, std::uint64_t first, std::uint64_t count) {
        setBits(line, first, count, false);
        memory_.step(line, 0, 0, 0, layout_.addressOf(first), count);
        if (first / 64 < memory_.load(layout_.books + lowestWord)) {
            memory_.store(layout_.books + lowestWord, first / 64);
        }
    }

private:
    /// The run of free pages that a search is in.
    struct Search {
        std::uint64_t start = 0;
        std::uint64_t run = 0; ///< pages so far
        std::uint64_t runs = 0;
    };

    /// Ends in the lowest run of so many pages, or in the one at the end of the heap, which may be
    /// too short.
    template <class Line> void search(Line line, std::uint64_t count, Search& found) {
        memory_.step(line, 0, 0, 0, 0, count);
        const std::uint64_t lowest = memory_.load(layout_.books + lowestWord);
        const std::uint64_t words = (pages() + 63) / 64;
        std::uint64_t open = std::min(lowest, words); // no word below has a free page
        for (std::uint64_t word = open; word < words && found.run < count; ++word) {
            memory_.step(line, 0, 0, 0, layout_.addressOf(word * 64), count);
            memory_.looked();
            const std::uint64_t used = memory_.load(layout_.mapAt(word));
            open += used == ~0ULL && open == word ? 1U : 0U;
            scan(used, word * 64, count, found);
        }
        if (open != lowest) {
            memory_.step(line, 0, 0, 0, 0, count);
            memory_.store(layout_.books + lowestWord, open);
        }
    }

    /// Goes on through one word of the map, whose first bit is that of page `first`.
    static void scan(std::uint64_t used, std::uint64_t first, std::uint64_t count, Search& found) {
        for (unsigned bit = 0; bit < 64 && found.run < count;) {
            const std::uint64_t rest = used >> bit;
            if ((rest & 1) != 0) {
                bit += static_cast<unsigned>(std::countr_one(rest));
                found.run = 0;
                continue;
            }
            const auto free = std::min(static_cast<unsigned>(std::countr_zero(rest)), 64 - bit);
            if (found.run == 0) {
                found.start = first + bit;
                ++found.runs;
            }
            found.run += free;
            bit += free;
        }
    }

    template <class Line>
    void setBits(Line line, std::uint64_t first, std::uint64_t count, bool used) {
        for (std::uint64_t page = first; page < first + count;) {
            const std::uint64_t bits = std::min(64 - page % 64, first + count - page);
            const std::uint64_t mask = (bits == 64 ? ~0ULL : (1ULL << bits) - 1) << page % 64;
            const std::uint64_t at = layout_.mapAt(page / 64);
            memory_.step(line, 0, 0, 0, layout_.addressOf(page), count);
            const std::uint64_t word = memory_.load(at);
            if ((used ? word & mask : ~word & mask) != 0) {
                throw HeapDamaged{VirtAddr(at), word};
            }
            memory_.store(at, used ? word | mask : word & ~mask);
            page += bits;
        }
        memory_.step(line, 0, 0, 0, layout_.addressOf(first), count);
        const std::uint64_t total = memory_.load(layout_.books + pagesInUse);
        memory_.store(layout_.books + pagesInUse, used ? total + count : total - count);
    }

    Memory& memory_;
    Layout layout_;
};

} // namespace fragscope::slab
