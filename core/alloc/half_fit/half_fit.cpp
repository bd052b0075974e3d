#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/half_fit/half_fit_blocks.h"

#include <array>

/// Half-fit: lists of free blocks by powers of two and one bitmap. A request takes the head of the
/// first list whose blocks all hold it, so that nothing is searched; a block of the list below is
/// never looked at, though it might do (incomplete memory use: hence the name). Words and sources:
/// half_fit_layout.h; Ogasawara 1995; Kirienko, o1heap 2.1.
namespace fragscope {

using namespace half_fit_layout;

namespace {

enum class Line : std::uint16_t {
    Round = 1,
    Bitmap,
    Take,
    Size,
    Links,
    Relink,
    NewHead,
    ClearBit,
    Split,
    Mark,
    CountTaken,
    CountRefused,
    Free,
    CountGiven,
    Before,
    Behind,
    Join,
    SetFree,
    Insert,
    OldHead,
    SetBit,
};

constexpr std::array<std::string_view, 21> lines{
    "malloc(size): with its header; classic: in whole granules; else: up to a power of two",
    "the bitmap: the lowest list with a block, from ceil(log2(size)) on: all there are large "
    "enough",
    "the head of that list is the block; nothing else is looked at",
    "its header says how large it is",
    "unlink: the block says who is next and who is before it in the list",
    "the next one in the list points back past the block",
    "the one before it, or the head of the list, points forward past it",
    "the list has become empty: its bit is cleared",
    "what is left is large enough for a block: it becomes a free one",
    "the block is marked as used",
    "power of two: more bytes are allocated; the largest request",
    "power of two: one more request is refused",
    "free(block): its header gives its size",
    "power of two: fewer bytes are allocated",
    "is the block before it free?",
    "is the block behind it free?",
    "they become one block",
    "its header says that it is free, and how large it is now",
    "insert: at the head of the list floor(log2(size))",
    "the old head points back to it",
    "the bit of its list is set",
};

constexpr std::array<std::string_view, 6> names{"size_bytes",  "list",       "block",
                                                "block_bytes", "rest_bytes", "neighbour"};

const Listing listingOfHalfFit{ListingId::HalfFit, "half-fit", "Half-fit", lines, names};

struct Locals {
    std::uint64_t size = 0;
    std::uint64_t list = 0;
    std::uint64_t block = 0;
    std::uint64_t bytes = 0;
    std::uint64_t rest = 0;
    std::uint64_t neighbour = 0;
};

template <class Memory, class Blocks> class HalfFit final : public Allocator {
    using Layout = typename Blocks::Layout;

public:
    explicit HalfFit(Memory& memory)
        : memory_(memory), heap_(memory.heapStart()), first_(heap_ + Layout::first),
          end_(first_ + capacityOf<Layout>(memory.heapEnd() - heap_)),
          blocks_(memory, first_, end_) {}

    void initialise() override {
        for (std::uint64_t at = heap_; at < first_; at += 8) {
            memory_.store(at, 0);
        }
        blocks_.startCounting();
        blocks_.makeFree(first_, end_ - first_);
        Locals l;
        insert(l, first_, end_ - first_);
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        Locals l;
        l.size = Layout::blockFor(bytes, end_ - first_);
        step(Line::Round, l);
        if (l.size == 0 || !find(l)) {
            if constexpr (Blocks::counts) {
                step(Line::CountRefused, l);
                blocks_.countRefused(bytes);
            }
            memory_.reason(Rule::HeapNoBlock, bytes);
            return refused;
        }
        memory_.reason(Rule::HeapHalfFit, l.size, l.list);
        takeHead(l);
        l.rest = l.bytes - l.size;
        if (l.rest >= Layout::least) {
            step(Line::Split, l);
            blocks_.split(l.block, l.size, l.rest);
            insert(l, l.block + l.size, l.rest);
        } else {
            l.size = l.bytes;
        }
        if constexpr (Blocks::counts) {
            step(Line::CountTaken, l);
            blocks_.countTaken(l.size, bytes);
        }
        step(Line::Mark, l);
        blocks_.makeUsed(l.block, l.size);
        return l.block + Layout::payload;
    }

    void release(std::uint64_t handle) override {
        Locals l;
        l.block = handle - Layout::payload;
        step(Line::Free, l);
        checkAddress(l.block, handle);
        const Header header = blocks_.header(l.block);
        check(!header.free && isSound(l.block, header.size), l.block, header.size);
        l.size = header.size;
        l.bytes = header.size;
        if constexpr (Blocks::counts) {
            step(Line::CountGiven, l);
            blocks_.countGiven(l.size);
        }
        mergeBehind(l);
        mergeBefore(l);
        step(Line::SetFree, l);
        blocks_.makeFree(l.block, l.bytes);
        insert(l, l.block, l.bytes);
        memory_.reason(l.bytes == l.size ? Rule::HeapFreed : Rule::HeapMerged, l.bytes);
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override {
        for (std::uint64_t block = first_; block < end_;) {
            const Header header = blocks_.header(block);
            check(isSound(block, header.size), block, header.size);
            const std::uint64_t start = block + Layout::endOfLinks;
            block += header.size;
            const std::uint64_t end = block - Layout::tail;
            if (header.free && start < end && !functor({VirtAddr(start), ByteCount(end - start)})) {
                return;
            }
        }
    }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode<Layout>(reader, extent);
    }

    [[nodiscard]] const Listing& listing() const override { return listingOfHalfFit; }

private:
    // ---- malloc ----
    bool find(Locals& l) {
        l.list = searchedList<Layout>(l.size);
        step(Line::Bitmap, l);
        const std::uint64_t map = memory_.load(heap_ + Layout::bitmap) & ~std::uint64_t{0}
                                                                             << l.list;
        memory_.looked();
        l.list = static_cast<unsigned>(std::countr_zero(map));
        return map != 0;
    }

    void takeHead(Locals& l) {
        step(Line::Take, l);
        l.block = memory_.load(headOf(l.list));
        checkAddress(l.block, headOf(l.list));
        step(Line::Size, l);
        const Header header = blocks_.header(l.block);
        check(header.free && header.size >= l.size && isSound(l.block, header.size), l.block,
              header.size);
        l.bytes = header.size;
        unlink(l, l.block, header.size);
    }

    // ---- free ----
    void mergeBehind(Locals& l) {
        step(Line::Behind, l);
        l.neighbour = blocks_.behind(l.block, l.bytes);
        const Header header = l.neighbour != 0 ? blocks_.header(l.neighbour) : Header{};
        if (!header.free) {
            return;
        }
        check(isSound(l.neighbour, header.size), l.neighbour, header.size);
        unlink(l, l.neighbour, header.size);
        step(Line::Join, l);
        blocks_.merge(l.block, l.neighbour);
        l.bytes += header.size;
    }

    void mergeBefore(Locals& l) {
        step(Line::Before, l);
        l.neighbour = blocks_.freeBefore(l.block);
        if (l.neighbour == 0) {
            return;
        }
        checkAddress(l.neighbour, l.block);
        const Header header = blocks_.header(l.neighbour);
        check(header.free && l.neighbour + header.size == l.block, l.neighbour, header.size);
        unlink(l, l.neighbour, header.size);
        step(Line::Join, l);
        blocks_.merge(l.neighbour, l.block);
        l.block = l.neighbour;
        l.bytes += header.size;
    }

    // ---- lists ----
    void unlink(Locals& l, std::uint64_t block, std::uint64_t size) {
        l.list = listOf<Layout>(size);
        step(Line::Links, l);
        const std::uint64_t next = memory_.load(block + Layout::next);
        const std::uint64_t previous = memory_.load(block + Layout::previous);
        if (next != 0) {
            step(Line::Relink, l);
            check(next >= first_ && memory_.load(next + Layout::previous) == block,
                  block + Layout::next, next);
            memory_.store(next + Layout::previous, previous);
        }
        step(Line::NewHead, l);
        const std::uint64_t link = previous != 0 ? previous + Layout::next : headOf(l.list);
        check((previous == 0 || previous >= first_) && memory_.load(link) == block,
              block + Layout::previous, previous);
        memory_.store(link, next);
        if (previous == 0 && next == 0) {
            step(Line::ClearBit, l);
            const std::uint64_t map = heap_ + Layout::bitmap;
            memory_.store(map, memory_.load(map) & ~(std::uint64_t{1} << l.list));
        }
    }

    void insert(Locals& l, std::uint64_t block, std::uint64_t size) {
        l.list = listOf<Layout>(size);
        step(Line::Insert, l);
        const std::uint64_t old = memory_.load(headOf(l.list));
        memory_.store(block + Layout::next, old);
        memory_.store(block + Layout::previous, 0);
        memory_.store(headOf(l.list), block);
        if (old != 0) {
            step(Line::OldHead, l);
            check(old >= first_, headOf(l.list), old);
            memory_.store(old + Layout::previous, block);
        }
        step(Line::SetBit, l);
        const std::uint64_t map = heap_ + Layout::bitmap;
        memory_.store(map, memory_.load(map) | std::uint64_t{1} << l.list);
    }

    // ---- words ----
    void step(Line line, const Locals& l) {
        memory_.step(line, l.size, l.list, l.block, l.bytes, l.rest, l.neighbour);
    }

    static void check(bool good, std::uint64_t at, std::uint64_t found) {
        if (!good) [[unlikely]] {
            throw HeapDamaged{VirtAddr(at), found};
        }
    }

    /// A block may lie here: read as a link at `at`.
    void checkAddress(std::uint64_t block, std::uint64_t at) const {
        check(block >= first_ && block < end_ && (block - first_) % Layout::granule == 0, at,
              block);
    }

    [[nodiscard]] bool isSound(std::uint64_t block, std::uint64_t size) const {
        return size >= Layout::least && size % Layout::granule == 0 && size <= end_ - block;
    }

    [[nodiscard]] std::uint64_t headOf(std::uint64_t list) const {
        return heap_ + Layout::heads + 8 * list;
    }

    Memory& memory_;
    std::uint64_t heap_;
    std::uint64_t first_; ///< block
    std::uint64_t end_;   ///< of the blocks
    Blocks blocks_;
};

} // namespace

MemoryPlan planHalfFit(const AllocatorSettings& settings) {
    return fixedPlan(settings, 0);
}

const Listing& listingHalfFit() {
    return listingOfHalfFit;
}

template <class Memory>
std::unique_ptr<Allocator> makeHalfFit(const AllocatorSettings& settings, Memory& memory) {
    if (settings.variant == AllocatorVariant::PowerOfTwo) {
        return std::make_unique<HalfFit<Memory, PowerOfTwoBlocks<Memory>>>(memory);
    }
    return std::make_unique<HalfFit<Memory, ClassicBlocks<Memory>>>(memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(HalfFit);

} // namespace fragscope
