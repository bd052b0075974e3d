#pragma once

#include "fragscope/alloc/compact_fit/moving_heap.h"

/// Compact-fit, the moving form: partial compaction, whole or in parts.
namespace fragscope::compact_fit {

template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::emptiest(std::uint32_t sizeClass, ListState list) {
    std::uint64_t best = pages_.first(sizeClass, list);
    for (std::uint64_t page = best; page != 0; page = pages_.next(page)) {
        memory_.looked();
        if (pages_.used(page) < pages_.used(best)) {
            best = page;
        }
    }
    return best;
}

/// The page that a block is taken out of: one that others are copied out of already, or one of the
/// not-full pages. It is a source page (emptying, if that was its last block) afterwards.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::sourcePage(std::uint32_t sizeClass) {
    std::uint64_t page = pages_.first(sizeClass, ListState::Source);
    const bool fresh = page == 0;
    if (fresh) {
        page = settings_.source == CompactionSource::Newest
                   ? pages_.first(sizeClass, ListState::NotFull)
               : settings_.source == CompactionSource::Oldest
                   ? pages_.last(sizeClass, ListState::NotFull)
                   : emptiest(sizeClass, ListState::NotFull);
    }
    const std::uint32_t used = pages_.used(page) - 1;
    pages_.setUsed(page, used);
    pages_.addPending(page, 1);
    if (fresh || used == 0) {
        pages_.leave(page, sizeClass);
        pages_.enter(page, sizeClass, used == 0 ? ListState::Emptying : ListState::Source);
    }
    return page;
}

/// One copy out of the page is over.
template <class Memory, class Word>
void CompactFit<Memory, Word>::leaveSource(std::uint64_t page, std::uint32_t sizeClass) {
    pages_.addPending(page, ~std::uint32_t{0});
    if (pages_.pending(page) != 0) {
        return;
    }
    if (pages_.used(page) == 0) {
        return releasePage(page, sizeClass);
    }
    pages_.leave(page, sizeClass);
    pages_.enter(page, sizeClass, ListState::NotFull);
}

template <class Memory, class Word>
void CompactFit<Memory, Word>::finishSource(std::uint64_t source, std::uint32_t sizeClass) {
    const std::uint64_t page = pages_.pageOf(source);
    memory_.step(Line::Return, 0, sizeClass, 0, 0, 0, page);
    leaveSource(page, sizeClass);
}

/// The moved block is reached at its new place from here on.
template <class Memory, class Word>
void CompactFit<Memory, Word>::patch(std::uint64_t source,
                                     std::uint64_t target,
                                     std::uint32_t sizeClass) {
    const std::uint64_t entry = memory_.template load<Word>(ownerAt(target, sizeClass));
    memory_.step(Line::Patch, 0, sizeClass, pages_.pageOf(target), target, entry,
                 pages_.pageOf(source));
    memory_.store(entry, target | (memory_.load(entry) & marks & spineMark));
    memory_.moved(source, target, blockBytes(sizeClass));
}

/// If the chosen block is itself the target of a copy under way, that copy is given up, and its
/// source is the source from here on.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::originalOf(std::uint64_t source, std::uint32_t sizeClass) {
    const std::uint64_t original = memory_.template load<Word>(partitionAt(source, sizeClass));
    if (original == 0) {
        return source;
    }
    for (std::uint64_t slot = 0; slot < mostMoves; ++slot) {
        const std::uint64_t move = moveAt(books_, slot);
        if (memory_.load(move + moveTarget) == source) {
            const std::uint64_t entry = memory_.load(move + moveEntry);
            memory_.store(entry, memory_.load(entry) | abortedByCompaction);
            memory_.aborted(false);
        }
    }
    setPartition(source, sizeClass, 0);
    leaveSource(pages_.pageOf(source), sizeClass);
    return original;
}

/// Case 2: the gap is filled with a block of another page; the full page stays full.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::compact(const Freed& freed) {
    const std::uint64_t page = sourcePage(freed.sizeClass);
    memory_.step(Line::Source, 0, freed.sizeClass, freed.page, freed.block, freed.entry, page);
    const std::uint64_t bytes = blockBytes(freed.sizeClass);
    const std::uint64_t index = pages_.lowestUsed(page);
    pages_.clearBit(page, index);
    std::uint64_t source = page + index * bytes;
    const std::uint64_t number = pages_.numberOf(page);
    if (inParts(bytes)) {
        source = originalOf(source, freed.sizeClass);
        const std::uint64_t move = startMove(freed, source);
        memory_.reason(Rule::HeapCompacts, 0, number, settings_.k);
        return move;
    }
    memory_.step(Line::Copy, bytes, freed.sizeClass, freed.page, freed.block, freed.entry, page);
    memory_.copy(freed.block, source, bytes);
    patch(source, freed.block, freed.sizeClass);
    finishSource(source, freed.sizeClass);
    giveEntry(freed.entry);
    memory_.reason(Rule::HeapCompacts, 0, number, settings_.k);
    return 0;
}

/// A record of the move; the first part is not copied yet. With all records taken the oldest move
/// is ended first.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::startMove(const Freed& freed, std::uint64_t source) {
    std::uint64_t move = moveAt(books_, 0);
    for (std::uint64_t slot = 0; slot < mostMoves; ++slot) {
        move = moveAt(books_, slot);
        if (memory_.load(move + moveTarget) == 0) {
            break;
        }
    }
    while (memory_.load(move + moveTarget) != 0) {
        advance(move);
    }
    memory_.store(move + moveSource, source);
    memory_.store(move + moveDone, 0);
    memory_.store(move + moveClass, freed.sizeClass);
    memory_.store(move + moveEntry, freed.entry);
    memory_.store(move + moveTarget, freed.block);
    advance(move); // the first part belongs to the free itself
    return memory_.load(move + moveTarget) != 0 ? move : 0;
}

/// The next part of a move; false when it is over, done or given up.
template <class Memory, class Word> bool CompactFit<Memory, Word>::advance(std::uint64_t move) {
    const std::uint64_t target = memory_.load(move + moveTarget);
    const std::uint64_t source = memory_.load(move + moveSource);
    const std::uint64_t done = memory_.load(move + moveDone);
    const auto sizeClass = static_cast<std::uint32_t>(memory_.load(move + moveClass));
    const std::uint64_t entry = memory_.load(move + moveEntry);
    if (target == 0) {
        return false;
    }
    if ((memory_.load(entry) & abortMarks) != 0) {
        memory_.reason(Rule::HeapCopyAborted);
        memory_.store(move + moveTarget, 0);
        giveEntry(entry);
        return false;
    }
    const std::uint64_t bytes = blockBytes(sizeClass);
    const std::uint64_t part = std::min(settings_.increment, bytes - done);
    memory_.step(Line::Copy, bytes, sizeClass, pages_.pageOf(target), target, entry,
                 pages_.pageOf(source), done);
    memory_.copy(target + done, source + done, part);
    if (done + part < bytes) {
        memory_.store(move + moveDone, done + part);
        setPartition(target, sizeClass, source);
        setPartition(source, sizeClass, target);
        return true;
    }
    setPartition(target, sizeClass, 0);
    patch(source, target, sizeClass);
    memory_.store(move + moveTarget, 0);
    finishSource(source, sizeClass);
    giveEntry(entry);
    return false;
}

/// The freed block is being copied: its copy is given up, and the slot that it would have filled is
/// freed in its place.
template <class Memory, class Word>
void CompactFit<Memory, Word>::abortByFree(const Freed& freed, std::uint64_t target) {
    const std::uint32_t sizeClass = freed.sizeClass;
    for (std::uint64_t slot = 0; slot < mostMoves; ++slot) {
        const std::uint64_t move = moveAt(books_, slot);
        if (memory_.load(move + moveTarget) == target) {
            const std::uint64_t entry = memory_.load(move + moveEntry);
            memory_.store(entry, memory_.load(entry) | abortedByFree);
            memory_.aborted(true);
        }
    }
    setPartition(target, sizeClass, 0);
    leaveSource(freed.page, sizeClass);
    const std::uint64_t move = freeBlock(at(freed.entry, target));
    while (move != 0 && advance(move)) {
    }
}

} // namespace fragscope::compact_fit
