#include "fragscope/alloc/allocators/buddy_layout.h"
#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/heap_size.h"

#include <array>

/// The binary buddy allocator: blocks of powers of two, each at a multiple of its size; a block too
/// large for a request is split in halves, and a freed block merges with its other half, its buddy,
/// whose address differs in one bit. Sources: Knowlton 1965; Knuth, TAOCP 1, 2.5, Algorithms R and
/// S.
///
/// `minimum` is the smallest block, 16 bytes by default. A heap that is no power of two is taken as
/// the largest blocks that fit, one behind the other: 100 units as 64, 32 and 4; what is left below
/// the smallest block is not used. It grows in the same manner, up to the next multiple of the size
/// asked for. Requests of 0 bytes count as 1.
namespace fragscope {

namespace {

using namespace buddy;

enum class Line : std::uint16_t {
    Orders = 1,
    Take,
    Split,
    Used,
    Grow,
    Add,
    Free,
    Buddy,
    Join,
    Insert
};

constexpr std::array<std::string_view, 10> lines{
    "malloc(size): which lists, from the lowest order that holds size upwards, have a block?",
    "take the first block of the lowest such list",
    "too large: the upper half becomes a free block of the order below",
    "its order: in use",
    "no list has a block: the heap grows",
    "the new memory is freed, as the largest blocks that fit",
    "free(block): what is its order?",
    "is its buddy, at offset XOR size, free and of the same order?",
    "then the buddy leaves its list, and both are one block of the next order",
    "it becomes the first of the list of its order",
};

constexpr std::array<std::string_view, 5> names{"block", "order", "size_bytes", "buddy", "orders"};

const Listing listingOfBuddy{ListingId::BuddyHeap, "buddy", "Binary buddy", lines, names};

template <class Memory> class Buddy final : public Allocator {
public:
    Buddy(const AllocatorSettings& settings, Memory& memory)
        : memory_(memory), layout_(layoutFor(settings)), unit_(settings.unit),
          start_(memory.heapStart()), books_(memory.books()) {}

    void initialise() override {
        memory_.store(books_, 0);
        for (unsigned order = 0; order < orders; ++order) {
            memory_.store(headOf(order), none);
        }
        add(0, usable());
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        const std::uint64_t size = std::max<std::uint64_t>(bytes, 1);
        const unsigned order = size > most / unit_ ? orders : layout_.orderFor(size * unit_);
        memory_.step(Line::Orders, none, order, size);
        std::uint64_t lists = order >= orders ? 0 : memory_.load(books_) >> order << order;
        memory_.looked();
        while (lists == 0) {
            if (order >= orders || !grow(order)) {
                memory_.reason(Rule::HeapNoBlock, size);
                return refused;
            }
            memory_.step(Line::Orders, none, order, size);
            lists = memory_.load(books_) >> order << order;
        }
        const auto found = static_cast<unsigned>(std::countr_zero(lists));
        memory_.step(Line::Take, none, found, size, none, lists);
        const std::uint64_t block = checkedFree(memory_.load(headOf(found)), found);
        unlink(Line::Take, block, found);
        split(block, found, order);
        memory_.step(Line::Used, block, order, size);
        setState(block, usedMark, order);
        if (found == order) {
            memory_.reason(Rule::HeapBuddyExact, size, order);
        } else {
            memory_.reason(Rule::HeapBuddySplit, size, order, found);
        }
        return block;
    }

    void release(std::uint64_t handle) override {
        memory_.step(Line::Free, handle);
        const unsigned order = usedOrder(handle);
        const Joined block = join(handle, order);
        insert(block.at, block.order);
        memory_.reason(block.order == order ? Rule::HeapFreed : Rule::HeapMerged,
                       layout_.bytesOf(block.order));
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override {
        const std::uint64_t own = layout_.inBand ? linkBytes : 0;
        const std::uint64_t end = usable();
        for (std::uint64_t offset = 0; offset < end;) {
            const auto mark = memory_.template load<std::uint8_t>(stateOf(start_ + offset));
            const std::uint64_t length = layout_.bytesOf(mark & orderMask);
            if (mark == 0 || length > end - offset) {
                throw HeapDamaged{VirtAddr(start_ + offset), mark};
            }
            if ((mark & freeMark) != 0 && length > own &&
                !functor({VirtAddr(start_ + offset + own), ByteCount(length - own)})) {
                return;
            }
            offset += length;
        }
    }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode(layout_, reader, extent);
    }

    [[nodiscard]] const Listing& listing() const override { return listingOfBuddy; }

private:
    static constexpr std::uint64_t most = std::uint64_t{1} << 46;

    struct Joined {
        std::uint64_t at;
        unsigned order;
    };

    [[nodiscard]] std::uint64_t usable() const {
        return layout_.usable(memory_.heapEnd() - start_);
    }

    [[nodiscard]] std::uint64_t headOf(unsigned order) const {
        return books_ + headsOffset + order * wordBytes;
    }

    [[nodiscard]] std::uint64_t stateOf(std::uint64_t block) const {
        return layout_.stateAt(books_, block - start_);
    }

    [[nodiscard]] std::uint64_t linksOf(std::uint64_t block) const {
        return layout_.linksAt(start_, books_, block - start_);
    }

    void setState(std::uint64_t block, std::uint8_t mark, unsigned order) {
        memory_.template store<std::uint8_t>(stateOf(block),
                                             static_cast<std::uint8_t>(mark | order));
    }

    [[nodiscard]] bool isState(std::uint64_t block, std::uint8_t mark, unsigned order) {
        return memory_.template load<std::uint8_t>(stateOf(block)) == (mark | order);
    }

    // ---- checks ----
    /// `block`, which some link leads to: a free block of this order.
    std::uint64_t checkedFree(std::uint64_t block, unsigned order) {
        if (block - start_ >= usable() || ((block - start_) & (layout_.least - 1)) != 0 ||
            !isState(block, freeMark, order)) {
            throw HeapDamaged{VirtAddr(block), block};
        }
        return block;
    }

    /// The order of a block that a program gives back.
    unsigned usedOrder(std::uint64_t block) {
        if (block - start_ >= usable() || ((block - start_) & (layout_.least - 1)) != 0) {
            throw HeapDamaged{VirtAddr(block), block};
        }
        const auto mark = memory_.template load<std::uint8_t>(stateOf(block));
        if ((mark & usedMark) == 0) {
            throw HeapDamaged{VirtAddr(stateOf(block)), mark};
        }
        return mark & orderMask;
    }

    // ---- lists ----
    void unlink(Line line, std::uint64_t block, unsigned order) {
        const std::uint64_t links = linksOf(block);
        const std::uint64_t next = memory_.load(links);
        const std::uint64_t previous = memory_.load(links + 8);
        checkLinks(block, order, next, previous);
        memory_.step(line, block, order);
        memory_.store(previous == none ? headOf(order) : linksOf(previous), next);
        if (next != none) {
            memory_.step(line, block, order);
            memory_.store(linksOf(next) + 8, previous);
        } else if (previous == none) {
            memory_.step(line, block, order);
            memory_.store(books_, memory_.load(books_) & ~(1ULL << order));
        }
    }

    void
    checkLinks(std::uint64_t block, unsigned order, std::uint64_t next, std::uint64_t previous) {
        const std::uint64_t led = previous == none
                                      ? memory_.load(headOf(order))
                                      : memory_.load(linksOf(checkedFree(previous, order)));
        if (led != block) {
            throw HeapDamaged{VirtAddr(linksOf(block) + 8), previous};
        }
        if (next != none && memory_.load(linksOf(checkedFree(next, order)) + 8) != block) {
            throw HeapDamaged{VirtAddr(linksOf(block)), next};
        }
    }

    void insert(std::uint64_t block, unsigned order) {
        memory_.step(Line::Insert, block, order);
        setState(block, freeMark, order);
        memory_.step(Line::Insert, block, order);
        const std::uint64_t first = memory_.load(headOf(order));
        const std::uint64_t links = linksOf(block);
        memory_.store(links, first);
        memory_.store(links + 8, none);
        memory_.step(Line::Insert, block, order);
        memory_.store(headOf(order), block);
        memory_.step(Line::Insert, block, order);
        if (first != none) {
            memory_.store(linksOf(checkedFree(first, order)) + 8, block);
        } else {
            memory_.store(books_, memory_.load(books_) | 1ULL << order);
        }
    }

    // ---- halves ----
    void split(std::uint64_t block, unsigned from, unsigned to) {
        while (from > to) {
            --from;
            memory_.step(Line::Split, block, from);
            insert(block + layout_.bytesOf(from), from);
        }
    }

    /// The block with all buddies that are free; its first piece says nothing yet.
    Joined join(std::uint64_t block, unsigned order) {
        const std::uint64_t end = usable();
        std::uint64_t offset = block - start_;
        while (order + 1 < orders) {
            const std::uint64_t length = layout_.bytesOf(order);
            const std::uint64_t other = offset ^ length;
            memory_.step(Line::Buddy, start_ + offset, order, length, start_ + other);
            if (other > end || length > end - other || !isState(start_ + other, freeMark, order)) {
                break;
            }
            memory_.step(Line::Join, start_ + offset, order, length, start_ + other);
            unlink(Line::Join, start_ + other, order);
            memory_.step(Line::Join, start_ + offset, order, length, start_ + other);
            setState(start_ + (offset | length), 0, 0);
            offset &= ~length;
            ++order;
        }
        return {start_ + offset, order};
    }

    // ---- growth ----
    /// Up to the next multiple of the block that is wanted.
    bool grow(unsigned order) {
        const std::uint64_t had = memory_.heapEnd() - start_;
        const std::uint64_t step = std::max<std::uint64_t>(layout_.bytesOf(order), pageBytes);
        const std::uint64_t from = usable();
        memory_.step(Line::Grow, none, order);
        if (!memory_.grow(roundUp(had + 1, step) - had)) {
            return false;
        }
        add(from, usable());
        return true;
    }

    void add(std::uint64_t from, std::uint64_t to) {
        while (from < to) {
            const unsigned order = layout_.largestOrder(from, to);
            memory_.step(Line::Add, start_ + from, order);
            const Joined block = join(start_ + from, order);
            insert(block.at, block.order);
            from += layout_.bytesOf(order);
        }
    }

    Memory& memory_;
    Layout layout_;
    std::uint64_t unit_;
    std::uint64_t start_;
    std::uint64_t books_;
};

} // namespace

MemoryPlan planBuddy(const AllocatorSettings& settings) {
    MemoryPlan plan = growingPlan(settings, 0);
    const Layout layout = layoutFor(settings);
    plan.booksBytes = piecesOffset + (plan.heapLimit / layout.least + 1) * layout.pieceBytes;
    return plan;
}

const Listing& listingBuddy() {
    return listingOfBuddy;
}

template <class Memory>
std::unique_ptr<Allocator> makeBuddy(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<Buddy<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(Buddy);

} // namespace fragscope
