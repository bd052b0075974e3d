#pragma once

#include "fragscope/alloc/compact_fit/compact_fit_layout.h"
#include "fragscope/alloc/heap.h"

#include <bit>

namespace fragscope {

/// Pages of Compact-fit: headers, bitmaps, lists of pages. `Word` is the type of links and owners:
/// 4 bytes in the reference of 2009, else 8.
template <class Memory, class Word> class CompactFitPages {
public:
    using ListState = compact_fit_layout::ListState;
    static constexpr compact_fit_layout::HeaderOffsets offsets{sizeof(Word)};

    /// Pages from the start of the heap on, which grows with them.
    CompactFitPages(Memory& memory, std::uint64_t pageSize)
        : memory_(memory), books_(memory.books()), base_(memory.heapStart()), pageSize_(pageSize) {}

    /// Pages elsewhere: at most `most` of them.
    CompactFitPages(Memory& memory, std::uint64_t base, std::uint64_t pageSize, std::uint64_t most)
        : memory_(memory), books_(memory.books()), base_(base), pageSize_(pageSize), most_(most) {}

    [[nodiscard]] std::uint64_t headerOf(std::uint64_t page) const {
        return page + pageSize_ - compact_fit_layout::header;
    }

    /// The page that an address lies in.
    [[nodiscard]] std::uint64_t pageOf(std::uint64_t address) const {
        return address & ~(pageSize_ - 1);
    }

    [[nodiscard]] std::uint64_t numberOf(std::uint64_t page) const {
        return (page - base_) / pageSize_;
    }

    // ---- header ----
    [[nodiscard]] std::uint32_t used(std::uint64_t page) { return number(page, offsets.used()); }

    void setUsed(std::uint64_t page, std::uint32_t blocks) {
        memory_.template store<std::uint32_t>(headerOf(page) + offsets.used(), blocks);
    }

    [[nodiscard]] std::uint32_t pending(std::uint64_t page) {
        return number(page, offsets.pending());
    }

    void addPending(std::uint64_t page, std::uint32_t change) {
        memory_.template store<std::uint32_t>(headerOf(page) + offsets.pending(),
                                              pending(page) + change);
    }

    [[nodiscard]] std::uint32_t sizeClass(std::uint64_t page) {
        return number(page, offsets.sizeClass());
    }

    [[nodiscard]] ListState state(std::uint64_t page) {
        return static_cast<ListState>(number(page, offsets.state()));
    }

    // ---- bitmap ----
    /// Index of the lowest free block, which is in use afterwards. The page is not full.
    std::uint64_t takeLowestFree(std::uint64_t page) {
        const std::uint64_t header = headerOf(page);
        const auto all = memory_.template load<std::uint32_t>(header + offsets.allUsed());
        const auto group = static_cast<std::uint64_t>(std::countr_one(all));
        const std::uint64_t word = header + offsets.bits(group & 31);
        const auto bits = memory_.template load<std::uint32_t>(word);
        const auto bit = static_cast<std::uint64_t>(std::countr_one(bits));
        const std::uint32_t now = bits | (std::uint32_t{1} << (bit & 31));
        memory_.template store<std::uint32_t>(word, now);
        const auto any = memory_.template load<std::uint32_t>(header + offsets.anyUsed());
        memory_.template store<std::uint32_t>(header + offsets.anyUsed(), any | mask(group));
        if (now == ~std::uint32_t{0}) {
            memory_.template store<std::uint32_t>(header + offsets.allUsed(), all | mask(group));
        }
        return group * 32 + bit;
    }

    /// Index of the lowest block in use. The page is not empty.
    [[nodiscard]] std::uint64_t lowestUsed(std::uint64_t page) {
        const std::uint64_t header = headerOf(page);
        const auto any = memory_.template load<std::uint32_t>(header + offsets.anyUsed());
        const auto group = static_cast<std::uint64_t>(std::countr_zero(any)) & 31;
        const auto bits = memory_.template load<std::uint32_t>(header + offsets.bits(group));
        return group * 32 + (static_cast<std::uint64_t>(std::countr_zero(bits)) & 31);
    }

    void clearBit(std::uint64_t page, std::uint64_t index) {
        const std::uint64_t header = headerOf(page);
        const std::uint64_t group = index / 32;
        const std::uint64_t word = header + offsets.bits(group & 31);
        const std::uint32_t bits = memory_.template load<std::uint32_t>(word) & ~mask(index % 32);
        memory_.template store<std::uint32_t>(word, bits);
        if (bits == 0) {
            const auto any = memory_.template load<std::uint32_t>(header + offsets.anyUsed());
            memory_.template store<std::uint32_t>(header + offsets.anyUsed(), any & ~mask(group));
        }
        const auto all = memory_.template load<std::uint32_t>(header + offsets.allUsed());
        memory_.template store<std::uint32_t>(header + offsets.allUsed(), all & ~mask(group));
    }

    [[nodiscard]] bool inUse(std::uint64_t page, std::uint64_t index) {
        const std::uint64_t word = headerOf(page) + offsets.bits(index / 32 & 31);
        return (memory_.template load<std::uint32_t>(word) & mask(index % 32)) != 0;
    }

    // ---- lists ----
    [[nodiscard]] std::uint64_t first(std::uint32_t sizeClass, ListState list) {
        return memory_.load(listOf(sizeClass, list));
    }

    [[nodiscard]] std::uint64_t last(std::uint32_t sizeClass, ListState list) {
        return memory_.load(listOf(sizeClass, list) + 8);
    }

    [[nodiscard]] std::uint64_t next(std::uint64_t page) { return link(page, offsets.next()); }

    [[nodiscard]] std::uint64_t count(std::uint32_t sizeClass, std::uint64_t which) {
        return memory_.load(classWords(sizeClass) + which);
    }

    /// Puts the page at the head of a list of its class.
    void enter(std::uint64_t page, std::uint32_t sizeClass, ListState list) {
        const std::uint64_t words = listOf(sizeClass, list);
        const std::uint64_t first = memory_.load(words);
        setLink(page, offsets.next(), first);
        setLink(page, offsets.previous(), 0);
        memory_.store(words, page);
        if (first != 0) {
            setLink(first, offsets.previous(), page);
        } else {
            memory_.store(words + 8, page);
        }
        setState(page, list);
        countIn(sizeClass, list, 1);
    }

    /// Takes the page out of the list that its header names.
    void leave(std::uint64_t page, std::uint32_t sizeClass) {
        const ListState list = state(page);
        if (list == ListState::Free || list > ListState::Emptying) {
            throw HeapDamaged{VirtAddr(headerOf(page)), static_cast<std::uint64_t>(list)};
        }
        const std::uint64_t words = listOf(sizeClass, list);
        const std::uint64_t next = link(page, offsets.next());
        const std::uint64_t previous = link(page, offsets.previous());
        if (next != 0) {
            setLink(next, offsets.previous(), previous);
        } else {
            memory_.store(words + 8, previous);
        }
        if (previous != 0) {
            setLink(previous, offsets.next(), next);
        } else {
            memory_.store(words, next);
        }
        setState(page, ListState::Free);
        countIn(sizeClass, list, ~std::uint64_t{0});
    }

    // ---- free pages ----
    /// A free page, the one that was freed last first, or a fresh one; 0 if there is none.
    std::uint64_t take() {
        std::uint64_t page = memory_.load(books_ + compact_fit_layout::freePage);
        if (page != 0) {
            memory_.store(books_ + compact_fit_layout::freePage, memory_.template load<Word>(page));
        } else {
            page = takeFresh();
        }
        return page;
    }

    /// The page joins a class, empty.
    void prepare(std::uint64_t page, std::uint32_t sizeClass) {
        const std::uint64_t header = headerOf(page);
        setUsed(page, 0);
        memory_.template store<std::uint32_t>(header + offsets.pending(), 0);
        memory_.template store<std::uint32_t>(header + offsets.sizeClass(), sizeClass);
    }

    void putBack(std::uint64_t page) {
        memory_.template store<Word>(
            page, static_cast<Word>(memory_.load(books_ + compact_fit_layout::freePage)));
        memory_.store(books_ + compact_fit_layout::freePage, page);
    }

private:
    static std::uint32_t mask(std::uint64_t bit) { return std::uint32_t{1} << (bit & 31); }

    [[nodiscard]] std::uint32_t number(std::uint64_t page, std::uint64_t offset) {
        return memory_.template load<std::uint32_t>(headerOf(page) + offset);
    }

    [[nodiscard]] std::uint64_t link(std::uint64_t page, std::uint64_t offset) {
        return memory_.template load<Word>(headerOf(page) + offset);
    }

    void setLink(std::uint64_t page, std::uint64_t offset, std::uint64_t to) {
        memory_.template store<Word>(headerOf(page) + offset, static_cast<Word>(to));
    }

    void setState(std::uint64_t page, ListState list) {
        memory_.template store<std::uint32_t>(headerOf(page) + offsets.state(),
                                              static_cast<std::uint32_t>(list));
    }

    [[nodiscard]] std::uint64_t classWords(std::uint32_t sizeClass) const {
        return compact_fit_layout::classAt(books_, sizeClass);
    }

    [[nodiscard]] std::uint64_t listOf(std::uint32_t sizeClass, ListState list) const {
        return compact_fit_layout::listAt(classWords(sizeClass), list);
    }

    void add(std::uint64_t at, std::uint64_t change) {
        memory_.store(at, memory_.load(at) + change);
    }

    void countIn(std::uint32_t sizeClass, ListState list, std::uint64_t change) {
        using namespace compact_fit_layout;
        const std::uint64_t words = classWords(sizeClass);
        add(words + classPages, change);
        if (list == ListState::NotFull) {
            add(words + classNotFull, change);
            add(books_ + notFullPages, change);
        } else if (list != ListState::Full) {
            add(words + classSources, change);
        }
    }

    std::uint64_t takeFresh() {
        const std::uint64_t pages = memory_.load(books_ + compact_fit_layout::pagesEver);
        const std::uint64_t page = base_ + pages * pageSize_;
        if (most_ != 0 && pages == most_) {
            return 0;
        }
        if (most_ == 0 && page + pageSize_ > memory_.heapEnd() &&
            !memory_.grow(page + pageSize_ - memory_.heapEnd())) {
            return 0;
        }
        memory_.store(books_ + compact_fit_layout::pagesEver, pages + 1);
        return page;
    }

    Memory& memory_;
    std::uint64_t books_;
    std::uint64_t base_;
    std::uint64_t pageSize_;
    std::uint64_t most_ = 0; ///< 0: as many as the heap holds
};

} // namespace fragscope
