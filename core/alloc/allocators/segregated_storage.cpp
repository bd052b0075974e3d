#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/allocators/segregated_storage_layout.h"
#include "fragscope/alloc/allocators/tagged_blocks.h"

#include <array>

/// Segregated storage: a list of free blocks for each power of two, the last freed first, and a bit
/// map of the lists that have blocks. A request searches the list of its own size, where blocks may
/// be too short, by first fit; else the first block of the next list that has any is long enough.
/// Neighbours merge by boundary tags: at each free, or, deferred, all at once when a request fails.
/// Requests of 0 bytes count as 1. Sources: Wilson et al. 1995, 3.6 (segregated fits); Knuth, TAOCP
/// 1, 2.5, exercise 12 for the tags.
namespace fragscope {

namespace {

using namespace segregated_storage;

enum class Line : std::uint16_t {
    Lists = 1,
    Head,
    Look,
    Flush,
    Grow,
    Take,
    Rest,
    Used,
    Free,
    Behind,
    InFront,
    Insert
};

constexpr std::array<std::string_view, 12> lines{
    "malloc(size): which lists, from that of size upwards, have blocks?",
    "the first block of the lowest such list",
    "does the free block hold size? else the next one of the list",
    "nothing holds size, merging was put off: all free neighbours become one block now",
    "nothing holds size: the heap grows at its end",
    "take the block out of the list of its size",
    "what is left of it becomes a free block, the first of the list of its size",
    "the tag: in use",
    "free(block): read the tag: how long is it?",
    "is the block behind it free? then it leaves its list, and both are one",
    "is the block in front of it free? then it leaves its list, and both are one",
    "it becomes the first of the list of its size",
};

constexpr std::array<std::string_view, 5> names{"block", "length_bytes", "size_bytes", "list",
                                                "lists"};

const Listing listingOfSegregated{ListingId::SegregatedStorage, "segregated", "Segregated storage",
                                  lines, names};

template <class Memory> class Segregated final : public Allocator {
public:
    Segregated(const AllocatorSettings& settings, Memory& memory)
        : memory_(memory), layout_(layoutOfBlocks()), blocks_(layout_, memory),
          coalesce_(settings.coalesce), bits_(memory.books()) {}

    void initialise() override {
        clearLists(Line::Insert);
        const TaggedBlock all = blocks_.initialise();
        if (all.at != none) {
            insert(Line::Insert, all);
        }
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        const std::uint64_t wanted = bytes > absurdBytes
                                         ? absurdBytes
                                         : layout_.lengthFor(std::max<std::uint64_t>(bytes, 1));
        std::uint64_t looked = 0;
        TaggedBlock block = search(wanted, looked);
        if (block.at == none && coalesce_ == Coalesce::Deferred) {
            flush();
            block = search(wanted, looked);
        }
        if (block.at != none) {
            memory_.reason(Rule::HeapFirstFit, wanted, block.length, looked);
            unlink(block);
            return place(block, wanted);
        }
        block = blocks_.grow(Line::Grow, wanted, coalesce_ != Coalesce::Never,
                             [&](TaggedBlock last) { unlink(last); });
        if (block.at == none) {
            memory_.reason(Rule::HeapNoBlock, wanted);
            return refused;
        }
        memory_.reason(Rule::HeapSystem, wanted, block.length);
        return place(block, wanted);
    }

    void release(std::uint64_t handle) override {
        TaggedBlock block{handle - layout_.header, 0};
        memory_.step(Line::Free, block.at);
        block.length = blocks_.usedLength(block.at);
        memory_.step(Line::Free, block.at, block.length);
        memory_.store(block.at, block.length); // so that freeing it once more is noticed
        const std::uint64_t length = block.length;
        if (coalesce_ == Coalesce::Immediate) {
            block = blocks_.merged(Line::Behind, Line::InFront, block,
                                   [&](TaggedBlock neighbour) { unlink(neighbour); });
        }
        memory_.step(Line::Insert, block.at, block.length);
        blocks_.writeFree(block);
        insert(Line::Insert, block);
        const Rule alone = coalesce_ == Coalesce::Immediate ? Rule::HeapFreed : Rule::HeapListed;
        memory_.reason(block.length == length ? alone : Rule::HeapMerged, block.length);
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override { blocks_.forEachFree(functor); }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode(coalesce_, reader, extent);
    }

    [[nodiscard]] std::uint64_t footprint(const ArenaReader& reader,
                                          const HeapExtent& extent) const override {
        return TaggedDecoder{layout_, reader, extent}.footprint();
    }

    [[nodiscard]] const Listing& listing() const override { return listingOfSegregated; }

private:
    static constexpr std::uint64_t none = TaggedLayout::none;
    using List = typename TaggedBlocks<Memory>::List;

    [[nodiscard]] List listAt(unsigned list) const {
        return {bits_ + headsOffset + list * wordBytes};
    }

    void clearLists(Line line) {
        memory_.step(line);
        memory_.store(bits_, 0);
        for (unsigned list = 0; list < lists; ++list) {
            memory_.step(line);
            memory_.store(listAt(list).head, none);
        }
    }

    // ---- search ----
    TaggedBlock search(std::uint64_t wanted, std::uint64_t& looked) {
        unsigned list = listOf(wanted);
        memory_.step(Line::Lists, none, 0, wanted, list);
        std::uint64_t marked = memory_.load(bits_) >> list << list;
        memory_.looked();
        while (marked != 0) {
            list = static_cast<unsigned>(std::countr_zero(marked));
            const TaggedBlock found = searchList(list, wanted, looked);
            if (found.at != none) {
                return found;
            }
            marked &= marked - 1;
        }
        return {};
    }

    TaggedBlock searchList(unsigned list, std::uint64_t wanted, std::uint64_t& looked) {
        memory_.step(Line::Head, none, 0, wanted, list);
        std::uint64_t at = memory_.load(listAt(list).head);
        while (at != none) {
            memory_.step(Line::Look, at, 0, wanted, list);
            memory_.looked();
            const TaggedBlock block{at, blocks_.freeLength(at)};
            if (++looked > 2 * blocks_.mostBlocks()) {
                throw HeapDamaged{VirtAddr(at), at};
            }
            if (block.length >= wanted) {
                return block;
            }
            at = blocks_.next(at);
        }
        return {};
    }

    // ---- lists ----
    void unlink(TaggedBlock block) {
        const unsigned list = listOf(block.length);
        const std::uint64_t front = blocks_.unlink(Line::Take, listAt(list), block);
        if (front == none && memory_.load(listAt(list).head) == none) {
            memory_.step(Line::Take, block.at, block.length, 0, list);
            memory_.store(bits_, memory_.load(bits_) & ~(1ULL << list));
        }
    }

    void insert(Line line, TaggedBlock block) {
        const unsigned list = listOf(block.length);
        blocks_.insertBehind(line, listAt(list), block, none);
        memory_.step(line, block.at, block.length, 0, list);
        memory_.store(bits_, memory_.load(bits_) | 1ULL << list);
    }

    /// The low end of a block that is in no list; its payload.
    std::uint64_t place(TaggedBlock block, std::uint64_t wanted) {
        if (block.length - wanted >= layout_.least) {
            const TaggedBlock rest{block.at + wanted, block.length - wanted};
            memory_.step(Line::Rest, rest.at, rest.length, wanted);
            blocks_.writeFree(rest);
            insert(Line::Rest, rest);
            block.length = wanted;
        }
        memory_.step(Line::Used, block.at, block.length, wanted);
        blocks_.writeUsed(block);
        return block.at + layout_.header;
    }

    /// All lists anew, by address, neighbours merged.
    void flush() {
        clearLists(Line::Flush);
        const std::uint64_t end = blocks_.end();
        TaggedBlock run{blocks_.first(), 0}; // of free blocks that lie together
        for (std::uint64_t at = blocks_.first(); at < end;) {
            memory_.step(Line::Flush, run.at, run.length);
            const std::uint64_t tag = blocks_.anyTag(at);
            at += tag & TaggedLayout::lengthMask;
            if (!blocks_.isUsed(tag)) {
                run.length = at - run.at;
                if (at < end) {
                    continue;
                }
            }
            if (run.length != 0) {
                memory_.step(Line::Flush, run.at, run.length);
                blocks_.writeFree(run);
                insert(Line::Insert, run);
            }
            run = {at, 0};
        }
    }

    Memory& memory_;
    TaggedLayout layout_;
    TaggedBlocks<Memory> blocks_;
    Coalesce coalesce_;
    std::uint64_t bits_; ///< where the bit map lies
};

} // namespace

MemoryPlan planSegregated(const AllocatorSettings& settings) {
    return growingPlan(settings, layoutOfBlocks().booksBytes(0));
}

const Listing& listingSegregated() {
    return listingOfSegregated;
}

template <class Memory>
std::unique_ptr<Allocator> makeSegregated(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<Segregated<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(Segregated);

} // namespace fragscope
