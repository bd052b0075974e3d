#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/allocators/quick_fit_layout.h"
#include "fragscope/alloc/allocators/tagged_blocks.h"

#include <array>

/// Quick fit: a list of freed blocks for each small size, multiples of 16 bytes up to 16 * `lists`.
/// A freed small block goes to the front of its list and does not merge; a request takes the first
/// of the list of exactly its size. All else is a general pool below: first fit over one list, the
/// last freed first, with boundary tags, where neighbours merge at once.
///
/// coalesce=deferred: when the pool cannot serve a request, all listed blocks go back to it and all
/// free neighbours merge; then the heap grows. never: neither lists nor pool ever merge. immediate:
/// small blocks go back to the pool at once, and the lists stay empty: what quick fit saves.
/// Sizes of 0 count as 1. Sources: Weinstock and Wulf, Quick Fit: An Efficient Algorithm for Heap
/// Storage Management, 1988; Wilson et al. 1995, 3.6.
namespace fragscope {

namespace {

using namespace quick_fit;

enum class Line : std::uint16_t {
    Head = 1,
    Pop,
    Pool,
    Look,
    Flush,
    Grow,
    Take,
    Rest,
    Used,
    Free,
    List,
    Behind,
    InFront,
    Insert
};

constexpr std::array<std::string_view, 14> lines{
    "malloc(size): the first block of the list of exactly this size",
    "take it: the list goes on with its next block",
    "the list is empty, or size is too large for one: the first free block of the pool",
    "does the free block hold size? else the next one",
    "nothing holds size: the pool takes back all listed blocks, and all neighbours merge",
    "nothing holds size: the heap grows at its end, and that is a free block",
    "take the block out of the list of the pool",
    "what is left of it stays in the pool, in its place",
    "the tag: in use",
    "free(block): read the tag: how long is it?",
    "it becomes the first of the list of its size, as it is",
    "is the block behind it free? then it leaves the pool, and both are one",
    "is the block in front of it free? then it leaves the pool, and both are one",
    "it becomes the first of the pool",
};

constexpr std::array<std::string_view, 3> names{"block", "length_bytes", "size_bytes"};

const Listing listingOfQuickFit{ListingId::QuickFitHeap, "quick-fit", "Quick fit", lines, names};

template <class Memory> class QuickFit final : public Allocator {
public:
    QuickFit(const AllocatorSettings& settings, Memory& memory)
        : settings_(settings), memory_(memory), layout_(layoutFor(settings)),
          blocks_(layout_, memory), pool_{memory.books()}, heads_(memory.books() + headsOffset) {}

    void initialise() override {
        memory_.store(pool_.head, none);
        for (std::uint64_t list = 0; list < settings_.lists; ++list) {
            memory_.store(headOf(list), none);
        }
        const TaggedBlock all = blocks_.initialise();
        if (all.at != none) {
            blocks_.insertBehind(Line::Insert, pool_, all, none);
        }
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        const std::uint64_t wanted = bytes > absurdBytes
                                         ? absurdBytes
                                         : layout_.lengthFor(std::max<std::uint64_t>(bytes, 1));
        if (listOf(wanted) < settings_.lists) {
            const std::uint64_t block = pop(wanted);
            if (block != none) {
                memory_.reason(Rule::HeapExactList, wanted);
                return block + layout_.header;
            }
        }
        return fromPool(wanted);
    }

    void release(std::uint64_t handle) override {
        TaggedBlock block{handle - layout_.header, 0};
        memory_.step(Line::Free, block.at);
        block.length = blocks_.usedLength(block.at);
        const std::uint64_t list = listOf(block.length);
        if (list < settings_.lists && settings_.coalesce != Coalesce::Immediate) {
            push(block, list);
            memory_.reason(Rule::HeapListed, block.length);
            return;
        }
        const std::uint64_t length = block.length;
        if (settings_.coalesce != Coalesce::Never) {
            block = blocks_.merged(Line::Behind, Line::InFront, block, [&](TaggedBlock neighbour) {
                (void)blocks_.unlink(Line::Take, pool_, neighbour);
            });
        }
        memory_.step(Line::Insert, block.at, block.length);
        memory_.store(handle - layout_.header, length); // freed twice, it is no block in use
        blocks_.writeFree(block);
        blocks_.insertBehind(Line::Insert, pool_, block, none);
        const Rule alone =
            settings_.coalesce != Coalesce::Never ? Rule::HeapFreed : Rule::HeapListed;
        memory_.reason(block.length == length ? alone : Rule::HeapMerged, block.length);
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

    [[nodiscard]] const Listing& listing() const override { return listingOfQuickFit; }

private:
    static constexpr std::uint64_t none = TaggedLayout::none;
    static constexpr std::uint64_t listedTag = TaggedLayout::usedBit | TaggedLayout::listedBit;

    [[nodiscard]] std::uint64_t headOf(std::uint64_t list) const {
        return heads_ + list * wordBytes;
    }

    /// The first block of the list of this length, in use now; none if the list is empty.
    std::uint64_t pop(std::uint64_t length) {
        const std::uint64_t head = headOf(listOf(length));
        memory_.step(Line::Head, none, length, length);
        const std::uint64_t block = memory_.load(head);
        if (block == none) {
            return none;
        }
        memory_.looked();
        memory_.step(Line::Pop, block, length, length);
        if (const std::uint64_t tag = memory_.load(block); tag != (length | listedTag)) {
            throw HeapDamaged{VirtAddr(block), tag};
        }
        memory_.store(head, blocks_.next(block));
        memory_.step(Line::Used, block, length, length);
        memory_.store(block, length | TaggedLayout::usedBit);
        return block;
    }

    void push(TaggedBlock block, std::uint64_t list) {
        memory_.step(Line::List, block.at, block.length);
        memory_.store(block.at + TaggedLayout::nextOffset, memory_.load(headOf(list)));
        memory_.step(Line::List, block.at, block.length);
        memory_.store(headOf(list), block.at);
        memory_.step(Line::List, block.at, block.length);
        memory_.store(block.at, block.length | listedTag);
    }

    std::uint64_t fromPool(std::uint64_t wanted) {
        std::uint64_t looked = 0;
        TaggedBlock block = search(wanted, looked);
        if (block.at == none && settings_.coalesce == Coalesce::Deferred) {
            flush();
            block = search(wanted, looked);
        }
        if (block.at != none) {
            memory_.reason(Rule::HeapFirstFit, wanted, block.length, looked);
            return take(block, wanted);
        }
        const bool join = settings_.coalesce != Coalesce::Never;
        block = blocks_.grow(Line::Grow, wanted, join, [&](TaggedBlock last) {
            (void)blocks_.unlink(Line::Take, pool_, last);
        });
        if (block.at == none) {
            memory_.reason(Rule::HeapNoBlock, wanted);
            return refused;
        }
        blocks_.insertBehind(Line::Insert, pool_, block, none);
        memory_.reason(Rule::HeapSystem, wanted, block.length);
        return take(block, wanted);
    }

    TaggedBlock search(std::uint64_t wanted, std::uint64_t& looked) {
        memory_.step(Line::Pool, none, 0, wanted);
        const std::uint64_t most = looked + blocks_.mostBlocks();
        std::uint64_t at = memory_.load(pool_.head);
        while (at != none) {
            memory_.step(Line::Look, at, 0, wanted);
            memory_.looked();
            const TaggedBlock block{at, blocks_.freeLength(at)};
            if (++looked > most) {
                throw HeapDamaged{VirtAddr(at), at};
            }
            if (block.length >= wanted) {
                return block;
            }
            at = blocks_.next(at);
        }
        return {};
    }

    /// The low end of a block of the pool; its payload.
    std::uint64_t take(TaggedBlock block, std::uint64_t wanted) {
        if (block.length - wanted < layout_.least) {
            (void)blocks_.unlink(Line::Take, pool_, block);
        } else {
            const TaggedBlock rest{block.at + wanted, block.length - wanted};
            memory_.step(Line::Rest, rest.at, rest.length, wanted);
            blocks_.writeFree(rest);
            blocks_.replace(Line::Rest, pool_, block, rest);
            block.length = wanted;
        }
        memory_.step(Line::Used, block.at, block.length, wanted);
        blocks_.writeUsed(block);
        return block.at + layout_.header;
    }

    /// All that is free becomes the pool anew, by address, neighbours merged; no list has a block.
    void flush() {
        for (std::uint64_t list = 0; list < settings_.lists; ++list) {
            memory_.step(Line::Flush);
            memory_.store(headOf(list), none);
        }
        memory_.step(Line::Flush);
        memory_.store(pool_.head, none);
        std::uint64_t front = none;
        TaggedBlock run{blocks_.first(), 0}; // of free blocks that lie together
        const std::uint64_t end = blocks_.end();
        for (std::uint64_t at = blocks_.first(); at < end;) {
            memory_.step(Line::Flush, run.at, run.length);
            const std::uint64_t tag = blocks_.anyTag(at);
            at += tag & TaggedLayout::lengthMask;
            if (!blocks_.isUsed(tag) || (tag & TaggedLayout::listedBit) != 0) {
                run.length = at - run.at;
                if (at < end) {
                    continue;
                }
            }
            if (run.length != 0) {
                memory_.step(Line::Flush, run.at, run.length);
                blocks_.writeFree(run);
                blocks_.insertBehind(Line::Insert, pool_, run, front);
                front = run.at;
            }
            run = {at, 0};
        }
    }

    AllocatorSettings settings_;
    Memory& memory_;
    TaggedLayout layout_;
    TaggedBlocks<Memory> blocks_;
    typename TaggedBlocks<Memory>::List pool_;
    std::uint64_t heads_; ///< where the heads of the quick lists lie
};

} // namespace

MemoryPlan planQuickFit(const AllocatorSettings& settings) {
    return growingPlan(settings, layoutFor(settings).booksBytes(0));
}

const Listing& listingQuickFit() {
    return listingOfQuickFit;
}

template <class Memory>
std::unique_ptr<Allocator> makeQuickFit(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<QuickFit<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(QuickFit);

} // namespace fragscope
