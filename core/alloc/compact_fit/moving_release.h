#pragma once

#include "fragscope/alloc/compact_fit/moving_heap.h"

/// Compact-fit, the moving form: the three cases of a free, and the free areas.
namespace fragscope::compact_fit {

template <class Memory, class Word>
typename CompactFit<Memory, Word>::Freed CompactFit<Memory, Word>::at(std::uint64_t entry,
                                                                      std::uint64_t block) {
    const std::uint64_t page = pages_.pageOf(block);
    const std::uint32_t sizeClass = pages_.sizeClass(page);
    if (sizeClass >= classes_.count()) {
        throw HeapDamaged{VirtAddr(pages_.headerOf(page)), sizeClass};
    }
    return {entry, block, page, sizeClass, (block - page) / blockBytes(sizeClass)};
}

template <class Memory, class Word>
typename CompactFit<Memory, Word>::Freed CompactFit<Memory, Word>::find(std::uint64_t handle) {
    memory_.step(Line::Free, 0, 0, 0, 0, handle);
    if (direct()) {
        return at(0, handle);
    }
    const std::uint64_t entry = memory_.load(handle);
    const std::uint64_t block = entry & ~marks;
    if (isSpine(entry)) {
        freePieces(block);
    }
    return at(handle, block);
}

/// The pieces of a large object go back, one page each.
template <class Memory, class Word> void CompactFit<Memory, Word>::freePieces(std::uint64_t spine) {
    const std::uint64_t pieces = memory_.load(spine);
    for (std::uint64_t piece = 0; piece < pieces; ++piece) {
        memory_.step(Line::Pieces, 0, 0, 0, spine);
        freeBlock(at(0, memory_.load(spine + 8 + 8 * piece)));
    }
}

/// Up to the first part of a move; the move, or 0 if all is done.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::begin(std::uint64_t handle) {
    const Freed freed = find(handle);
    if (!direct() && inParts(blockBytes(freed.sizeClass))) {
        memory_.step(Line::Concurrent, 0, freed.sizeClass, freed.page, freed.block, handle);
        const std::uint64_t target =
            memory_.template load<Word>(partitionAt(freed.block, freed.sizeClass));
        if (target != 0) {
            abortByFree(freed, target);
            return 0;
        }
    }
    return freeBlock(freed);
}

/// The three cases of a free; the move that is under way then, or 0.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::freeBlock(const Freed& freed) {
    const bool full = isFull(freed.page, freed.sizeClass);
    if (full && !direct() && classes_.capacity(freed.sizeClass) > 1) {
        // a source page is one of the k: it comes back to the not-full ones
        const std::uint64_t open =
            pages_.count(freed.sizeClass, classNotFull) +
            (settings_.increment != 0
                 ? (pages_.first(freed.sizeClass, ListState::Source) != 0 ? 1U : 0U)
                 : 0U);
        if (open >= settings_.k) {
            return compact(freed);
        }
    }
    clear(freed);
    if (full) {
        open(freed);
    } else if (pages_.used(freed.page) == 0) {
        if (pages_.pending(freed.page) == 0) {
            releasePage(freed.page, freed.sizeClass);
            memory_.reason(Rule::HeapPageReleased);
        } else {
            pages_.leave(freed.page, freed.sizeClass);
            pages_.enter(freed.page, freed.sizeClass, ListState::Emptying);
        }
    } else {
        memory_.reason(Rule::HeapPageNotFull);
    }
    giveEntry(freed.entry);
    return 0;
}

template <class Memory, class Word> void CompactFit<Memory, Word>::clear(const Freed& freed) {
    memory_.step(Line::Clear, 0, freed.sizeClass, freed.page, freed.block, freed.entry);
    pages_.clearBit(freed.page, freed.index);
    pages_.setUsed(freed.page, pages_.used(freed.page) - 1);
}

/// An empty page leaves its list and joins the free pages.
template <class Memory, class Word>
void CompactFit<Memory, Word>::releasePage(std::uint64_t page, std::uint32_t sizeClass) {
    memory_.step(Line::Release, 0, sizeClass, page);
    pages_.leave(page, sizeClass);
    pages_.putBack(page);
    memory_.store(books_ + pagesInUse, memory_.load(books_ + pagesInUse) - 1);
}

/// A page that was full.
template <class Memory, class Word> void CompactFit<Memory, Word>::open(const Freed& freed) {
    if (pages_.used(freed.page) == 0) {
        releasePage(freed.page, freed.sizeClass);
        memory_.reason(Rule::HeapPageReleased);
        return;
    }
    memory_.step(Line::Open, 0, freed.sizeClass, freed.page, freed.block, freed.entry);
    pages_.leave(freed.page, freed.sizeClass);
    pages_.enter(freed.page, freed.sizeClass, ListState::NotFull);
    memory_.reason(Rule::HeapPageOpened, 0, pages_.count(freed.sizeClass, classNotFull),
                   settings_.k);
}

template <class Memory, class Word>
void CompactFit<Memory, Word>::forEachFreeArea(const FreeAreaFunctor& functor) {
    const std::uint64_t ever = memory_.load(books_ + pagesEver);
    for (std::uint64_t number = 0; number < ever; ++number) {
        const std::uint64_t page = memory_.heapStart() + number * settings_.pageSize;
        const ListState state = pages_.state(page);
        if (state == ListState::Free) {
            const std::uint64_t link = 8; // to the next free page
            if (!functor({VirtAddr(page + link),
                          ByteCount(settings_.pageSize - SizeClasses::headerBytes - link)})) {
                return;
            }
            continue;
        }
        if (state != ListState::NotFull && state != ListState::Source) {
            continue;
        }
        const std::uint32_t sizeClass = pages_.sizeClass(page);
        const std::uint64_t bytes = blockBytes(sizeClass);
        std::uint64_t begin = 0;
        const std::uint64_t capacity = classes_.capacity(sizeClass);
        for (std::uint64_t index = 0; index <= capacity; ++index) {
            if (index < capacity && !pages_.inUse(page, index)) {
                continue;
            }
            if (index > begin &&
                !functor({VirtAddr(page + begin * bytes), ByteCount((index - begin) * bytes)})) {
                return;
            }
            begin = index + 1;
        }
    }
    const std::uint64_t fresh = memory_.heapStart() + ever * settings_.pageSize;
    if (fresh < memory_.heapEnd()) {
        functor({VirtAddr(fresh), ByteCount(memory_.heapEnd() - fresh)});
    }
}

} // namespace fragscope::compact_fit
