#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/allocators/tlsf_layout.h"

#include <array>

/// TLSF, two-level segregated fit: a matrix of lists of free blocks, whose bitmaps find in a few
/// words the first list whose blocks all hold the request. No list is walked, so that time does not
/// depend on the number of blocks. Words and sources: tlsf_layout.h; Masmano et al. 2004, 2008.
namespace fragscope {

using namespace tlsf_layout;

namespace {

enum class Line : std::uint16_t {
    Round = 1,
    Map,
    LookInRow,
    LookAtRows,
    LookInNextRow,
    Take,
    Size,
    Links,
    Relink,
    NewHead,
    ClearList,
    ClearRow,
    Split,
    TellRest,
    Whole,
    Mark,
    Free,
    Before,
    After,
    MarkFree,
    Insert,
    OldHead,
    SetBits,
    TellBehind,
};

constexpr std::array<std::string_view, 24> lines{
    "malloc(size): rounded up to the granule, at least the smallest payload",
    "row and list whose blocks are all large enough: the size rounded up to the next list",
    "the bitmap of the row: its first list from there on that has a block",
    "there is none: the bitmap of rows, the first row above that has a block",
    "the bitmap of that row: its first list that has a block",
    "the head of that list is the block; nothing else is looked at",
    "its header says how large it is",
    "unlink: the block says who is next and who is before it in the list",
    "the next one in the list points back past the block",
    "the one before it, or the head of the list, points forward past it",
    "the list has become empty: its bit is cleared",
    "the row has become empty: its bit is cleared",
    "what is left holds a header and the smallest payload: it becomes a free block",
    "the block behind learns where the free block before it begins",
    "too little is left: the block is given out whole; the block behind learns it",
    "the block is marked as used",
    "free(block): its header gives its size",
    "is the block before it free? it says where it begins; they become one",
    "is the block behind it free? they become one",
    "the header of the whole: its size, free",
    "insert: at the head of the list of its size",
    "the old head points back to it",
    "the bits of its list and its row are set",
    "the block behind learns that the one before it is free, and where it begins",
};

constexpr std::array<std::string_view, 7> names{"size_bytes",  "row",        "list",     "block",
                                                "block_bytes", "rest_bytes", "neighbour"};

const Listing listingOfTlsf{ListingId::Tlsf, "tlsf", "TLSF", lines, names};

struct Locals {
    std::uint64_t size = 0;
    MatrixPlace at{};
    std::uint64_t block = 0;
    std::uint64_t bytes = 0;
    std::uint64_t rest = 0;
    std::uint64_t neighbour = 0;
};

template <class Memory, class Layout> class Tlsf final : public Allocator {
public:
    explicit Tlsf(Memory& memory)
        : memory_(memory), control_(memory.heapStart()), first_(control_ + Layout::firstBlock) {}

    void initialise() override {
        if constexpr (Layout::hasNullBlock) {
            store(null() + Layout::next, null());
            store(null() + Layout::previous, null());
        } else {
            storePoolWords();
        }
        storeBits(control_ + Layout::rowBitmap, 0);
        for (unsigned row = 0; row < Layout::rows; ++row) {
            storeBits(bitmapOf(row), 0);
            for (unsigned list = 0; list < lists; ++list) {
                store(headOf({row, list}), null());
            }
        }
        Locals l;
        l.block = first_;
        l.bytes = Layout::poolBytes(memory_.heapEnd() - control_);
        const std::uint64_t last = behind<Layout>(l.block, l.bytes);
        store(l.block + word, l.bytes | freeBit);
        store(last, l.block);
        store(last + word, previousFreeBit);
        insert(l, l.block, l.bytes);
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        Locals l;
        l.size = payloadFor<Layout>(bytes);
        step(Line::Round, l);
        if (l.size == 0 || !find(l)) {
            memory_.reason(Rule::HeapNoBlock, bytes);
            return refused;
        }
        const MatrixPlace found = l.at;
        const std::uint64_t header = takeHead(l);
        l.rest = l.bytes - l.size;
        if (l.rest >= Layout::header + Layout::least) {
            splitOff(l);
        } else {
            l.size = l.bytes;
            l.neighbour = behind<Layout>(l.block, l.bytes);
            step(Line::Whole, l);
            store(l.neighbour + word, load(l.neighbour + word) & ~previousFreeBit);
        }
        step(Line::Mark, l);
        store(l.block + word, l.size | (header & previousFreeBit));
        memory_.reason(Rule::HeapGoodFit, l.size, found.row, found.list);
        return l.block + 2 * word;
    }

    void release(std::uint64_t handle) override {
        Locals l;
        l.block = handle - 2 * word;
        step(Line::Free, l);
        checkAddress(l.block, handle);
        const std::uint64_t header = load(l.block + word);
        check((header & freeBit) == 0 && isSound<Layout>(l.block, header, memory_.heapEnd()),
              l.block + word, header);
        l.size = sizeOf(header);
        l.bytes = l.size;
        step(Line::Before, l);
        if ((header & previousFreeBit) != 0) {
            mergeBefore(l);
        }
        mergeBehind(l);
        step(Line::MarkFree, l);
        store(l.block + word, l.bytes | freeBit);
        insert(l, l.block, l.bytes);
        step(Line::TellBehind, l);
        store(l.neighbour, l.block);
        memory_.reason(l.bytes == l.size ? Rule::HeapFreed : Rule::HeapMerged, l.bytes);
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override {
        for (std::uint64_t block = first_;;) {
            const std::uint64_t header = load(block + word);
            const std::uint64_t size = sizeOf(header);
            if (size == 0) {
                return;
            }
            check(isSound<Layout>(block, header, memory_.heapEnd()), block + word, header);
            const std::uint64_t start = block + 4 * word;
            const std::uint64_t end = behind<Layout>(block, size);
            if ((header & freeBit) != 0 && start < end &&
                !functor({VirtAddr(start), ByteCount(end - start)})) {
                return;
            }
            block = end;
        }
    }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode<Layout>(reader, extent);
    }

    [[nodiscard]] const Listing& listing() const override { return listingOfTlsf; }

private:
    static constexpr std::uint64_t word = wordBytesOf<Layout>();

    // ---- malloc ----
    /// The first list from the searched one on that has a block.
    bool find(Locals& l) {
        const std::uint64_t searched = searchedSize<Layout>(l.size);
        l.size = Layout::roundsRequests ? searched : l.size;
        l.at = placeOf<Layout>(searched);
        step(Line::Map, l);
        if (l.at.row >= Layout::rows) {
            return false;
        }
        step(Line::LookInRow, l);
        std::uint32_t map = loadBits(bitmapOf(l.at.row)) & (~0U << l.at.list);
        memory_.looked();
        if (map == 0) {
            step(Line::LookAtRows, l);
            const std::uint32_t rows = loadBits(control_ + Layout::rowBitmap);
            const std::uint32_t above = rows & (~0U << (l.at.row + 1));
            memory_.looked();
            if (above == 0) {
                return false;
            }
            l.at.row = static_cast<unsigned>(std::countr_zero(above));
            check(l.at.row < Layout::rows, control_ + Layout::rowBitmap, rows);
            step(Line::LookInNextRow, l);
            map = loadBits(bitmapOf(l.at.row));
            memory_.looked();
            check(map != 0, bitmapOf(l.at.row), map);
        }
        l.at.list = static_cast<unsigned>(std::countr_zero(map));
        return true;
    }

    /// Returns the header as it was.
    std::uint64_t takeHead(Locals& l) {
        step(Line::Take, l);
        l.block = load(headOf(l.at));
        checkAddress(l.block, headOf(l.at));
        step(Line::Size, l);
        const std::uint64_t header = load(l.block + word);
        l.bytes = sizeOf(header);
        check((header & freeBit) != 0 && l.bytes >= l.size &&
                  isSound<Layout>(l.block, header, memory_.heapEnd()),
              l.block + word, header);
        unlink(l, l.block, l.at);
        return header;
    }

    void splitOff(Locals& l) {
        const std::uint64_t rest = behind<Layout>(l.block, l.size);
        const std::uint64_t bytes = l.rest - Layout::header;
        l.neighbour = rest;
        step(Line::Split, l);
        store(rest + word, bytes | freeBit);
        step(Line::TellRest, l);
        store(behind<Layout>(rest, bytes), rest);
        insert(l, rest, bytes);
    }

    // ---- free ----
    void mergeBefore(Locals& l) {
        const std::uint64_t before = load(l.block);
        checkAddress(before, l.block);
        const std::uint64_t header = load(before + word);
        const std::uint64_t size = sizeOf(header);
        check((header & freeBit) != 0 && behind<Layout>(before, size) == l.block, before + word,
              header);
        l.neighbour = before;
        unlink(l, before, placeOf<Layout>(size));
        l.block = before;
        l.bytes += Layout::header + size;
    }

    /// Afterwards `neighbour` is the block behind the whole, which knows that it follows a free
    /// one.
    void mergeBehind(Locals& l) {
        l.neighbour = behind<Layout>(l.block, l.bytes);
        step(Line::After, l);
        const std::uint64_t header = load(l.neighbour + word);
        if ((header & freeBit) == 0) {
            store(l.neighbour + word, header | previousFreeBit);
            return;
        }
        check(isSound<Layout>(l.neighbour, header, memory_.heapEnd()), l.neighbour + word, header);
        const std::uint64_t size = sizeOf(header);
        unlink(l, l.neighbour, placeOf<Layout>(size));
        l.bytes += Layout::header + size;
        l.neighbour = behind<Layout>(l.block, l.bytes);
    }

    // ---- lists ----
    void unlink(Locals& l, std::uint64_t block, MatrixPlace at) {
        l.at = at;
        step(Line::Links, l);
        const std::uint64_t next = load(block + Layout::next);
        const std::uint64_t previous = load(block + Layout::previous);
        if (next != null()) {
            checkAddress(next, block + Layout::next);
            check(load(next + Layout::previous) == block, next + Layout::previous, block);
        }
        if (next != null() || Layout::hasNullBlock) {
            step(Line::Relink, l);
            store(next + Layout::previous, previous);
        }
        step(Line::NewHead, l);
        if (previous != null() || Layout::hasNullBlock) {
            check(load(previous + Layout::next) == block || previous == null(),
                  block + Layout::previous, previous);
            store(previous + Layout::next, next);
        }
        if (previous == null()) {
            check(load(headOf(at)) == block, headOf(at), block);
            store(headOf(at), next);
            if (next == null()) {
                clearBits(l, at);
            }
        }
    }

    void clearBits(Locals& l, MatrixPlace at) {
        step(Line::ClearList, l);
        const std::uint32_t map = loadBits(bitmapOf(at.row)) & ~(1U << at.list);
        storeBits(bitmapOf(at.row), map);
        if (map == 0) {
            step(Line::ClearRow, l);
            const std::uint64_t rows = control_ + Layout::rowBitmap;
            storeBits(rows, loadBits(rows) & ~(1U << at.row));
        }
    }

    void insert(Locals& l, std::uint64_t block, std::uint64_t bytes) {
        l.at = placeOf<Layout>(bytes);
        const std::uint64_t head = headOf(l.at);
        step(Line::Insert, l);
        const std::uint64_t old = load(head);
        store(block + Layout::next, old);
        store(block + Layout::previous, null());
        store(head, block);
        if (old != null() || Layout::hasNullBlock) {
            step(Line::OldHead, l);
            check(old == null() || (old >= first_ && old % Layout::granule == 0), head, old);
            store(old + Layout::previous, block);
        }
        step(Line::SetBits, l);
        const std::uint64_t rows = control_ + Layout::rowBitmap;
        storeBits(rows, loadBits(rows) | 1U << l.at.row);
        storeBits(bitmapOf(l.at.row), loadBits(bitmapOf(l.at.row)) | 1U << l.at.list);
    }

    // ---- words ----
    void step(Line line, const Locals& l) {
        memory_.step(line, l.size, l.at.row, l.at.list, l.block, l.bytes, l.rest, l.neighbour);
    }

    /// Throws if a word is not what it must be.
    static void check(bool good, std::uint64_t at, std::uint64_t found) {
        if (!good) [[unlikely]] {
            throw HeapDamaged{VirtAddr(at), found};
        }
    }

    /// A block may lie here: read as a link at `at`.
    void checkAddress(std::uint64_t block, std::uint64_t at) const {
        check(block >= first_ && block < memory_.heapEnd() && block % Layout::granule == 0, at,
              block);
    }

    std::uint64_t load(std::uint64_t at) {
        return memory_.template load<typename Layout::Word>(at);
    }

    void store(std::uint64_t at, std::uint64_t value) {
        using Word = typename Layout::Word;
        memory_.template store<Word>(at, static_cast<Word>(value));
    }

    std::uint32_t loadBits(std::uint64_t at) { return memory_.template load<std::uint32_t>(at); }

    void storeBits(std::uint64_t at, std::uint32_t bits) {
        memory_.template store<std::uint32_t>(at, bits);
    }

    [[nodiscard]] std::uint64_t null() const { return Layout::hasNullBlock ? control_ : 0; }

    [[nodiscard]] std::uint64_t bitmapOf(unsigned row) const {
        return control_ + Layout::listBitmaps + sizeof(std::uint32_t) * row;
    }

    [[nodiscard]] std::uint64_t headOf(MatrixPlace at) const {
        return control_ + Layout::heads + word * (std::uint64_t{at.row} * lists + at.list);
    }

    /// 2.4.4: the signature, and the block that says where the pool ends.
    void storePoolWords() {
        const std::uint64_t area = control_ + Layout::areaBlock;
        const std::uint64_t bytes = Layout::poolBytes(memory_.heapEnd() - control_);
        store(control_, Layout::signature);
        store(control_ + Layout::areaHead, area + 2 * word);
        store(area + word, 2 * word);
        store(area + 2 * word, behind<Layout>(first_, bytes));
        store(area + 3 * word, 0);
    }

    Memory& memory_;
    std::uint64_t control_; ///< where the control structure lies
    std::uint64_t first_;   ///< where the first block lies
};

} // namespace

MemoryPlan planTlsf(const AllocatorSettings& settings) {
    return fixedPlan(settings, 0);
}

const Listing& listingTlsf() {
    return listingOfTlsf;
}

template <class Memory>
std::unique_ptr<Allocator> makeTlsf(const AllocatorSettings& settings, Memory& memory) {
    if (settings.variant == AllocatorVariant::Tlsf244) {
        return std::make_unique<Tlsf<Memory, Tlsf244>>(memory);
    }
    return std::make_unique<Tlsf<Memory, Tlsf31>>(memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(Tlsf);

} // namespace fragscope
