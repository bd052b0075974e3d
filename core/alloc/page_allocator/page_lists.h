#pragma once

#include "fragscope/alloc/heap.h"
#include "fragscope/alloc/page_allocator/page_allocator_layout.h"

namespace fragscope::page_allocator {

/// The lists of free blocks and the entries of pages, of one zone. Each change belongs to a line
/// of the listing, which the caller names.
template <class Memory> class PageLists {
public:
    PageLists(const Layout& layout, Memory& memory) : memory_(memory), layout_(layout) {}

    enum class End : std::uint8_t { First, Last };

    // ---- pages ----
    /// 0x80 + order, 0x40 + order or 0.
    [[nodiscard]] std::uint8_t state(std::uint64_t page) {
        return memory_.template load<std::uint8_t>(layout_.entryAt(page) + stateOffset);
    }

    void setState(std::uint64_t page, std::uint8_t mark, unsigned order) {
        memory_.template store<std::uint8_t>(layout_.entryAt(page) + stateOffset,
                                             static_cast<std::uint8_t>(mark | order));
    }

    [[nodiscard]] unsigned type(std::uint64_t page) {
        return checkedType(layout_.entryAt(page) + typeOffset);
    }

    void setType(std::uint64_t page, unsigned type) {
        memory_.template store<std::uint8_t>(layout_.entryAt(page) + typeOffset,
                                             static_cast<std::uint8_t>(type));
    }

    [[nodiscard]] unsigned typeOfPageBlock(std::uint64_t page) {
        return checkedType(layout_.typeOfPageBlockAt(page));
    }

    void setTypeOfPageBlock(std::uint64_t page, unsigned type) {
        memory_.template store<std::uint8_t>(layout_.typeOfPageBlockAt(page),
                                             static_cast<std::uint8_t>(type));
    }

    [[nodiscard]] bool isFree(std::uint64_t page, unsigned order) {
        return page < layout_.pages && state(page) == (freeMark | order);
    }

    /// The length of the block that begins here, in pages.
    std::uint64_t lengthOf(std::uint64_t page, std::uint8_t state) const {
        const unsigned order = state & orderMask;
        if (state == 0 || order > layout_.largestOrder(page)) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(page) + stateOffset), state};
        }
        return std::uint64_t{1} << order;
    }

    // ---- lists ----
    /// Page of the first block, `none` if there is none.
    [[nodiscard]] std::uint32_t first(unsigned order, unsigned type) {
        const auto page = memory_.template load<std::uint32_t>(layout_.firstAt(order, type));
        return page == none ? none : checkedFree(page, order);
    }

    template <class Line>
    void insert(Line line, std::uint64_t block, unsigned order, unsigned type, End end) {
        const auto page = static_cast<std::uint32_t>(block);
        memory_.step(line, layout_.addressOf(page), order, type);
        setState(page, freeMark, order);
        setType(page, type);
        const bool front = end == End::First;
        const std::uint64_t head =
            front ? layout_.firstAt(order, type) : layout_.lastAt(order, type);
        const auto beside = memory_.template load<std::uint32_t>(head);
        memory_.step(line, layout_.addressOf(page), order, type);
        setLink(page, nextOffset, front ? beside : none);
        setLink(page, previousOffset, front ? none : beside);
        memory_.step(line, layout_.addressOf(page), order, type);
        memory_.template store<std::uint32_t>(head, page);
        memory_.step(line, layout_.addressOf(page), order, type);
        if (beside != none) {
            setLink(checkedFree(beside, order), front ? previousOffset : nextOffset, page);
        } else {
            memory_.template store<std::uint32_t>(
                front ? layout_.lastAt(order, type) : layout_.firstAt(order, type), page);
        }
        memory_.step(line, layout_.addressOf(page), order, type);
        addToCount(order, 1);
    }

    template <class Line>
    void remove(Line line, std::uint64_t page, unsigned order, unsigned type) {
        const std::uint64_t at = layout_.addressOf(page);
        memory_.step(line, at, order, type);
        const std::uint32_t next = link(page, nextOffset);
        const std::uint32_t previous = link(page, previousOffset);
        checkLinks(page, order, type, next, previous);
        memory_.step(line, at, order, type);
        relink(previous, nextOffset, layout_.firstAt(order, type), next);
        memory_.step(line, at, order, type);
        relink(next, previousOffset, layout_.lastAt(order, type), previous);
        memory_.step(line, at, order, type);
        addToCount(order, ~std::uint64_t{0});
    }

private:
    unsigned checkedType(std::uint64_t at) {
        const auto type = memory_.template load<std::uint8_t>(at);
        if (type >= types) {
            throw HeapDamaged{VirtAddr(at), type};
        }
        return type;
    }

    std::uint32_t checkedFree(std::uint32_t page, unsigned order) {
        if (!isFree(page, order)) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(page) + stateOffset), page};
        }
        return page;
    }

    [[nodiscard]] std::uint32_t link(std::uint64_t page, std::uint64_t which) {
        return memory_.template load<std::uint32_t>(layout_.entryAt(page) + which);
    }

    void setLink(std::uint64_t page, std::uint64_t which, std::uint32_t other) {
        memory_.template store<std::uint32_t>(layout_.entryAt(page) + which, other);
    }

    void checkLinks(std::uint64_t page,
                    unsigned order,
                    unsigned type,
                    std::uint32_t next,
                    std::uint32_t previous) {
        const std::uint32_t led =
            previous == none ? memory_.template load<std::uint32_t>(layout_.firstAt(order, type))
                             : link(checkedFree(previous, order), nextOffset);
        if (led != page) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(page) + previousOffset), previous};
        }
        if (next != none && link(checkedFree(next, order), previousOffset) != page) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(page) + nextOffset), next};
        }
    }

    /// The neighbour in the list, or the end of the list, leads to `other` now.
    void relink(std::uint32_t neighbour,
                std::uint64_t which,
                std::uint64_t endOfList,
                std::uint32_t other) {
        if (neighbour == none) {
            memory_.template store<std::uint32_t>(endOfList, other);
        } else {
            setLink(neighbour, which, other);
        }
    }

    void addToCount(unsigned order, std::uint64_t change) {
        memory_.store(layout_.countAt(order), memory_.load(layout_.countAt(order)) + change);
    }

    Memory& memory_;
    Layout layout_;
};

} // namespace fragscope::page_allocator
