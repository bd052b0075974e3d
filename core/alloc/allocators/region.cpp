#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/allocators/region_layout.h"

#include <array>

/// The region allocator: within a region a pointer goes up with each request; a region counts its
/// blocks in use and is empty again when the last one is freed. A request that does not fit into
/// the current region takes an empty one, or a new one; one that is too large for a region gets a
/// region of its own. Empty regions lie in a list by address, neighbours as one. Requests of 0
/// bytes count as 1. Source: Hanson, Fast allocation and deallocation of memory based on object
/// lifetimes, 1990; the count per region stands in for his freeing of whole arenas.
namespace fragscope {

namespace {

using namespace region;

enum class Line : std::uint16_t {
    Current = 1,
    Room,
    Empty,
    Look,
    Fresh,
    Grow,
    Unlist,
    Rest,
    Open,
    Give,
    Count,
    Free,
    Last,
    Reset,
    Seek,
    List,
    Merge
};

constexpr std::array<std::string_view, 17> lines{
    "malloc(size): the current region",
    "is there room for size above its top?",
    "no, or size is larger than a region: the first empty region",
    "is the empty region long enough? else the next one",
    "no empty region is: a new one behind the last",
    "the heap ends there: it grows",
    "the region leaves the list of empty ones",
    "what it is too long stays an empty region",
    "it has no block yet; it becomes the current one, unless it is for this request alone",
    "the block begins at the top; the top moves behind it",
    "one more block of the region is in use",
    "free(block): one block less of its region is in use",
    "was it the last one?",
    "the current region: its top goes back to the start",
    "another one becomes empty: which empty region lies in front of it?",
    "it goes into the list of empty regions",
    "neighbours in the list that lie together become one",
};

constexpr std::array<std::string_view, 5> names{"region", "length_bytes", "size_bytes", "top",
                                                "blocks"};

const Listing listingOfRegion{ListingId::RegionAllocator, "region", "Region allocator", lines,
                              names};

template <class Memory> class Region final : public Allocator {
public:
    Region(const AllocatorSettings& settings, Memory& memory)
        : memory_(memory), size_(sizeOf(settings)), alignment_(settings.alignment),
          first_(firstOf(memory.heapStart())), current_(memory.books() + currentOffset),
          empty_(memory.books() + emptyOffset), taken_(memory.books() + takenOffset) {}

    void initialise() override {
        memory_.store(current_, none);
        memory_.store(empty_, none);
        memory_.store(taken_, first_);
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        const std::uint64_t size = roundUp(std::clamp<std::uint64_t>(bytes, 1, most), alignment_);
        memory_.step(Line::Current, none, 0, size);
        const std::uint64_t current = memory_.load(current_);
        if (current != none) {
            memory_.looked();
            const std::uint64_t block = bump(current, size);
            if (block != refused) {
                return block;
            }
        }
        // Room in front of the first block so that it is aligned wherever the region lies.
        const std::uint64_t front = std::max(alignment_, heapGranule) - heapGranule;
        const std::uint64_t length = roundUp(headerBytes + front + size, size_);
        const std::uint64_t region = takeRegion(length);
        if (region == none) {
            memory_.reason(Rule::HeapNoBlock, size);
            return refused;
        }
        if (length == size_) {
            memory_.step(Line::Open, region, length, size);
            memory_.store(current_, region);
        }
        return bump(region, size);
    }

    void release(std::uint64_t handle) override {
        memory_.step(Line::Free);
        const std::uint64_t region = regionOf(handle);
        memory_.step(Line::Free, region);
        const std::uint64_t count = memory_.load(region + countOffset);
        const std::uint64_t top = memory_.load(region + topOffset);
        if (count == 0 || handle - region < headerBytes || handle - region >= top) {
            throw HeapDamaged{VirtAddr(region + countOffset), count};
        }
        memory_.store(region + countOffset, count - 1);
        memory_.step(Line::Last, region, 0, 0, top, count - 1);
        if (count != 1) {
            memory_.reason(Rule::None);
            return;
        }
        memory_.reason(Rule::HeapRegionOver);
        const bool isCurrent = memory_.load(current_) == region;
        memory_.step(Line::Reset, region, 0, 0, top);
        memory_.store(region + topOffset, headerBytes);
        if (!isCurrent) {
            list(region, checkedLength(region));
        }
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override {
        const std::uint64_t taken = memory_.load(taken_);
        std::uint64_t at = first_;
        while (at < taken) {
            const std::uint64_t length = checkedLength(at);
            const std::uint64_t top = memory_.load(at + topOffset);
            if (top < length && !functor({VirtAddr(at + top), ByteCount(length - top)})) {
                return;
            }
            at += length;
        }
        if (taken < memory_.heapEnd()) {
            functor({VirtAddr(taken), ByteCount(memory_.heapEnd() - taken)});
        }
    }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode(size_, reader, extent);
    }

    [[nodiscard]] std::uint64_t footprint(const ArenaReader& reader,
                                          const HeapExtent& extent) const override {
        return takenBytes(reader, extent);
    }

    [[nodiscard]] const Listing& listing() const override { return listingOfRegion; }

private:
    static constexpr std::uint64_t most = std::uint64_t{1} << 46;

    // ---- checks ----
    /// The region that a block lies in: blocks begin in the first `size_` bytes of their region.
    [[nodiscard]] std::uint64_t regionOf(std::uint64_t block) {
        if (block < first_ || block >= memory_.load(taken_)) {
            throw HeapDamaged{VirtAddr(block), block};
        }
        return first_ + (block - first_) / size_ * size_;
    }

    [[nodiscard]] std::uint64_t checkedLength(std::uint64_t region) {
        const std::uint64_t length = memory_.load(region);
        const std::uint64_t taken = memory_.load(taken_);
        if (region < first_ || region >= taken || length > taken - region || length < size_ ||
            length % size_ != 0) {
            throw HeapDamaged{VirtAddr(region), length};
        }
        return length;
    }

    // ---- blocks ----
    /// A block above the top of the region, `refused` if there is no room.
    std::uint64_t bump(std::uint64_t region, std::uint64_t size) {
        memory_.step(Line::Room, region, 0, size);
        const std::uint64_t length = memory_.load(region);
        const std::uint64_t top = memory_.load(region + topOffset);
        if (top > length) {
            throw HeapDamaged{VirtAddr(region + topOffset), top};
        }
        const std::uint64_t block = roundUp(region + top, alignment_);
        if (block - region > length || size > length - (block - region)) {
            return refused;
        }
        memory_.step(Line::Give, region, length, size, top);
        memory_.store(region + topOffset, block + size - region);
        memory_.step(Line::Count, region, length, size, block + size - region);
        memory_.store(region + countOffset, memory_.load(region + countOffset) + 1);
        memory_.reason(Rule::HeapFromTop, size, region + length - block - size);
        return block;
    }

    // ---- regions ----
    /// A region without blocks of at least this length; none if the heap cannot grow.
    std::uint64_t takeRegion(std::uint64_t length) {
        memory_.step(Line::Empty, none, length);
        std::uint64_t link = empty_; // the word that leads to `region`
        std::uint64_t region = memory_.load(link);
        while (region != none) {
            memory_.step(Line::Look, region, length);
            memory_.looked();
            const std::uint64_t has = checkedLength(region);
            const std::uint64_t next = nextEmpty(region);
            if (has >= length) {
                memory_.step(Line::Unlist, region, has);
                memory_.store(link, has == length ? next : region + length);
                if (has > length) {
                    memory_.step(Line::Rest, region + length, has - length);
                    write(region + length, has - length);
                    memory_.store(region + length + linkOffset, next);
                }
                memory_.step(Line::Open, region, length);
                write(region, length);
                return region;
            }
            link = region + linkOffset;
            region = next;
        }
        return fresh(length);
    }

    std::uint64_t fresh(std::uint64_t length) {
        memory_.step(Line::Fresh, none, length);
        const std::uint64_t region = memory_.load(taken_);
        if (memory_.heapEnd() < region || length > memory_.heapEnd() - region) {
            memory_.step(Line::Grow, region, length);
            const std::uint64_t missing = region + length - memory_.heapEnd();
            if (!memory_.grow(roundUp(missing, pageBytes))) {
                return none;
            }
        }
        memory_.step(Line::Fresh, region, length);
        memory_.store(taken_, region + length);
        memory_.step(Line::Open, region, length);
        write(region, length);
        return region;
    }

    /// A region without blocks.
    void write(std::uint64_t region, std::uint64_t length) {
        memory_.store(region, length);
        memory_.store(region + topOffset, headerBytes);
        memory_.store(region + countOffset, 0);
    }

    /// The list goes up, so that it ends.
    std::uint64_t nextEmpty(std::uint64_t region) {
        const std::uint64_t next = memory_.load(region + linkOffset);
        if (next <= region) {
            throw HeapDamaged{VirtAddr(region + linkOffset), next};
        }
        return next;
    }

    void list(std::uint64_t region, std::uint64_t length) {
        std::uint64_t front = none;
        memory_.step(Line::Seek, region, length);
        std::uint64_t next = memory_.load(empty_);
        while (next < region) { // none is above all
            memory_.step(Line::Seek, next, length);
            (void)checkedLength(next);
            front = next;
            next = nextEmpty(next);
        }
        memory_.step(Line::List, region, length);
        memory_.store(region + linkOffset, next);
        memory_.step(Line::List, region, length);
        memory_.store(front == none ? empty_ : front + linkOffset, region);
        join(region, next);
        if (front != none) {
            join(front, region);
        }
    }

    void join(std::uint64_t region, std::uint64_t next) {
        memory_.step(Line::Merge, region);
        const std::uint64_t length = memory_.load(region);
        if (region + length == next) {
            memory_.step(Line::Merge, region, length);
            memory_.store(region, length + checkedLength(next));
            memory_.step(Line::Merge, region, length);
            memory_.store(region + linkOffset, memory_.load(next + linkOffset));
        }
    }

    Memory& memory_;
    std::uint64_t size_;
    std::uint64_t alignment_;
    std::uint64_t first_;   ///< region
    std::uint64_t current_; ///< where the word lies
    std::uint64_t empty_;   ///< where the word lies
    std::uint64_t taken_;   ///< where the word lies
};

} // namespace

MemoryPlan planRegion(const AllocatorSettings& settings) {
    return growingPlan(settings, region::booksBytes);
}

const Listing& listingRegion() {
    return listingOfRegion;
}

template <class Memory>
std::unique_ptr<Allocator> makeRegion(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<Region<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(Region);

} // namespace fragscope
