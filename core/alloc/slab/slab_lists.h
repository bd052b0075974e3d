#pragma once

#include "fragscope/alloc/heap.h"
#include "fragscope/alloc/slab/slab_layout.h"

namespace fragscope::slab {

/// The entries of pages and the lists of slabs.
template <class Memory> class SlabLists {
public:
    SlabLists(const Layout& layout, Memory& memory) : memory_(memory), layout_(layout) {}

    template <class T> [[nodiscard]] T get(std::uint64_t page, std::uint64_t field) {
        return memory_.template load<T>(layout_.entryAt(page) + field);
    }

    template <class T>
    void set(std::uint64_t page, std::uint64_t field, std::type_identity_t<T> value) {
        memory_.template store<T>(layout_.entryAt(page) + field, value);
    }

    void clear() {
        for (unsigned cache = 0; cache < mostCaches; ++cache) {
            for (const SlabList list : {SlabList::Full, SlabList::Partial, SlabList::Empty}) {
                setNumber(layout_.listAt(cache, list), none);
                setNumber(layout_.listAt(cache, list) + 4, none);
            }
            setNumber(layout_.cacheAt(cache) + emptyCount, 0);
            setNumber(layout_.cacheAt(cache) + nextColour, 0);
        }
    }

    /// `none` if the list is empty.
    [[nodiscard]] std::uint32_t first(unsigned cache, SlabList list) {
        const std::uint32_t slab = number(layout_.listAt(cache, list));
        return slab == none ? none : checked(slab, list);
    }

    /// Takes the slab out of the list that it is in and puts it into another one.
    template <class Line>
    void move(Line line, std::uint32_t slab, unsigned cache, SlabList to, bool atEnd) {
        memory_.step(line, 0, 0, cache, layout_.addressOf(slab));
        const auto from = static_cast<SlabList>(get<std::uint8_t>(slab, Field::list));
        if (from == to) {
            return;
        }
        if (from < SlabList::None) {
            unlink(line, slab, cache, from);
        }
        memory_.step(line, 0, 0, cache, layout_.addressOf(slab));
        set<std::uint8_t>(slab, Field::list, static_cast<std::uint8_t>(to));
        if (to < SlabList::None) {
            link(line, slab, cache, to, atEnd);
        }
    }

    [[nodiscard]] std::uint32_t emptySlabs(unsigned cache) {
        return number(layout_.cacheAt(cache) + emptyCount);
    }

    [[nodiscard]] std::uint32_t number(std::uint64_t at) {
        return memory_.template load<std::uint32_t>(at);
    }

    void setNumber(std::uint64_t at, std::uint32_t value) {
        memory_.template store<std::uint32_t>(at, value);
    }

private:
    std::uint32_t checked(std::uint32_t slab, SlabList list) {
        if (get<std::uint8_t>(slab, Field::list) != static_cast<std::uint8_t>(list) ||
            get<std::uint8_t>(slab, Field::kind) != static_cast<std::uint8_t>(PageKind::Slab)) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(slab) + Field::list), slab};
        }
        return slab;
    }

    template <class Line>
    void unlink(Line line, std::uint32_t slab, unsigned cache, SlabList list) {
        const auto next = get<std::uint32_t>(slab, Field::next);
        const auto previous = get<std::uint32_t>(slab, Field::previous);
        const std::uint64_t head = layout_.listAt(cache, list);
        const std::uint32_t led = previous == none
                                      ? number(head)
                                      : get<std::uint32_t>(checked(previous, list), Field::next);
        if (led != slab) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(slab) + Field::previous), previous};
        }
        memory_.step(line, 0, 0, cache, layout_.addressOf(slab));
        setNumber(previous == none ? head : layout_.entryAt(previous) + Field::next, next);
        memory_.step(line, 0, 0, cache, layout_.addressOf(slab));
        setNumber(next == none ? head + 4 : layout_.entryAt(checked(next, list)) + Field::previous,
                  previous);
        countEmpty(line, cache, list, ~0U);
    }

    template <class Line>
    void link(Line line, std::uint32_t slab, unsigned cache, SlabList list, bool atEnd) {
        const std::uint64_t head = layout_.listAt(cache, list);
        const std::uint64_t end = atEnd ? head + 4 : head;
        const std::uint32_t beside = number(end);
        memory_.step(line, 0, 0, cache, layout_.addressOf(slab));
        set<std::uint32_t>(slab, Field::next, atEnd ? none : beside);
        set<std::uint32_t>(slab, Field::previous, atEnd ? beside : none);
        memory_.step(line, 0, 0, cache, layout_.addressOf(slab));
        setNumber(end, slab);
        memory_.step(line, 0, 0, cache, layout_.addressOf(slab));
        if (beside == none) {
            setNumber(atEnd ? head : head + 4, slab);
        } else {
            set<std::uint32_t>(checked(beside, list), atEnd ? Field::next : Field::previous, slab);
        }
        countEmpty(line, cache, list, 1);
    }

    template <class Line>
    void countEmpty(Line line, unsigned cache, SlabList list, std::uint32_t change) {
        if (list == SlabList::Empty) {
            memory_.step(line, 0, 0, cache);
            setNumber(layout_.cacheAt(cache) + emptyCount, emptySlabs(cache) + change);
        }
    }

    Memory& memory_;
    Layout layout_;
};

} // namespace fragscope::slab
