#pragma once

#include "fragscope/alloc/compact_fit/moving_heap.h"

/// Compact-fit, the moving form: how a block is given out.
namespace fragscope::compact_fit {

template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::targetPage(std::uint32_t sizeClass) {
    switch (settings_.target) {
    case CompactionTarget::Newest:
        return pages_.first(sizeClass, ListState::NotFull);
    case CompactionTarget::Fullest: {
        std::uint64_t best = pages_.first(sizeClass, ListState::NotFull);
        for (std::uint64_t page = best; page != 0; page = pages_.next(page)) {
            memory_.looked();
            if (pages_.used(page) > pages_.used(best)) {
                best = page;
            }
        }
        return best;
    }
    case CompactionTarget::Oldest:
        break;
    }
    return pages_.last(sizeClass, ListState::NotFull);
}

template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::newPage(std::uint64_t bytes, std::uint32_t sizeClass) {
    memory_.step(Line::NewPage, bytes, sizeClass);
    const std::uint64_t page = pages_.take();
    if (page == 0) {
        memory_.reason(Rule::HeapNoBlock, bytes);
        return 0;
    }
    memory_.store(books_ + pagesInUse, memory_.load(books_ + pagesInUse) + 1);
    pages_.prepare(page, sizeClass);
    pages_.enter(page, sizeClass, ListState::NotFull);
    return page;
}

/// A block of the class, its bit set; 0 if there is no page.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::takeBlock(std::uint64_t bytes, std::uint32_t sizeClass) {
    memory_.step(Line::Page, bytes, sizeClass);
    std::uint64_t page = targetPage(sizeClass);
    memory_.looked();
    const bool fresh = page == 0;
    if (fresh) {
        page = newPage(bytes, sizeClass);
        if (page == 0) {
            return 0;
        }
    }
    memory_.step(Line::Block, bytes, sizeClass, page);
    const std::uint64_t index = pages_.takeLowestFree(page);
    const std::uint32_t used = pages_.used(page) + 1;
    pages_.setUsed(page, used);
    if (used >= classes_.capacity(sizeClass)) {
        memory_.step(Line::Full, bytes, sizeClass, page, index);
        pages_.leave(page, sizeClass);
        pages_.enter(page, sizeClass, ListState::Full);
    }
    memory_.reason(fresh ? Rule::HeapNewPage : Rule::HeapPageBlock, bytes, pages_.numberOf(page),
                   index);
    return page + index * blockBytes(sizeClass);
}

/// A handle of a block that was taken: its entry, and the block's owner.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::handleFor(std::uint64_t bytes,
                                                  std::uint32_t sizeClass,
                                                  std::uint64_t block,
                                                  std::uint64_t mark) {
    if (direct()) {
        return block;
    }
    const std::uint64_t page = pages_.pageOf(block);
    memory_.step(Line::Entry, bytes, sizeClass, page, block);
    const std::uint64_t entry = takeEntry();
    if (entry == 0) {
        freeBlock(at(0, block));
        memory_.reason(Rule::HeapTableFull, bytes);
        return refused;
    }
    memory_.store(entry, block | mark);
    memory_.step(Line::Owner, bytes, sizeClass, page, block, entry);
    memory_.template store<Word>(ownerAt(block, sizeClass), static_cast<Word>(entry));
    if (inParts(blockBytes(sizeClass))) {
        setPartition(block, sizeClass, 0);
    }
    return entry;
}

template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::allocateLarge(std::uint64_t bytes) {
    const std::uint64_t pieces = (bytes + classes_.pageData() - 1) / classes_.pageData();
    memory_.step(Line::Pieces, bytes);
    const std::uint32_t spineClass =
        pieces <= 2000 ? classes_.classOfRequest(8 + 8 * pieces) : SizeClasses::none;
    if (spineClass == SizeClasses::none) {
        memory_.reason(Rule::HeapTooLarge, bytes, 2000 * classes_.pageData());
        return refused;
    }
    const std::uint64_t spine = takeBlock(bytes, spineClass);
    if (spine == 0) {
        return refused;
    }
    memory_.store(spine, 0);
    if (fillSpine(bytes, spine, pieces) < pieces) {
        freePieces(spine);
        freeBlock(at(0, spine));
        return refused;
    }
    return handleFor(bytes, spineClass, spine, spineMark);
}

/// Number of pieces that were there to be had.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::fillSpine(std::uint64_t bytes,
                                                  std::uint64_t spine,
                                                  std::uint64_t pieces) {
    for (std::uint64_t piece = 0; piece < pieces; ++piece) {
        memory_.step(Line::Pieces, bytes, classes_.count() - 1, 0, spine);
        const std::uint64_t block = takeBlock(bytes, classes_.count() - 1);
        if (block == 0) {
            return piece;
        }
        memory_.store(spine + 8 + 8 * piece, block);
        memory_.store(spine, piece + 1);
    }
    return pieces;
}

template <class Memory, class Word> std::uint64_t CompactFit<Memory, Word>::takeEntry() {
    const std::uint64_t first = memory_.load(books_ + freeEntry);
    if (first != 0) {
        memory_.store(books_ + freeEntry, memory_.load(first));
        return first;
    }
    const std::uint64_t ever = memory_.load(books_ + entriesEver);
    if (ever == entries_) {
        return 0;
    }
    memory_.store(books_ + entriesEver, ever + 1);
    return books_ + tableAt + ever * entryBytes;
}

template <class Memory, class Word> void CompactFit<Memory, Word>::giveEntry(std::uint64_t entry) {
    if (entry == 0) {
        return;
    }
    memory_.step(Line::Give, 0, 0, 0, 0, entry);
    memory_.store(entry, memory_.load(books_ + freeEntry));
    memory_.store(books_ + freeEntry, entry);
}

} // namespace fragscope::compact_fit
