#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/allocators/sequential_fit_layout.h"
#include "fragscope/alloc/allocators/tagged_blocks.h"

#include <array>

/// Sequential fits: one list of free blocks, which is searched from its head, or, next fit, from
/// where the last search ended. Sources: Knuth, TAOCP 1, 2.5, Algorithms A, A', B and C; Wilson et
/// al. 1995, 3.4; Johnstone and Wilson 1998.
///
/// The list is sorted at all times, equal sizes by address, or takes a freed block at its front or
/// back. A rest keeps the place of its block unless sizes are sorted. Best and worst fit take the
/// lowest of equal blocks; best fit in order of address ends at an exact fit. When the rover's
/// block leaves the list, the rover goes on to the one behind it.
///
/// preset=textbook is the allocator of Arpaci-Dusseau, Operating Systems: Three Easy Pieces, 17, as
/// its program malloc.py has it: best and worst fit look at the whole list and take the first of
/// equals, a rest keeps its place, free sorts the list anew (equals stay as they stand) and then,
/// unless coalesce=never, one pass merges each entry into its list predecessor where they are
/// neighbours. What malloc.py prints as "returned" is the start of the block + its header; with a
/// list of operations given (-A) it leaves the header out. It has no next fit; here that is as
/// above. Sizes of 0 count as 1.
namespace fragscope {

namespace {

using namespace sequential_fit;

enum class Line : std::uint16_t {
    Begin = 1,
    Look,
    Fit,
    Wrap,
    MergeAll,
    Grow,
    Take,
    Rest,
    Keep,
    Used,
    Rover,
    Free,
    Behind,
    InFront,
    Seek,
    Insert,
    Sort,
    Pass
};

constexpr std::array<std::string_view, 18> lines{
    "malloc(size): the search begins at the head of the list; next fit: at the rover",
    "look at the free block: how long is it?",
    "does it hold size, and better than the best so far? else the next one",
    "next fit: the list is at its end; go on at its head, up to where the search began",
    "nothing holds size, merging was put off: all free neighbours become one block now",
    "nothing holds size: the heap grows at its end, and that is a free block",
    "take the block out of the list",
    "what is left of the block is a free block",
    "the rest takes the place of the block in the list",
    "the tag: in use",
    "next fit: the next search begins at the rest, or at the block behind in the list",
    "free(block): read the tag: how long is it? From now on it is free",
    "is the block behind it free? then it leaves the list, and both are one",
    "is the block in front of it free? then it leaves the list, and both are one",
    "look for its place: does it come in front of this free block?",
    "it goes into the list here",
    "textbook: sort the whole list anew; equals stay as they stand",
    "textbook: does the block begin where its predecessor in the list ends? then merge them",
};

constexpr std::array<std::string_view, 5> names{"block", "length_bytes", "size_bytes", "best",
                                                "best_bytes"};

const Listing listingOfSequentialFit{ListingId::SequentialFit, "sequential-fit", "Sequential fit",
                                     lines, names};

Rule ruleOf(FitPolicy policy) {
    switch (policy) {
    case FitPolicy::First:
        return Rule::HeapFirstFit;
    case FitPolicy::Next:
        return Rule::HeapNextFit;
    case FitPolicy::Best:
        return Rule::HeapBestFit;
    case FitPolicy::Worst:
        break;
    }
    return Rule::HeapWorstFit;
}

template <class Memory> class SequentialFit final : public Allocator {
public:
    SequentialFit(const AllocatorSettings& settings, Memory& memory)
        : settings_(settings), memory_(memory), layout_(layoutFor(settings)),
          blocks_(layout_, memory), list_{memory.books() + headOffset, memory.books() + tailOffset},
          rover_(memory.books() + roverOffset),
          leastRest_(std::max(settings.minimum, layout_.least)), textbook_(isTextbook(settings)),
          next_(settings.policy == FitPolicy::Next) {}

    void initialise() override {
        memory_.store(list_.head, none);
        memory_.store(list_.tail, none);
        memory_.store(rover_, none);
        const TaggedBlock all = blocks_.initialise();
        if (all.at != none) {
            blocks_.insertBehind(Line::Insert, list_, all, none);
        }
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        const std::uint64_t wanted = lengthFor(bytes);
        std::uint64_t looked = 0;
        TaggedBlock block = search(wanted, looked);
        if (block.at == none && settings_.coalesce == Coalesce::Deferred && !textbook_) {
            mergeAll();
            block = search(wanted, looked);
        }
        if (block.at != none) {
            memory_.reason(ruleOf(settings_.policy), wanted, block.length, looked);
            return take(block, wanted);
        }
        block = grow(wanted);
        if (block.at == none) {
            memory_.reason(Rule::HeapNoBlock, wanted);
            return refused;
        }
        memory_.reason(Rule::HeapSystem, wanted, block.length);
        return take(block, wanted);
    }

    void release(std::uint64_t handle) override {
        TaggedBlock block{handle - layout_.header, 0};
        memory_.step(Line::Free, block.at);
        block.length = blocks_.usedLength(block.at);
        memory_.step(Line::Free, block.at, block.length);
        blocks_.writeFree(block);
        const std::uint64_t length = block.length;
        if (textbook_) {
            block.length = std::max(length, releaseTextbook(block));
        } else if (settings_.coalesce == Coalesce::Immediate) {
            block = mergeAtOnce(block);
        } else {
            insert(block);
        }
        memory_.reason(ruleOfRelease(block.length != length), block.length);
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override { blocks_.forEachFree(functor); }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode(settings_, reader, extent);
    }

    [[nodiscard]] std::uint64_t footprint(const ArenaReader& reader,
                                          const HeapExtent& extent) const override {
        return TaggedDecoder{layout_, reader, extent}.footprint();
    }

    [[nodiscard]] const Listing& listing() const override { return listingOfSequentialFit; }

private:
    static constexpr std::uint64_t none = TaggedLayout::none;

    [[nodiscard]] std::uint64_t lengthFor(std::uint64_t bytes) const {
        const std::uint64_t size = std::max<std::uint64_t>(bytes, 1);
        return size > absurdBytes / settings_.unit ? absurdBytes
                                                   : layout_.lengthFor(size * settings_.unit);
    }

    // ---- search ----
    /// The block that the policy takes; none if no block is long enough.
    TaggedBlock search(std::uint64_t wanted, std::uint64_t& looked) {
        TaggedBlock best;
        memory_.step(Line::Begin, none, 0, wanted);
        std::uint64_t from = next_ ? memory_.load(rover_) : none;
        bool wrapped = from == none;
        if (wrapped) {
            from = memory_.load(list_.head);
        }
        const std::uint64_t most = looked + blocks_.mostBlocks();
        for (std::uint64_t at = from; at != none;) {
            const TaggedBlock seen = look(at, wanted, best);
            if (++looked > most) {
                throw HeapDamaged{VirtAddr(at), at};
            }
            if (seen.length >= wanted && isBetter(seen, best)) {
                best = seen;
                if (endsSearch(seen, wanted)) {
                    break;
                }
            }
            at = blocks_.next(at);
            if (at == none && !wrapped) {
                memory_.step(Line::Wrap, seen.at, seen.length, wanted);
                at = memory_.load(list_.head);
                wrapped = true;
            }
            if (at == from) {
                break;
            }
        }
        return best;
    }

    TaggedBlock look(std::uint64_t at, std::uint64_t wanted, TaggedBlock best) {
        memory_.step(Line::Look, at, 0, wanted, best.at, best.length);
        memory_.looked();
        const TaggedBlock seen{at, blocks_.freeLength(at)};
        memory_.step(Line::Fit, at, seen.length, wanted, best.at, best.length);
        return seen;
    }

    [[nodiscard]] bool isBetter(TaggedBlock seen, TaggedBlock best) const {
        if (best.at == none) {
            return true;
        }
        if (seen.length == best.length) {
            return !textbook_ && seen.at < best.at;
        }
        return (seen.length < best.length) == (settings_.policy == FitPolicy::Best);
    }

    [[nodiscard]] bool endsSearch(TaggedBlock seen, std::uint64_t wanted) const {
        return settings_.policy == FitPolicy::First || next_ ||
               (settings_.policy == FitPolicy::Best && seen.length == wanted && !textbook_ &&
                settings_.order == FreeListOrder::Address);
    }

    // ---- allocation ----
    /// `wanted` bytes of a free block of the list; its payload.
    std::uint64_t take(TaggedBlock block, std::uint64_t wanted) {
        const std::uint64_t left = block.length - wanted;
        if (next_) { // leaving the list, the block moves it on
            memory_.step(Line::Rover, block.at, block.length, wanted);
            memory_.store(rover_, block.at);
        }
        if (left == 0 || left < leastRest_) {
            (void)unlink(Line::Take, block);
        } else {
            block = split(block, wanted);
        }
        memory_.step(Line::Used, block.at, block.length, wanted);
        blocks_.writeUsed(block);
        return block.at + layout_.header;
    }

    /// The end that is given out; the other stays in the list.
    TaggedBlock split(TaggedBlock block, std::uint64_t wanted) {
        const bool low = settings_.split == SplitSide::Low;
        const std::uint64_t left = block.length - wanted;
        const TaggedBlock given{low ? block.at : block.at + left, wanted};
        const TaggedBlock rest{low ? block.at + wanted : block.at, left};
        memory_.step(Line::Rest, rest.at, rest.length, wanted);
        blocks_.writeFree(rest);
        if (!textbook_ && isSorted(settings_.order) && settings_.order != FreeListOrder::Address) {
            (void)unlink(Line::Take, block);
            insert(rest);
        } else if (low) {
            blocks_.replace(Line::Keep, list_, block, rest);
        }
        if (next_) {
            memory_.step(Line::Rover, rest.at, rest.length, wanted);
            memory_.store(rover_, rest.at);
        }
        return given;
    }

    TaggedBlock grow(std::uint64_t wanted) {
        const bool join = settings_.coalesce != Coalesce::Never && !textbook_;
        const TaggedBlock made = blocks_.grow(
            Line::Grow, wanted, join, [&](TaggedBlock last) { (void)unlink(Line::Take, last); });
        if (made.at == none) {
            return made;
        }
        if (settings_.order == FreeListOrder::Address) { // behind all others
            blocks_.insertBehind(Line::Insert, list_, made, memory_.load(list_.tail));
        } else {
            insert(made);
        }
        return made;
    }

    /// Deferred merging: one walk over all blocks by address.
    void mergeAll() {
        const std::uint64_t end = blocks_.end();
        std::uint64_t at = blocks_.first();
        while (at < end) {
            memory_.step(Line::MergeAll, at);
            const std::uint64_t tag = blocks_.anyTag(at);
            TaggedBlock block{at, tag & ~TaggedLayout::usedBit};
            if (!blocks_.isUsed(tag) && takeInFollowers(block)) {
                blocks_.writeFree(block);
                if (isSorted(settings_.order) && settings_.order != FreeListOrder::Address) {
                    (void)unlink(Line::Take, block);
                    insert(block);
                }
            }
            at = block.at + block.length;
        }
    }

    /// Whether there was a free block behind it.
    bool takeInFollowers(TaggedBlock& block) {
        const std::uint64_t length = block.length;
        const std::uint64_t end = blocks_.end();
        while (block.at + block.length < end) {
            memory_.step(Line::MergeAll, block.at, block.length);
            const TaggedBlock behind{block.at + block.length,
                                     blocks_.anyTag(block.at + block.length)};
            if (blocks_.isUsed(behind.length)) {
                break;
            }
            (void)unlink(Line::Take, behind);
            block.length += behind.length;
        }
        return block.length != length;
    }

    // ---- release ----
    /// Where neighbours are not looked at, it may still have free ones.
    [[nodiscard]] Rule ruleOfRelease(bool isMerged) const {
        if (isMerged) {
            return Rule::HeapMerged;
        }
        return settings_.coalesce == Coalesce::Immediate && !textbook_ ? Rule::HeapFreed
                                                                       : Rule::HeapListed;
    }

    TaggedBlock mergeAtOnce(TaggedBlock block) {
        const TaggedBlock alone = block;
        std::uint64_t front = none; // of the list: in order of address the merged block comes here
        block = blocks_.merged(Line::Behind, Line::InFront, block, [&](TaggedBlock neighbour) {
            front = unlink(Line::Take, neighbour);
        });
        memory_.step(Line::Insert, block.at, block.length);
        blocks_.writeFree(block);
        if (block.length != alone.length && settings_.order == FreeListOrder::Address) {
            blocks_.insertBehind(Line::Insert, list_, block, front);
        } else {
            insert(block);
        }
        return block;
    }

    /// A free block that is in no list goes where the order wants it.
    void insert(TaggedBlock block) {
        std::uint64_t front = none;
        if (settings_.order == FreeListOrder::Back) {
            memory_.step(Line::Insert, block.at, block.length);
            front = memory_.load(list_.tail);
        } else if (settings_.order != FreeListOrder::Front) {
            front = seek(block);
        }
        blocks_.insertBehind(Line::Insert, list_, block, front);
    }

    /// The last block of the list that comes in front of it.
    std::uint64_t seek(TaggedBlock block) {
        std::uint64_t front = none;
        memory_.step(Line::Seek, block.at, block.length);
        std::uint64_t at = memory_.load(list_.head);
        for (std::uint64_t looked = 0; at != none; ++looked) {
            memory_.step(Line::Seek, block.at, block.length, 0, at);
            const TaggedBlock seen{at, blocks_.freeLength(at)};
            if (looked > blocks_.mostBlocks()) {
                throw HeapDamaged{VirtAddr(at), at};
            }
            if (comesBefore(settings_.order, block, seen, true)) {
                break;
            }
            front = at;
            at = blocks_.next(at);
        }
        return front;
    }

    /// Takes a block out of the list; what was in front of it there. The rover never leads to a
    /// block that is in no list.
    std::uint64_t unlink(Line line, TaggedBlock block) {
        if (next_) {
            memory_.step(Line::Rover, block.at, block.length);
            if (memory_.load(rover_) == block.at) {
                memory_.store(rover_, blocks_.next(block.at));
            }
        }
        return blocks_.unlink(line, list_, block);
    }

    // ---- textbook ----
    /// Length of the block of the list that the freed one is part of now.
    std::uint64_t releaseTextbook(TaggedBlock block) {
        std::uint64_t front = none;
        if (settings_.order != FreeListOrder::Front) {
            memory_.step(Line::Insert, block.at, block.length);
            front = memory_.load(list_.tail);
        }
        blocks_.insertBehind(Line::Insert, list_, block, front);
        if (isSorted(settings_.order)) {
            sort();
        }
        return settings_.coalesce == Coalesce::Never ? 0 : mergeAlongList(block.at);
    }

    /// Insertion sort: stable, and the list is nearly sorted.
    void sort() {
        memory_.step(Line::Sort);
        std::uint64_t at = memory_.load(list_.head);
        while (at != none) {
            const TaggedBlock block{at, blocks_.freeLength(at)};
            const std::uint64_t following = blocks_.next(at);
            const std::uint64_t was = blocks_.previous(at);
            std::uint64_t front = was;
            memory_.step(Line::Sort, at, block.length);
            while (front != none &&
                   comesBefore(settings_.order, block, {front, blocks_.freeLength(front)}, false)) {
                memory_.step(Line::Sort, at, block.length, 0, front);
                front = blocks_.previous(front);
            }
            if (front != was) {
                (void)blocks_.unlink(Line::Sort, list_, block);
                blocks_.insertBehind(Line::Sort, list_, block, front);
            }
            at = following;
        }
    }

    /// One pass over the list; length of the entry that holds `freed` then.
    std::uint64_t mergeAlongList(std::uint64_t freed) {
        std::uint64_t holds = 0;
        memory_.step(Line::Pass);
        std::uint64_t at = memory_.load(list_.head);
        while (at != none) {
            TaggedBlock block{at, blocks_.freeLength(at)};
            memory_.step(Line::Pass, at, block.length);
            std::uint64_t following = blocks_.next(at);
            while (following == block.at + block.length) {
                memory_.step(Line::Pass, at, block.length, 0, following);
                const TaggedBlock behind{following, blocks_.freeLength(following)};
                following = blocks_.next(following);
                (void)unlink(Line::Take, behind);
                block.length += behind.length;
                blocks_.writeFree(block);
            }
            if (freed - block.at < block.length) {
                holds = block.length;
            }
            at = following;
        }
        return holds;
    }

    AllocatorSettings settings_;
    Memory& memory_;
    TaggedLayout layout_;
    TaggedBlocks<Memory> blocks_;
    typename TaggedBlocks<Memory>::List list_;
    std::uint64_t rover_;     ///< where the word lies
    std::uint64_t leastRest_; ///< of a split
    bool textbook_;
    bool next_; ///< next fit
};

} // namespace

MemoryPlan planSequentialFit(const AllocatorSettings& settings) {
    MemoryPlan plan = growingPlan(settings, 0);
    if (isTextbook(settings) && settings.heapLimit == 0) {
        plan.heapLimit = settings.heapSize;
    }
    plan.booksBytes = layoutFor(settings).booksBytes(plan.heapLimit);
    return plan;
}

const Listing& listingSequentialFit() {
    return listingOfSequentialFit;
}

template <class Memory>
std::unique_ptr<Allocator> makeSequentialFit(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<SequentialFit<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(SequentialFit);

} // namespace fragscope
