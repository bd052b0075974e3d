#include "fragscope/alloc/compact_fit/non_moving.h"

#include "fragscope/alloc/compact_fit/non_moving_layout.h"
#include "fragscope/alloc/compact_fit/page_books.h"

#include <array>

/// Blocks are made of small frames of one size that lie anywhere; a table of each page says where.
/// Pages, size classes, the bound k and the three cases of a free are those of the moving form, but
/// a compaction copies the block's part of the table, and not its bytes: its cost is the number of
/// frames. An access goes through one table more. Source: Craciunas et al. 2008 names this form and
/// gives its complexity (malloc and free in the number of frames, access in constant time); the
/// rest is reconstructed.
namespace fragscope {

using namespace compact_fit_layout;
using namespace non_moving_layout;

namespace {

enum class Line : std::uint16_t {
    Class = 1,
    Page,
    NewPage,
    Block,
    Gather,
    Entry,
    Free,
    Scatter,
    Clear,
    Release,
    Open,
    Source,
    Relink,
    Patch,
    Give
};

constexpr std::array<std::string_view, 15> lines{
    "malloc(size): the size class that holds it",
    "has the class a not-full page? the oldest of them gives the block",
    "no: a free page record joins the class",
    "take the lowest free block of the page",
    "take a free frame for the next part of the block",
    "a table entry leads to the block's table of frames; the block notes its entry",
    "free(entry): follow it to the block and its page",
    "the next frame of the block joins the free frames",
    "clear the bit of the block",
    "no block of the page is in use: its record is free",
    "fewer than k pages are not full: this one becomes one of them",
    "k pages are not full: choose one of them, and its lowest block in use",
    "the freed place takes over the next frame of that block: no byte is copied",
    "the entry of that block leads to its new table of frames",
    "the entry joins the free entries",
};

constexpr std::array<std::string_view, 6> names{"size_bytes", "class", "page",
                                                "block",      "entry", "frame"};

const Listing listingOfNonMoving{ListingId::NonMovingCompactFit, "compact-fit-non-moving",
                                 "Compact-fit, non-moving (reconstructed)", lines, names};

template <class Memory> class NonMoving final : public Allocator {
public:
    NonMoving(const AllocatorSettings& settings, Memory& memory)
        : memory_(memory), settings_(settings), classes_(settings), shape_(settings),
          books_(memory.books()),
          pages_(memory, books_ + shape_.pagesAt, shape_.pageBytes, shape_.pages) {}

    void initialise() override {
        for (std::uint64_t word = 0; word <= framesInUse; word += 8) {
            memory_.store(books_ + word, 0);
        }
    }

    std::uint64_t allocate(std::uint64_t bytes) override;
    void release(std::uint64_t handle) override;

    std::uint64_t addressOf(std::uint64_t handle) override { return byteAt(handle, 0); }

    /// Two loads: the entry, and the frame of the byte in the block's table.
    std::uint64_t byteAt(std::uint64_t handle, std::uint64_t offset) override {
        const std::uint64_t table = memory_.load(handle);
        return memory_.load(table + offset / shape_.frame * 8) + offset % shape_.frame;
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override {
        // frames are smaller than a page and keep a link: only what was never used is worth it
        const std::uint64_t fresh =
            memory_.heapStart() + memory_.load(books_ + framesEver) * shape_.frame;
        if (fresh < memory_.heapEnd()) {
            functor({VirtAddr(fresh), ByteCount(memory_.heapEnd() - fresh)});
        }
    }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode(reader, extent, settings_);
    }

    [[nodiscard]] std::uint64_t footprint(const ArenaReader& reader,
                                          const HeapExtent& extent) const override {
        return reader.word(VirtAddr(extent.books + framesInUse)) * shape_.frame;
    }

    [[nodiscard]] bool takesChunks() const override { return true; }

    [[nodiscard]] const Listing& listing() const override { return listingOfNonMoving; }

private:
    struct Place {
        std::uint64_t page = 0;
        std::uint32_t sizeClass = 0;
        std::uint64_t index = 0;
        std::uint64_t frames = 0; ///< of a block
        std::uint64_t table = 0;  ///< the block's part of the page's table

        /// Where the block's owner is noted.
        [[nodiscard]] std::uint64_t owner(const Shape& shape) const {
            return page + shape.ownersAt() + index * 8;
        }
    };

    [[nodiscard]] Place placeIn(std::uint64_t page, std::uint32_t sizeClass, std::uint64_t index) {
        const std::uint64_t frames = shape_.framesOf(classes_.blockBytes(sizeClass));
        return {page, sizeClass, index, frames, page + index * frames * 8};
    }

    [[nodiscard]] std::uint64_t capacity(std::uint32_t sizeClass) const {
        return shape_.capacityOf(shape_.framesOf(classes_.blockBytes(sizeClass)));
    }

    std::uint64_t pageFor(std::uint64_t bytes, std::uint32_t sizeClass);
    bool gather(std::uint64_t bytes, const Place& place);
    void scatter(const Place& place, std::uint64_t frames);
    std::uint64_t takeFrame();
    std::uint64_t takeEntry();
    void giveEntry(std::uint64_t entry);
    void drop(const Place& place);
    void open(const Place& place);
    void releasePage(std::uint64_t page, std::uint32_t sizeClass);
    void compact(const Place& gap);

    Memory& memory_;
    AllocatorSettings settings_;
    SizeClasses classes_;
    Shape shape_;
    std::uint64_t books_;
    CompactFitPages<Memory, std::uint64_t> pages_;
};

// ---- allocation -----------------------------------------------------------------------------

template <class Memory> std::uint64_t NonMoving<Memory>::allocate(std::uint64_t bytes) {
    const std::uint32_t sizeClass = classes_.classOf(bytes);
    memory_.step(Line::Class, bytes, sizeClass);
    const std::uint64_t most = shape_.framesPerPage * shape_.frame;
    if (sizeClass == SizeClasses::none || bytes > most) {
        memory_.reason(Rule::HeapTooLarge, bytes, most);
        return refused;
    }
    const std::uint64_t page = pageFor(bytes, sizeClass);
    const std::uint64_t entry = page != 0 ? takeEntry() : 0;
    if (entry == 0) {
        memory_.reason(page == 0 ? Rule::HeapNoBlock : Rule::HeapTableFull, bytes);
        return refused;
    }
    memory_.step(Line::Block, bytes, sizeClass, page);
    const Place place = placeIn(page, sizeClass, pages_.takeLowestFree(page));
    pages_.setUsed(page, pages_.used(page) + 1);
    if (pages_.used(page) == capacity(sizeClass)) {
        pages_.leave(page, sizeClass);
        pages_.enter(page, sizeClass, ListState::Full);
    }
    if (!gather(bytes, place)) {
        drop(place);
        giveEntry(entry);
        memory_.reason(Rule::HeapNoBlock, bytes);
        return refused;
    }
    memory_.step(Line::Entry, bytes, sizeClass, page, place.table, entry);
    memory_.store(entry, place.table);
    memory_.store(place.owner(shape_), entry);
    memory_.reason(Rule::HeapPageBlock, bytes, pages_.numberOf(page), place.index);
    return entry;
}

template <class Memory>
std::uint64_t NonMoving<Memory>::pageFor(std::uint64_t bytes, std::uint32_t sizeClass) {
    memory_.step(Line::Page, bytes, sizeClass);
    std::uint64_t page = pages_.last(sizeClass, ListState::NotFull);
    memory_.looked();
    if (page == 0) {
        memory_.step(Line::NewPage, bytes, sizeClass);
        page = pages_.take();
        if (page != 0) {
            memory_.store(books_ + pagesInUse, memory_.load(books_ + pagesInUse) + 1);
            pages_.prepare(page, sizeClass);
            pages_.enter(page, sizeClass, ListState::NotFull);
        }
    }
    return page;
}

/// Frames for all parts of the block, or for none.
template <class Memory> bool NonMoving<Memory>::gather(std::uint64_t bytes, const Place& place) {
    for (std::uint64_t part = 0; part < place.frames; ++part) {
        memory_.step(Line::Gather, bytes, place.sizeClass, place.page, place.table);
        const std::uint64_t frame = takeFrame();
        if (frame == 0) {
            scatter(place, part);
            return false;
        }
        memory_.store(place.table + part * 8, frame);
    }
    return true;
}

template <class Memory> void NonMoving<Memory>::scatter(const Place& place, std::uint64_t frames) {
    for (std::uint64_t part = 0; part < frames; ++part) {
        const std::uint64_t frame = memory_.load(place.table + part * 8);
        memory_.step(Line::Scatter, 0, place.sizeClass, place.page, place.table, 0, frame);
        memory_.store(frame, memory_.load(books_ + freeFrame));
        memory_.store(books_ + freeFrame, frame);
    }
    memory_.store(books_ + framesInUse, memory_.load(books_ + framesInUse) - frames);
}

/// The frame that was freed last, or a fresh one; 0 if there is none.
template <class Memory> std::uint64_t NonMoving<Memory>::takeFrame() {
    std::uint64_t frame = memory_.load(books_ + freeFrame);
    if (frame != 0) {
        memory_.store(books_ + freeFrame, memory_.load(frame));
    } else {
        const std::uint64_t ever = memory_.load(books_ + framesEver);
        frame = memory_.heapStart() + ever * shape_.frame;
        if (frame + shape_.frame > memory_.heapEnd() && !memory_.grow(settings_.pageSize)) {
            return 0;
        }
        memory_.store(books_ + framesEver, ever + 1);
    }
    memory_.store(books_ + framesInUse, memory_.load(books_ + framesInUse) + 1);
    return frame;
}

template <class Memory> std::uint64_t NonMoving<Memory>::takeEntry() {
    const std::uint64_t first = memory_.load(books_ + freeEntry);
    if (first != 0) {
        memory_.store(books_ + freeEntry, memory_.load(first));
        return first;
    }
    const std::uint64_t ever = memory_.load(books_ + entriesEver);
    if (ever == shape_.entries) {
        return 0;
    }
    memory_.store(books_ + entriesEver, ever + 1);
    return books_ + tableAt + ever * entryBytes;
}

template <class Memory> void NonMoving<Memory>::giveEntry(std::uint64_t entry) {
    memory_.step(Line::Give, 0, 0, 0, 0, entry);
    memory_.store(entry, memory_.load(books_ + freeEntry));
    memory_.store(books_ + freeEntry, entry);
}

// ---- release --------------------------------------------------------------------------------

template <class Memory> void NonMoving<Memory>::release(std::uint64_t handle) {
    memory_.step(Line::Free, 0, 0, 0, 0, handle);
    const std::uint64_t table = memory_.load(handle);
    const std::uint64_t first = books_ + shape_.pagesAt;
    const std::uint64_t page = first + (table - first) / shape_.pageBytes * shape_.pageBytes;
    const std::uint32_t sizeClass = pages_.sizeClass(page);
    if (table < first || sizeClass >= classes_.count()) {
        throw HeapDamaged{VirtAddr(handle), table};
    }
    const std::uint64_t frames = shape_.framesOf(classes_.blockBytes(sizeClass));
    const Place place = placeIn(page, sizeClass, (table - page) / (frames * 8));
    scatter(place, frames);
    const bool full = pages_.used(page) == capacity(sizeClass);
    if (full && settings_.k != 0 && capacity(sizeClass) > 1 &&
        pages_.count(sizeClass, classNotFull) >= settings_.k) {
        compact(place);
    } else {
        drop(place);
    }
    giveEntry(handle);
}

/// The block's place becomes free, and its page not full or free.
template <class Memory> void NonMoving<Memory>::drop(const Place& place) {
    memory_.step(Line::Clear, 0, place.sizeClass, place.page, place.table);
    const bool full = pages_.used(place.page) == capacity(place.sizeClass);
    pages_.clearBit(place.page, place.index);
    pages_.setUsed(place.page, pages_.used(place.page) - 1);
    if (pages_.used(place.page) == 0) {
        releasePage(place.page, place.sizeClass);
        memory_.reason(Rule::HeapPageReleased);
    } else if (full) {
        open(place);
    } else {
        memory_.reason(Rule::HeapPageNotFull);
    }
}

template <class Memory> void NonMoving<Memory>::open(const Place& place) {
    memory_.step(Line::Open, 0, place.sizeClass, place.page, place.table);
    pages_.leave(place.page, place.sizeClass);
    pages_.enter(place.page, place.sizeClass, ListState::NotFull);
    memory_.reason(Rule::HeapPageOpened, 0, pages_.count(place.sizeClass, classNotFull),
                   settings_.k);
}

template <class Memory>
void NonMoving<Memory>::releasePage(std::uint64_t page, std::uint32_t sizeClass) {
    memory_.step(Line::Release, 0, sizeClass, page);
    pages_.leave(page, sizeClass);
    pages_.putBack(page);
    memory_.store(books_ + pagesInUse, memory_.load(books_ + pagesInUse) - 1);
}

/// The gap takes over the frames of the lowest block of the newest not-full page.
template <class Memory> void NonMoving<Memory>::compact(const Place& gap) {
    const std::uint64_t page = pages_.first(gap.sizeClass, ListState::NotFull);
    memory_.step(Line::Source, 0, gap.sizeClass, page, gap.table);
    const Place source = placeIn(page, gap.sizeClass, pages_.lowestUsed(page));
    for (std::uint64_t part = 0; part < gap.frames; ++part) {
        const std::uint64_t frame = memory_.load(source.table + part * 8);
        memory_.step(Line::Relink, 0, gap.sizeClass, page, gap.table, 0, frame);
        memory_.store(gap.table + part * 8, frame);
    }
    const std::uint64_t entry = memory_.load(source.owner(shape_));
    memory_.step(Line::Patch, 0, gap.sizeClass, gap.page, gap.table, entry);
    memory_.store(entry, gap.table);
    memory_.store(gap.owner(shape_), entry);
    const std::uint64_t number = pages_.numberOf(page);
    const std::uint64_t notFull = pages_.count(gap.sizeClass, classNotFull);
    drop(source);
    memory_.reason(Rule::HeapCompacts, 0, number, notFull);
}

} // namespace

MemoryPlan planNonMoving(const AllocatorSettings& settings) {
    MemoryPlan plan = growingPlan(settings, Shape(settings).booksBytes);
    plan.heapBytes -= plan.heapBytes % settings.pageSize;
    return plan;
}

const Listing& listingNonMoving() {
    return listingOfNonMoving;
}

template <class Memory>
std::unique_ptr<Allocator> makeNonMoving(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<NonMoving<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(NonMoving);

} // namespace fragscope
