#pragma once

#include "fragscope/alloc/allocators/tagged_layout.h"
#include "fragscope/alloc/heap.h"

#include <algorithm>

namespace fragscope {

/// Blocks with boundary tags that tile a heap, and lists of the free ones: what sequential fits,
/// quick fit and segregated storage have in common. Source: Knuth, TAOCP 1, 2.5, Algorithm C.
/// Functions that write take the line of the listing that they belong to; locals of all listings
/// begin with the block and its length.
/// Throws HeapDamaged where a word cannot be what it must be.
template <class Memory> class TaggedBlocks {
public:
    static constexpr std::uint64_t none = TaggedLayout::none;

    /// Where the head of a list lies, and its tail if it has one (else 0).
    struct List {
        std::uint64_t head;
        std::uint64_t tail = 0;
    };

    TaggedBlocks(const TaggedLayout& layout, Memory& memory)
        : layout_(layout), memory_(memory), first_(layout.first(memory.heapStart())),
          shadow_(memory.books() + layout.controlBytes),
          mask_((layout.granule & (layout.granule - 1)) == 0 ? layout.granule - 1 : 0) {}

    [[nodiscard]] std::uint64_t first() const { return first_; }

    /// Where the last block ends.
    [[nodiscard]] std::uint64_t end() const {
        const std::uint64_t own = layout_.inBand ? TaggedLayout::endBytes : 0;
        const std::uint64_t room = memory_.heapEnd() - first_ - own;
        if (mask_ != 0 && room < memory_.heapEnd()) {
            return first_ + (room & ~mask_); // as below, without a division
        }
        return layout_.end(memory_.heapStart(), memory_.heapEnd());
    }

    /// The heap becomes one free block, in no list; or none, if it is too small.
    TaggedBlock initialise() {
        const TaggedBlock all{first_, end() - first_};
        memory_.store(words(end()), TaggedLayout::usedBit);
        memory_.store(words(first_) + TaggedLayout::beforeOffset, 0);
        if (all.length < layout_.least) {
            return {};
        }
        writeFree(all);
        return all;
    }

    // ---- words ----
    [[nodiscard]] std::uint64_t tag(std::uint64_t block) { return memory_.load(words(block)); }

    [[nodiscard]] std::uint64_t next(std::uint64_t block) {
        return memory_.load(words(block) + TaggedLayout::nextOffset);
    }

    [[nodiscard]] std::uint64_t previous(std::uint64_t block) {
        return memory_.load(words(block) + TaggedLayout::previousOffset);
    }

    [[nodiscard]] static bool isUsed(std::uint64_t tag) {
        return (tag & TaggedLayout::usedBit) != 0;
    }

    /// Length of the block, which must be free.
    [[nodiscard]] std::uint64_t freeLength(std::uint64_t block) {
        checkPlace(block);
        const std::uint64_t tag = this->tag(block);
        checkLength(block, tag);
        return tag;
    }

    /// Length of the block, which must be in use; also where a program frees what it does not have.
    [[nodiscard]] std::uint64_t usedLength(std::uint64_t block) {
        checkPlace(block);
        const std::uint64_t tag = this->tag(block);
        checkLength(block, tag ^ TaggedLayout::usedBit);
        return tag ^ TaggedLayout::usedBit;
    }

    /// Tag of a block that may be free or in use.
    [[nodiscard]] std::uint64_t anyTag(std::uint64_t block) {
        const std::uint64_t tag = this->tag(block);
        checkLength(block, tag & TaggedLayout::lengthMask);
        return tag;
    }

    void writeFree(TaggedBlock block) {
        memory_.store(words(block.at), block.length);
        memory_.store(words(block.at + block.length) + TaggedLayout::beforeOffset, block.length);
    }

    void writeUsed(TaggedBlock block) {
        memory_.store(words(block.at), block.length | TaggedLayout::usedBit);
        memory_.store(words(block.at + block.length) + TaggedLayout::beforeOffset, block.length);
    }

    // ---- lists ----
    /// `block` comes behind `front` (none: first of all).
    template <class Line>
    void insertBehind(Line line, const List& list, TaggedBlock block, std::uint64_t front) {
        memory_.step(line, block.at, block.length);
        const std::uint64_t following = front == none ? memory_.load(list.head) : next(front);
        setNext(block.at, following);
        setPrevious(block.at, front);
        memory_.step(line, block.at, block.length);
        joinLinks(list, front, block.at);
        if (following != none) {
            memory_.step(line, block.at, block.length);
            setPrevious(checkedPlace(following), block.at);
        } else if (list.tail != 0) {
            memory_.step(line, block.at, block.length);
            memory_.store(list.tail, block.at);
        }
    }

    /// Takes the block out; returns the one that was in front of it.
    template <class Line> std::uint64_t unlink(Line line, const List& list, TaggedBlock block) {
        memory_.step(line, block.at, block.length);
        const std::uint64_t following = next(block.at);
        const std::uint64_t front = previous(block.at);
        checkLinks(list, block.at, front, following);
        memory_.step(line, block.at, block.length);
        joinLinks(list, front, following);
        if (following != none) {
            memory_.step(line, block.at, block.length);
            setPrevious(following, front);
        } else if (list.tail != 0) {
            memory_.step(line, block.at, block.length);
            memory_.store(list.tail, front);
        }
        return front;
    }

    /// `rest` takes the place of `block` in the list.
    template <class Line>
    void replace(Line line, const List& list, TaggedBlock block, TaggedBlock rest) {
        const std::uint64_t front = unlink(line, list, block);
        insertBehind(line, list, rest, front);
    }

    // ---- neighbours ----
    /// The free blocks beside `block` go out of their lists, by unlink(TaggedBlock), and become
    /// part of it. Writes no tags.
    template <class Line, class Unlink>
    TaggedBlock merged(Line behind, Line inFront, TaggedBlock block, const Unlink& unlink) {
        memory_.step(behind, block.at, block.length);
        const std::uint64_t follower = block.at + block.length;
        const std::uint64_t tagBehind = tag(follower);
        if (!isUsed(tagBehind)) {
            checkLength(follower, tagBehind);
            unlink(TaggedBlock{follower, tagBehind});
            block.length += tagBehind;
        }
        memory_.step(inFront, block.at, block.length);
        const TaggedBlock front = before(block.at);
        if (front.at != none && !isUsed(tag(front.at))) {
            unlink(front);
            block = {front.at, front.length + block.length};
        }
        return block;
    }

    /// The block in front of `place`, none for the first. Its tag must agree.
    [[nodiscard]] TaggedBlock before(std::uint64_t place) {
        const std::uint64_t at = words(place) + TaggedLayout::beforeOffset;
        const std::uint64_t length = memory_.load(at);
        if (place == first_ && length == 0) {
            return {};
        }
        if (length == 0 || length > place - first_ || (length & mask_) != 0 ||
            (tag(place - length) & TaggedLayout::lengthMask) != length) {
            throw HeapDamaged{VirtAddr(at), length};
        }
        return {place - length, length};
    }

    /// The heap grows so that a block of `wanted` bytes fits at its end: that block, free and in no
    /// list; a free last block becomes part of it if `join`. None if growth is refused.
    template <class Line, class Unlink>
    TaggedBlock grow(Line line, std::uint64_t wanted, bool join, const Unlink& unlink) {
        const std::uint64_t oldEnd = end();
        memory_.step(line, oldEnd, wanted);
        TaggedBlock last = before(oldEnd);
        if (!join || last.at == none || isUsed(tag(last.at)) || last.length >= wanted) {
            last = {oldEnd, 0};
        }
        if (!memory_.grow(growthFor(wanted - last.length))) {
            return {};
        }
        if (last.length != 0) {
            unlink(last);
        }
        memory_.step(line, oldEnd, wanted);
        memory_.store(words(end()), TaggedLayout::usedBit);
        const TaggedBlock made{last.at, end() - last.at};
        memory_.step(line, made.at, made.length);
        writeFree(made);
        return made;
    }

    /// Calls functor(FreeArea) for what lies behind the words of each free block; false ends it.
    template <class Functor> void forEachFree(const Functor& functor) {
        const std::uint64_t own = layout_.inBand ? TaggedLayout::wordsOfBlock : 0;
        const std::uint64_t last = end();
        std::uint64_t block = first_;
        while (block < last) {
            const std::uint64_t tag = anyTag(block);
            const std::uint64_t length = tag & TaggedLayout::lengthMask;
            const bool free = !isUsed(tag) || (tag & TaggedLayout::listedBit) != 0;
            if (free && length > own &&
                !functor(FreeArea{VirtAddr(block + own), ByteCount(length - own)})) {
                return;
            }
            block += length;
        }
    }

    /// Most blocks that the heap can hold: no list is longer.
    [[nodiscard]] std::uint64_t mostBlocks() const { return (end() - first_) / layout_.granule; }

private:
    [[nodiscard]] std::uint64_t words(std::uint64_t block) const {
        return layout_.inBand
                   ? block
                   : shadow_ + (block - first_) / layout_.granule * TaggedLayout::wordsOfBlock;
    }

    void setNext(std::uint64_t block, std::uint64_t to) {
        memory_.store(words(block) + TaggedLayout::nextOffset, to);
    }

    void setPrevious(std::uint64_t block, std::uint64_t to) {
        memory_.store(words(block) + TaggedLayout::previousOffset, to);
    }

    /// The list leads from `front` (none: its head) to `to`.
    void joinLinks(const List& list, std::uint64_t front, std::uint64_t to) {
        if (front == none) {
            memory_.store(list.head, to);
        } else {
            setNext(front, to);
        }
    }

    /// Both neighbours in the list must lead to the block.
    void checkLinks(const List& list,
                    std::uint64_t block,
                    std::uint64_t front,
                    std::uint64_t following) {
        const std::uint64_t led =
            front == none ? memory_.load(list.head) : next(checkedPlace(front));
        if (led != block) {
            throw HeapDamaged{VirtAddr(words(block) + TaggedLayout::previousOffset), front};
        }
        if (following != none && previous(checkedPlace(following)) != block) {
            throw HeapDamaged{VirtAddr(words(block) + TaggedLayout::nextOffset), following};
        }
    }

    void checkPlace(std::uint64_t block) const {
        if (block - first_ >= end() - first_ || ((block - first_) & mask_) != 0) {
            throw HeapDamaged{VirtAddr(block), block};
        }
    }

    [[nodiscard]] std::uint64_t checkedPlace(std::uint64_t block) const {
        checkPlace(block);
        return block;
    }

    void checkLength(std::uint64_t block, std::uint64_t length) const {
        if (length == 0 || length > end() - block || (length & mask_) != 0) {
            throw HeapDamaged{VirtAddr(words(block)), length};
        }
    }

    /// Whole pages; what is left up to the limit if that is enough.
    [[nodiscard]] std::uint64_t growthFor(std::uint64_t missing) const {
        const std::uint64_t partly = pageBytes % layout_.granule != 0 ? layout_.granule : 0;
        const std::uint64_t room =
            memory_.heapStart() + memory_.plan().heapLimit - memory_.heapEnd();
        const std::uint64_t pages = roundUp(missing + partly, pageBytes);
        return room >= missing + partly ? std::min(pages, room) : pages;
    }

    TaggedLayout layout_;
    Memory& memory_;
    std::uint64_t first_;
    std::uint64_t shadow_; ///< where the words of blocks begin in the books
    std::uint64_t mask_;   ///< bits that no length has; 0 where granules are no power of two
};

} // namespace fragscope
