#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/allocators/sliding_layout.h"
#include "fragscope/alloc/heap_size.h"
#include "fragscope/alloc/memory/backing_reader.h"

#include <array>

/// A contiguous heap that compaction keeps without holes: after each free, when a request fails, or
/// never. Blocks in use slide down over the holes and keep their order, or the last ones fill the
/// first holes (two fingers). Moved blocks are found through a table, or by rewriting every
/// reference of the program, which are all in one array here. Source: seed 003, the two extremes
/// that it rejects; Jones, Hosking, Moss, The Garbage Collection Handbook, chapter 3 (two fingers,
/// and the three passes of Lisp 2).
namespace fragscope {

using namespace sliding_layout;

namespace {

enum class Line : std::uint16_t {
    Search = 1,
    Top,
    Take,
    Split,
    Entry,
    Full,
    Free,
    Join,
    Walk,
    Forward,
    Rewrite,
    Move,
    Patch,
    End
};

constexpr std::array<std::string_view, 14> lines{
    "malloc(size): the first hole that holds it, by address",
    "none: is there room above the last block?",
    "the block begins here: its size, in use",
    "what is left of the hole is a smaller hole behind it",
    "a reference of the program, or an entry of the table, leads to the block",
    "no room: slide blocks together, and look again",
    "free(entry): the block becomes a hole; the entry is free again",
    "a hole behind it becomes part of it",
    "compact: look at the next block, from the lowest hole upwards",
    "without a table: note in the block where it will lie",
    "without a table: look at each reference of the program; rewrite it if its block moves",
    "copy the block to the end of the compact part",
    "with a table: change the block's entry",
    "all that is free lies above the last block now",
};

constexpr std::array<std::string_view, 6> names{"size_bytes", "block",      "length_bytes",
                                                "entry",      "compact_to", "top"};

const Listing listingOfSliding{ListingId::SlidingHeap, "sliding", "Sliding heap", lines, names};

template <class Memory> class Sliding final : public Allocator {
public:
    Sliding(const AllocatorSettings& settings, Memory& memory)
        : memory_(memory), settings_(settings), books_(memory.books()),
          entries_(entriesOf(settings)) {}

    void initialise() override {
        memory_.store(books_ + topAt, memory_.heapStart());
        memory_.store(books_ + entriesEverAt, 0);
        memory_.store(books_ + freeEntryAt, 0);
    }

    std::uint64_t allocate(std::uint64_t bytes) override;
    void release(std::uint64_t handle) override;

    std::uint64_t addressOf(std::uint64_t handle) override { return memory_.load(handle); }

    void forEachFreeArea(const FreeAreaFunctor& functor) override {
        const std::uint64_t top = memory_.load(books_ + topAt);
        for (std::uint64_t block = memory_.heapStart(); block < top;) {
            const std::uint64_t word = sizeWord(block);
            const std::uint64_t length = lengthOf(word);
            if (!isUsed(word) &&
                !functor({VirtAddr(block + headerBytes), ByteCount(length - headerBytes)})) {
                return;
            }
            block += length;
        }
        if (top < memory_.heapEnd()) {
            functor({VirtAddr(top), ByteCount(memory_.heapEnd() - top)});
        }
    }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode(reader, extent,
                      settings_.slide == SlideWhen::AfterFree &&
                          settings_.manner == SlideManner::Sliding,
                      settings_.references == SlideReferences::Table);
    }

    [[nodiscard]] std::uint64_t footprint(const ArenaReader& reader,
                                          const HeapExtent& extent) const override {
        return reader.word(VirtAddr(extent.books + topAt)) - extent.start;
    }

    [[nodiscard]] bool takesChunks() const override { return true; }

    [[nodiscard]] const Listing& listing() const override { return listingOfSliding; }

private:
    [[nodiscard]] bool hasTable() const { return settings_.references == SlideReferences::Table; }

    /// The first word of a block: length, and whether it is in use. Checked, for an application may
    /// have written over it.
    std::uint64_t sizeWord(std::uint64_t block) {
        const std::uint64_t word = memory_.load(block);
        if (!isSound(word, block, memory_.heapEnd())) {
            throw HeapDamaged{VirtAddr(block), word};
        }
        return word;
    }

    [[nodiscard]] std::uint64_t lengthFor(std::uint64_t bytes) const {
        const std::uint64_t unit = std::max(settings_.alignment, heapGranule);
        return roundUp(headerBytes + std::max<std::uint64_t>(bytes, 1) * settings_.unit, unit);
    }

    std::uint64_t findHole(std::uint64_t bytes, std::uint64_t length);
    std::uint64_t takeTop(std::uint64_t bytes, std::uint64_t length);
    std::uint64_t takeEntry();
    std::uint64_t give(std::uint64_t bytes, std::uint64_t block, std::uint64_t length);
    std::uint64_t join(std::uint64_t block, std::uint64_t length);
    void compact(std::uint64_t from);
    void slide(std::uint64_t from);
    void forward(std::uint64_t from);
    void rewrite();
    void twoFinger();
    std::uint64_t lastUsed(std::uint64_t above);
    bool fillHole(std::uint64_t hole, std::uint64_t length);
    void move(std::uint64_t block, std::uint64_t to, std::uint64_t length);
    void setTop(std::uint64_t top);

    Memory& memory_;
    AllocatorSettings settings_;
    std::uint64_t books_;
    std::uint64_t entries_; ///< room for handles
};

// ---- allocation -----------------------------------------------------------------------------

template <class Memory> std::uint64_t Sliding<Memory>::allocate(std::uint64_t bytes) {
    if (bytes > memory_.plan().heapLimit) {
        memory_.reason(Rule::HeapNoBlock, bytes);
        return refused;
    }
    const std::uint64_t length = lengthFor(bytes);
    std::uint64_t block = 0;
    for (int attempt = 0; attempt < 2 && block == 0; ++attempt) {
        // a heap that slides after each free has no holes
        block = settings_.slide == SlideWhen::AfterFree ? 0 : findHole(bytes, length);
        if (block == 0) {
            block = takeTop(bytes, length);
        }
        if (block == 0 && (attempt == 1 || settings_.slide != SlideWhen::OnFailure)) {
            memory_.reason(Rule::HeapNoBlock, bytes);
            return refused;
        }
        if (block == 0) {
            memory_.step(Line::Full, bytes);
            compact(memory_.heapStart());
        }
    }
    return give(bytes, block, length);
}

/// First fit over the holes; the rest stays a hole. 0 if none is large enough.
template <class Memory>
std::uint64_t Sliding<Memory>::findHole(std::uint64_t bytes, std::uint64_t length) {
    memory_.step(Line::Search, bytes, memory_.heapStart());
    const std::uint64_t top = memory_.load(books_ + topAt);
    for (std::uint64_t block = memory_.heapStart(); block < top;) {
        memory_.step(Line::Search, bytes, block);
        const std::uint64_t word = sizeWord(block);
        memory_.looked();
        const std::uint64_t room = isUsed(word) ? lengthOf(word) : join(block, lengthOf(word));
        if (!isUsed(word) && room >= length) {
            const std::uint64_t rest = room - length;
            if (rest != 0) {
                memory_.step(Line::Split, bytes, block, length);
                memory_.store(block + length, rest);
            }
            memory_.reason(Rule::HeapFirstFit, bytes, room);
            return block;
        }
        if (room == 0) {
            return 0; // free up to the top, which is lower now
        }
        block += room;
    }
    return 0;
}

template <class Memory>
std::uint64_t Sliding<Memory>::takeTop(std::uint64_t bytes, std::uint64_t length) {
    memory_.step(Line::Top, bytes, 0, length);
    const std::uint64_t top = memory_.load(books_ + topAt);
    if (length > memory_.heapEnd() - top &&
        !memory_.grow(roundUp(length - (memory_.heapEnd() - top), pageBytes))) {
        return 0;
    }
    setTop(top + length);
    memory_.reason(Rule::HeapFromTop, bytes, memory_.heapEnd() - top - length);
    return top;
}

template <class Memory>
std::uint64_t
Sliding<Memory>::give(std::uint64_t bytes, std::uint64_t block, std::uint64_t length) {
    memory_.step(Line::Take, bytes, block, length);
    memory_.store(block, length | usedBit);
    memory_.step(Line::Entry, bytes, block, length);
    const std::uint64_t entry = takeEntry();
    if (entry == 0) {
        memory_.store(block, length);
        memory_.reason(Rule::HeapTableFull, bytes);
        return refused;
    }
    memory_.store(entry, block + headerBytes);
    memory_.store(block + ownerAt, entry);
    return entry;
}

template <class Memory> std::uint64_t Sliding<Memory>::takeEntry() {
    const std::uint64_t first = memory_.load(books_ + freeEntryAt);
    if (first != 0) {
        memory_.store(books_ + freeEntryAt, memory_.load(first) & ~freeMark);
        return first;
    }
    const std::uint64_t ever = memory_.load(books_ + entriesEverAt);
    if (ever == entries_) {
        return 0;
    }
    memory_.store(books_ + entriesEverAt, ever + 1);
    return books_ + tableAt + ever * 8;
}

// ---- release --------------------------------------------------------------------------------

template <class Memory> void Sliding<Memory>::release(std::uint64_t handle) {
    memory_.step(Line::Free, 0, 0, 0, handle);
    const std::uint64_t block = memory_.load(handle) - headerBytes;
    const std::uint64_t word = sizeWord(block);
    if (!isUsed(word)) {
        throw HeapDamaged{VirtAddr(block), word};
    }
    const std::uint64_t length = lengthOf(word);
    memory_.store(block, length);
    memory_.store(handle, memory_.load(books_ + freeEntryAt) | freeMark);
    memory_.store(books_ + freeEntryAt, handle);
    memory_.reason(Rule::HeapFreed, length);
    join(block, length);
    if (settings_.slide == SlideWhen::AfterFree) {
        compact(block);
    }
}

/// Holes behind a hole become part of it; its length then. At the top they are no holes any more:
/// 0. Holes in front are joined when a search comes by.
template <class Memory>
std::uint64_t Sliding<Memory>::join(std::uint64_t block, std::uint64_t length) {
    const std::uint64_t top = memory_.load(books_ + topAt);
    std::uint64_t end = block + length;
    while (end < top) {
        memory_.step(Line::Join, 0, block, end - block);
        const std::uint64_t word = sizeWord(end);
        if (isUsed(word)) {
            break;
        }
        end += lengthOf(word);
    }
    if (end >= top) {
        setTop(block);
        return 0;
    }
    if (end != block + length) {
        memory_.store(block, end - block);
        memory_.reason(Rule::HeapMerged, end - block);
    }
    return end - block;
}

template <class Memory> void Sliding<Memory>::setTop(std::uint64_t top) {
    memory_.store(books_ + topAt, top);
}

// ---- compaction -----------------------------------------------------------------------------

template <class Memory> void Sliding<Memory>::compact(std::uint64_t from) {
    if (settings_.manner == SlideManner::TwoFinger) {
        return twoFinger();
    }
    if (!hasTable()) {
        forward(from);
        rewrite();
    }
    slide(from);
}

/// Where each block will lie, in its own owner word: the first pass of Lisp 2.
template <class Memory> void Sliding<Memory>::forward(std::uint64_t from) {
    const std::uint64_t top = memory_.load(books_ + topAt);
    std::uint64_t to = from;
    for (std::uint64_t block = from; block < top;) {
        memory_.step(Line::Forward, 0, block, 0, 0, to);
        const std::uint64_t word = sizeWord(block);
        if (isUsed(word)) {
            memory_.store(block + ownerAt, to);
            to += lengthOf(word);
        }
        block += lengthOf(word);
    }
}

/// Each reference that the program has. With the mistake the first that should change does not.
template <class Memory> void Sliding<Memory>::rewrite() {
    bool forgets = settings_.references == SlideReferences::OneForgotten;
    const std::uint64_t ever = memory_.load(books_ + entriesEverAt);
    for (std::uint64_t number = 0; number < ever; ++number) {
        const std::uint64_t slot = books_ + tableAt + number * 8;
        memory_.step(Line::Rewrite, 0, 0, 0, slot);
        const std::uint64_t reference = memory_.load(slot);
        if ((reference & freeMark) != 0) {
            continue;
        }
        const std::uint64_t block = reference - headerBytes;
        const std::uint64_t to = memory_.load(block + ownerAt);
        if (to == block || to < memory_.heapStart() || to >= memory_.heapEnd()) {
            continue; // below the lowest hole: its owner word is older
        }
        if (forgets) {
            forgets = false;
            continue;
        }
        memory_.store(slot, to + headerBytes);
    }
}

template <class Memory> void Sliding<Memory>::slide(std::uint64_t from) {
    const std::uint64_t top = memory_.load(books_ + topAt);
    std::uint64_t to = from;
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;
    for (std::uint64_t block = from; block < top;) {
        memory_.step(Line::Walk, 0, block, 0, 0, to, top);
        const std::uint64_t word = sizeWord(block);
        const std::uint64_t length = lengthOf(word);
        if (isUsed(word)) {
            if (block != to) {
                move(block, to, length);
                blocks += 1;
                bytes += length;
            }
            to += length;
        }
        block += length;
    }
    memory_.step(Line::End, 0, 0, 0, 0, to, top);
    setTop(to);
    if (blocks != 0) {
        memory_.reason(Rule::HeapSlides, 0, blocks, bytes);
    }
}

template <class Memory>
void Sliding<Memory>::move(std::uint64_t block, std::uint64_t to, std::uint64_t length) {
    memory_.step(Line::Move, 0, block, length, 0, to);
    memory_.copy(to, block, length);
    memory_.moved(block + headerBytes, to + headerBytes, length);
    if (hasTable()) {
        const std::uint64_t entry = memory_.load(to + ownerAt);
        memory_.step(Line::Patch, 0, to, length, entry);
        memory_.store(entry, to + headerBytes);
    }
}

/// The highest block in use above an address, found by a walk from the address; 0 = none.
template <class Memory> std::uint64_t Sliding<Memory>::lastUsed(std::uint64_t above) {
    const std::uint64_t top = memory_.load(books_ + topAt);
    std::uint64_t last = 0;
    for (std::uint64_t block = above; block < top;) {
        memory_.step(Line::Walk, 0, block, 0, 0, above, top);
        const std::uint64_t word = sizeWord(block);
        last = isUsed(word) ? block : last;
        block += lengthOf(word);
    }
    return last;
}

/// The last block into the hole, if it fits: one finger comes from below, one from above. With
/// blocks of different sizes holes may be left.
template <class Memory> bool Sliding<Memory>::fillHole(std::uint64_t hole, std::uint64_t length) {
    const std::uint64_t block = lastUsed(hole + length);
    if (block == 0) {
        memory_.step(Line::End, 0, hole, length);
        setTop(hole);
        return false;
    }
    const std::uint64_t bytes = lengthOf(sizeWord(block));
    if (bytes > length) {
        return true;
    }
    move(block, hole, bytes);
    if (bytes < length) {
        memory_.step(Line::Split, 0, hole, bytes);
        memory_.store(hole + bytes, length - bytes);
    }
    setTop(block);
    return true;
}

template <class Memory> void Sliding<Memory>::twoFinger() {
    std::uint64_t block = memory_.heapStart();
    while (block < memory_.load(books_ + topAt)) {
        const std::uint64_t word = sizeWord(block);
        if (!isUsed(word) && !fillHole(block, lengthOf(word))) {
            return;
        }
        block += lengthOf(sizeWord(block));
    }
}

} // namespace

MemoryPlan planSliding(const AllocatorSettings& settings) {
    MemoryPlan plan = growingPlan(settings, tableAt + entriesOf(settings) * 8);
    if (settings.heapLimit == 0) {
        plan.heapLimit = settings.heapSize;
    }
    plan.heapStart = roundUp(plan.heapStart, heapGranule);
    plan.heapBytes -= plan.heapBytes % heapGranule;
    return plan;
}

const Listing& listingSliding() {
    return listingOfSliding;
}

template <class Memory>
std::unique_ptr<Allocator> makeSliding(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<Sliding<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(Sliding);

} // namespace fragscope
