#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/compact_fit/compact_fit_picture.h"
#include "fragscope/alloc/compact_fit/page_books.h"

#include <array>

/// Compact-fit, the moving form: blocks of one size a page, handles through a table, and at most k
/// not-full pages per size class: a free that would make one more moves one block instead. Source:
/// Craciunas, Kirsch, Payer, Sokolova, Stadler, Staudinger, A Compacting Real-Time Memory
/// Management System, 2008; the published implementation of 2009, whose placements the preset
/// reference-2009 has. An object above the largest class is put together of whole pages, which a
/// block of their addresses leads to (not in the reference, which cannot have such objects).
namespace fragscope {

using namespace compact_fit_layout;

namespace {

enum class Line : std::uint16_t {
    Class = 1,
    Page,
    NewPage,
    Block,
    Full,
    Entry,
    Owner,
    Pieces,
    Free,
    Concurrent,
    Clear,
    Release,
    Open,
    Source,
    Copy,
    Patch,
    Return,
    Give
};

constexpr std::array<std::string_view, 18> lines{
    "malloc(size): the size class that holds it, with the owner's word",
    "has the class a not-full page? the oldest of them gives the block",
    "no: a free page joins the class, and its not-full pages",
    "take the lowest free block of the page: two searches for a bit",
    "the page is full now: it goes to the full pages of the class",
    "a table entry leads to the block; the program gets the entry's address",
    "the block's last word: the address of its entry",
    "larger than the largest class: whole pages, and a block with their addresses",
    "free(entry): follow it to the block, its page and its class",
    "is the block being copied? then that copy is given up, and its target is freed instead",
    "clear the bit of the block",
    "no block of the page is in use: it joins the free pages",
    "fewer than k pages are not full: this one becomes one of them",
    "k pages are not full: choose one of them, and its lowest block in use",
    "copy the block, or its next part, into the gap",
    "the entry of the moved block leads to its new place",
    "the source page: not full as before, or empty and free",
    "the entry joins the free entries",
};

constexpr std::array<std::string_view, 7> names{"size_bytes", "class",       "page",        "block",
                                                "entry",      "source_page", "copied_bytes"};

const Listing listingMoving{ListingId::CompactFit, "compact-fit", "Compact-fit", lines, names};

/// In a table entry: the block holds addresses of pieces. Blocks of the reference are multiples of
/// 4 only, and it has no such objects.
constexpr std::uint64_t spineMark = 4;
constexpr std::uint64_t defaultEntries = std::uint64_t{1} << 24;
constexpr std::uint64_t allOnes = ~std::uint64_t{0};

std::uint64_t entriesOf(const AllocatorSettings& settings) {
    return settings.tableEntries != 0 ? settings.tableEntries : defaultEntries;
}

template <class Memory, class Word> class CompactFit final : public Allocator {
public:
    CompactFit(const AllocatorSettings& settings, Memory& memory)
        : memory_(memory), settings_(settings), classes_(settings),
          pages_(memory, settings.pageSize), books_(memory.books()), entries_(entriesOf(settings)) {
    }

    void initialise() override {
        for (std::uint64_t word = 0; word < movesAt; word += 8) {
            memory_.store(books_ + word, 0);
        }
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        const std::uint32_t sizeClass = classes_.classOfRequest(bytes);
        memory_.step(Line::Class, bytes, sizeClass);
        if (sizeClass != SizeClasses::none) {
            const std::uint64_t block = takeBlock(bytes, sizeClass);
            return block != 0 ? handleFor(bytes, sizeClass, block, 0) : refused;
        }
        if (reference() || settings_.blockSize != 0 || direct()) {
            memory_.reason(Rule::HeapTooLarge, bytes,
                           classes_.blockBytes(classes_.count() - 1) - classes_.ownBytes(allOnes));
            return refused;
        }
        return allocateLarge(bytes);
    }

    void release(std::uint64_t handle) override {
        if (const std::uint64_t move = begin(handle); move != 0) {
            while (advance(move)) {
            }
        }
    }

    bool beginRelease(std::uint64_t handle) override { return begin(handle) != 0; }

    bool advanceMoves() override {
        bool any = false;
        for (std::uint64_t slot = 0; slot < mostMoves; ++slot) {
            const std::uint64_t move = moveAt(books_, slot);
            if (memory_.load(move + moveTarget) != 0) {
                any = true;
                advance(move);
            }
        }
        return any;
    }

    std::uint64_t addressOf(std::uint64_t handle) override {
        return direct() ? handle : memory_.load(handle) & ~marks;
    }

    std::uint64_t byteAt(std::uint64_t handle, std::uint64_t offset) override {
        if (direct()) {
            return handle + offset;
        }
        const std::uint64_t entry = memory_.load(handle);
        if (!isSpine(entry)) {
            return (entry & ~marks) + offset;
        }
        const std::uint64_t spine = entry & ~marks;
        const std::uint64_t piece = classes_.pageData();
        return memory_.load(spine + 8 + offset / piece * 8) + offset % piece;
    }

    [[nodiscard]] std::uint64_t admitted(std::uint64_t bytes) const override {
        if (!reference()) {
            return bytes;
        }
        if (bytes > 16000) {
            return refused;
        }
        return bytes == 0 ? 1 : bytes == 7992 || bytes == 7996 ? 7988 : bytes;
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override;

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return heapPicture(decodeCompactFit(reader, extent, settings_), settings_, extent);
    }

    [[nodiscard]] std::uint64_t footprint(const ArenaReader& reader,
                                          const HeapExtent& extent) const override {
        return reader.word(VirtAddr(extent.books + pagesInUse)) * settings_.pageSize;
    }

    [[nodiscard]] bool takesChunks() const override { return true; }

    [[nodiscard]] const Listing& listing() const override { return listingMoving; }

private:
    using ListState = compact_fit_layout::ListState;

    /// Bits of a table entry that are no address.
    static constexpr std::uint64_t marks = sizeof(Word) == 4 ? abortMarks : abortMarks | spineMark;

    [[nodiscard]] bool reference() const {
        return settings_.preset == AllocatorPreset::Reference2009;
    }

    /// Without compaction there is no table: programs hold addresses of blocks.
    [[nodiscard]] bool direct() const { return settings_.k == 0; }

    [[nodiscard]] bool inParts(std::uint64_t blockBytes) const {
        return settings_.increment != 0 && blockBytes > settings_.increment;
    }

    [[nodiscard]] std::uint64_t blockBytes(std::uint32_t sizeClass) const {
        return classes_.blockBytes(sizeClass);
    }

    [[nodiscard]] bool isFull(std::uint64_t page, std::uint32_t sizeClass) {
        return pages_.used(page) >= classes_.capacity(sizeClass);
    }

    [[nodiscard]] bool isSpine(std::uint64_t entry) const {
        return (entry & marks & spineMark) != 0;
    }

    // ---- allocation ----
    std::uint64_t takeBlock(std::uint64_t bytes, std::uint32_t sizeClass);
    std::uint64_t targetPage(std::uint32_t sizeClass);
    std::uint64_t newPage(std::uint64_t bytes, std::uint32_t sizeClass);
    std::uint64_t handleFor(std::uint64_t bytes,
                            std::uint32_t sizeClass,
                            std::uint64_t block,
                            std::uint64_t mark);
    std::uint64_t allocateLarge(std::uint64_t bytes);
    std::uint64_t fillSpine(std::uint64_t bytes, std::uint64_t spine, std::uint64_t pieces);
    std::uint64_t takeEntry();
    void giveEntry(std::uint64_t entry);

    // ---- release ----
    struct Freed {
        std::uint64_t entry = 0; ///< 0 = no table
        std::uint64_t block = 0;
        std::uint64_t page = 0;
        std::uint32_t sizeClass = 0;
        std::uint64_t index = 0;
    };

    Freed find(std::uint64_t handle);
    Freed at(std::uint64_t entry, std::uint64_t block);
    std::uint64_t begin(std::uint64_t handle);
    std::uint64_t freeBlock(const Freed& freed);
    void freePieces(std::uint64_t spine);
    void clear(const Freed& freed);
    void releasePage(std::uint64_t page, std::uint32_t sizeClass);
    void open(const Freed& freed);

    // ---- compaction ----
    std::uint64_t compact(const Freed& freed);
    std::uint64_t sourcePage(std::uint32_t sizeClass);
    std::uint64_t emptiest(std::uint32_t sizeClass, ListState list);
    void leaveSource(std::uint64_t page, std::uint32_t sizeClass);
    void patch(std::uint64_t source, std::uint64_t target, std::uint32_t sizeClass);
    void finishSource(std::uint64_t source, std::uint32_t sizeClass);
    std::uint64_t startMove(const Freed& freed, std::uint64_t source);
    bool advance(std::uint64_t move);
    void abortByFree(const Freed& freed, std::uint64_t target);
    std::uint64_t originalOf(std::uint64_t source, std::uint32_t sizeClass);

    [[nodiscard]] std::uint64_t ownerAt(std::uint64_t block, std::uint32_t sizeClass) const {
        return block + blockBytes(sizeClass) - sizeof(Word);
    }

    [[nodiscard]] std::uint64_t partitionAt(std::uint64_t block, std::uint32_t sizeClass) const {
        return block + blockBytes(sizeClass) - 2 * sizeof(Word);
    }

    void setPartition(std::uint64_t block, std::uint32_t sizeClass, std::uint64_t other) {
        memory_.template store<Word>(partitionAt(block, sizeClass), static_cast<Word>(other));
    }

    Memory& memory_;
    AllocatorSettings settings_;
    SizeClasses classes_;
    CompactFitPages<Memory, Word> pages_;
    std::uint64_t books_;
    std::uint64_t entries_; ///< room in the table
};

// ---- allocation -----------------------------------------------------------------------------

template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::targetPage(std::uint32_t sizeClass) {
    switch (settings_.target) {
    case CompactionTarget::Newest:
        return pages_.first(sizeClass, ListState::NotFull);
    case CompactionTarget::Fullest: {
        std::uint64_t best = pages_.first(sizeClass, ListState::NotFull);
        for (std::uint64_t page = best; page != 0; page = pages_.next(page)) {
            memory_.looked();
            if (pages_.used(page) > pages_.used(best)) {
                best = page;
            }
        }
        return best;
    }
    case CompactionTarget::Oldest:
        break;
    }
    return pages_.last(sizeClass, ListState::NotFull);
}

template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::newPage(std::uint64_t bytes, std::uint32_t sizeClass) {
    memory_.step(Line::NewPage, bytes, sizeClass);
    const std::uint64_t page = pages_.take();
    if (page == 0) {
        memory_.reason(Rule::HeapNoBlock, bytes);
        return 0;
    }
    memory_.store(books_ + pagesInUse, memory_.load(books_ + pagesInUse) + 1);
    pages_.prepare(page, sizeClass);
    pages_.enter(page, sizeClass, ListState::NotFull);
    return page;
}

/// A block of the class, its bit set; 0 if there is no page.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::takeBlock(std::uint64_t bytes, std::uint32_t sizeClass) {
    memory_.step(Line::Page, bytes, sizeClass);
    std::uint64_t page = targetPage(sizeClass);
    memory_.looked();
    const bool fresh = page == 0;
    if (fresh) {
        page = newPage(bytes, sizeClass);
        if (page == 0) {
            return 0;
        }
    }
    memory_.step(Line::Block, bytes, sizeClass, page);
    const std::uint64_t index = pages_.takeLowestFree(page);
    const std::uint32_t used = pages_.used(page) + 1;
    pages_.setUsed(page, used);
    if (used >= classes_.capacity(sizeClass)) {
        memory_.step(Line::Full, bytes, sizeClass, page, index);
        pages_.leave(page, sizeClass);
        pages_.enter(page, sizeClass, ListState::Full);
    }
    memory_.reason(fresh ? Rule::HeapNewPage : Rule::HeapPageBlock, bytes, pages_.numberOf(page),
                   index);
    return page + index * blockBytes(sizeClass);
}

/// A handle of a block that was taken: its entry, and the block's owner.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::handleFor(std::uint64_t bytes,
                                                  std::uint32_t sizeClass,
                                                  std::uint64_t block,
                                                  std::uint64_t mark) {
    if (direct()) {
        return block;
    }
    const std::uint64_t page = pages_.pageOf(block);
    memory_.step(Line::Entry, bytes, sizeClass, page, block);
    const std::uint64_t entry = takeEntry();
    if (entry == 0) {
        freeBlock(at(0, block));
        memory_.reason(Rule::HeapTableFull, bytes);
        return refused;
    }
    memory_.store(entry, block | mark);
    memory_.step(Line::Owner, bytes, sizeClass, page, block, entry);
    memory_.template store<Word>(ownerAt(block, sizeClass), static_cast<Word>(entry));
    if (inParts(blockBytes(sizeClass))) {
        setPartition(block, sizeClass, 0);
    }
    return entry;
}

template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::allocateLarge(std::uint64_t bytes) {
    const std::uint64_t pieces = (bytes + classes_.pageData() - 1) / classes_.pageData();
    memory_.step(Line::Pieces, bytes);
    const std::uint32_t spineClass =
        pieces <= 2000 ? classes_.classOfRequest(8 + 8 * pieces) : SizeClasses::none;
    if (spineClass == SizeClasses::none) {
        memory_.reason(Rule::HeapTooLarge, bytes, 2000 * classes_.pageData());
        return refused;
    }
    const std::uint64_t spine = takeBlock(bytes, spineClass);
    if (spine == 0) {
        return refused;
    }
    memory_.store(spine, 0);
    if (fillSpine(bytes, spine, pieces) < pieces) {
        freePieces(spine);
        freeBlock(at(0, spine));
        return refused;
    }
    return handleFor(bytes, spineClass, spine, spineMark);
}

/// Number of pieces that were there to be had.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::fillSpine(std::uint64_t bytes,
                                                  std::uint64_t spine,
                                                  std::uint64_t pieces) {
    for (std::uint64_t piece = 0; piece < pieces; ++piece) {
        memory_.step(Line::Pieces, bytes, classes_.count() - 1, 0, spine);
        const std::uint64_t block = takeBlock(bytes, classes_.count() - 1);
        if (block == 0) {
            return piece;
        }
        memory_.store(spine + 8 + 8 * piece, block);
        memory_.store(spine, piece + 1);
    }
    return pieces;
}

template <class Memory, class Word> std::uint64_t CompactFit<Memory, Word>::takeEntry() {
    const std::uint64_t first = memory_.load(books_ + freeEntry);
    if (first != 0) {
        memory_.store(books_ + freeEntry, memory_.load(first));
        return first;
    }
    const std::uint64_t ever = memory_.load(books_ + entriesEver);
    if (ever == entries_) {
        return 0;
    }
    memory_.store(books_ + entriesEver, ever + 1);
    return books_ + tableAt + ever * entryBytes;
}

template <class Memory, class Word> void CompactFit<Memory, Word>::giveEntry(std::uint64_t entry) {
    if (entry == 0) {
        return;
    }
    memory_.step(Line::Give, 0, 0, 0, 0, entry);
    memory_.store(entry, memory_.load(books_ + freeEntry));
    memory_.store(books_ + freeEntry, entry);
}

// ---- release --------------------------------------------------------------------------------

template <class Memory, class Word>
typename CompactFit<Memory, Word>::Freed CompactFit<Memory, Word>::at(std::uint64_t entry,
                                                                      std::uint64_t block) {
    const std::uint64_t page = pages_.pageOf(block);
    const std::uint32_t sizeClass = pages_.sizeClass(page);
    if (sizeClass >= classes_.count()) {
        throw HeapDamaged{VirtAddr(pages_.headerOf(page)), sizeClass};
    }
    return {entry, block, page, sizeClass, (block - page) / blockBytes(sizeClass)};
}

template <class Memory, class Word>
typename CompactFit<Memory, Word>::Freed CompactFit<Memory, Word>::find(std::uint64_t handle) {
    memory_.step(Line::Free, 0, 0, 0, 0, handle);
    if (direct()) {
        return at(0, handle);
    }
    const std::uint64_t entry = memory_.load(handle);
    const std::uint64_t block = entry & ~marks;
    if (isSpine(entry)) {
        freePieces(block);
    }
    return at(handle, block);
}

/// The pieces of a large object go back, one page each.
template <class Memory, class Word> void CompactFit<Memory, Word>::freePieces(std::uint64_t spine) {
    const std::uint64_t pieces = memory_.load(spine);
    for (std::uint64_t piece = 0; piece < pieces; ++piece) {
        memory_.step(Line::Pieces, 0, 0, 0, spine);
        freeBlock(at(0, memory_.load(spine + 8 + 8 * piece)));
    }
}

/// Up to the first part of a move; the move, or 0 if all is done.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::begin(std::uint64_t handle) {
    const Freed freed = find(handle);
    if (!direct() && inParts(blockBytes(freed.sizeClass))) {
        memory_.step(Line::Concurrent, 0, freed.sizeClass, freed.page, freed.block, handle);
        const std::uint64_t target =
            memory_.template load<Word>(partitionAt(freed.block, freed.sizeClass));
        if (target != 0) {
            abortByFree(freed, target);
            return 0;
        }
    }
    return freeBlock(freed);
}

/// The three cases of a free; the move that is under way then, or 0.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::freeBlock(const Freed& freed) {
    const bool full = isFull(freed.page, freed.sizeClass);
    if (full && !direct() && classes_.capacity(freed.sizeClass) > 1) {
        // a source page is one of the k: it comes back to the not-full ones
        const std::uint64_t open =
            pages_.count(freed.sizeClass, classNotFull) +
            (settings_.increment != 0
                 ? (pages_.first(freed.sizeClass, ListState::Source) != 0 ? 1U : 0U)
                 : 0U);
        if (open >= settings_.k) {
            return compact(freed);
        }
    }
    clear(freed);
    if (full) {
        open(freed);
    } else if (pages_.used(freed.page) == 0) {
        if (pages_.pending(freed.page) == 0) {
            releasePage(freed.page, freed.sizeClass);
        } else {
            pages_.leave(freed.page, freed.sizeClass);
            pages_.enter(freed.page, freed.sizeClass, ListState::Emptying);
        }
    } else {
        memory_.reason(Rule::HeapPageNotFull);
    }
    giveEntry(freed.entry);
    return 0;
}

template <class Memory, class Word> void CompactFit<Memory, Word>::clear(const Freed& freed) {
    memory_.step(Line::Clear, 0, freed.sizeClass, freed.page, freed.block, freed.entry);
    pages_.clearBit(freed.page, freed.index);
    pages_.setUsed(freed.page, pages_.used(freed.page) - 1);
}

/// An empty page leaves its list and joins the free pages.
template <class Memory, class Word>
void CompactFit<Memory, Word>::releasePage(std::uint64_t page, std::uint32_t sizeClass) {
    memory_.step(Line::Release, 0, sizeClass, page);
    pages_.leave(page, sizeClass);
    pages_.putBack(page);
    memory_.store(books_ + pagesInUse, memory_.load(books_ + pagesInUse) - 1);
    memory_.reason(Rule::HeapPageReleased);
}

/// A page that was full.
template <class Memory, class Word> void CompactFit<Memory, Word>::open(const Freed& freed) {
    if (pages_.used(freed.page) == 0) {
        return releasePage(freed.page, freed.sizeClass);
    }
    memory_.step(Line::Open, 0, freed.sizeClass, freed.page, freed.block, freed.entry);
    pages_.leave(freed.page, freed.sizeClass);
    pages_.enter(freed.page, freed.sizeClass, ListState::NotFull);
    memory_.reason(Rule::HeapPageOpened, 0, pages_.count(freed.sizeClass, classNotFull),
                   settings_.k);
}

// ---- compaction -----------------------------------------------------------------------------

template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::emptiest(std::uint32_t sizeClass, ListState list) {
    std::uint64_t best = pages_.first(sizeClass, list);
    for (std::uint64_t page = best; page != 0; page = pages_.next(page)) {
        memory_.looked();
        if (pages_.used(page) < pages_.used(best)) {
            best = page;
        }
    }
    return best;
}

/// The page that a block is taken out of: one that others are copied out of already, or one of the
/// not-full pages. It is a source page (emptying, if that was its last block) afterwards.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::sourcePage(std::uint32_t sizeClass) {
    std::uint64_t page = pages_.first(sizeClass, ListState::Source);
    const bool fresh = page == 0;
    if (fresh) {
        page = settings_.source == CompactionSource::Newest
                   ? pages_.first(sizeClass, ListState::NotFull)
               : settings_.source == CompactionSource::Oldest
                   ? pages_.last(sizeClass, ListState::NotFull)
                   : emptiest(sizeClass, ListState::NotFull);
    }
    const std::uint32_t used = pages_.used(page) - 1;
    pages_.setUsed(page, used);
    pages_.addPending(page, 1);
    if (fresh || used == 0) {
        pages_.leave(page, sizeClass);
        pages_.enter(page, sizeClass, used == 0 ? ListState::Emptying : ListState::Source);
    }
    return page;
}

/// One copy out of the page is over.
template <class Memory, class Word>
void CompactFit<Memory, Word>::leaveSource(std::uint64_t page, std::uint32_t sizeClass) {
    pages_.addPending(page, ~std::uint32_t{0});
    if (pages_.pending(page) != 0) {
        return;
    }
    if (pages_.used(page) == 0) {
        return releasePage(page, sizeClass);
    }
    pages_.leave(page, sizeClass);
    pages_.enter(page, sizeClass, ListState::NotFull);
}

template <class Memory, class Word>
void CompactFit<Memory, Word>::finishSource(std::uint64_t source, std::uint32_t sizeClass) {
    const std::uint64_t page = pages_.pageOf(source);
    memory_.step(Line::Return, 0, sizeClass, 0, 0, 0, page);
    leaveSource(page, sizeClass);
}

/// The moved block is reached at its new place from here on.
template <class Memory, class Word>
void CompactFit<Memory, Word>::patch(std::uint64_t source,
                                     std::uint64_t target,
                                     std::uint32_t sizeClass) {
    const std::uint64_t entry = memory_.template load<Word>(ownerAt(target, sizeClass));
    memory_.step(Line::Patch, 0, sizeClass, pages_.pageOf(target), target, entry,
                 pages_.pageOf(source));
    memory_.store(entry, target | (memory_.load(entry) & marks & spineMark));
    memory_.moved(source, target, blockBytes(sizeClass));
}

/// If the chosen block is itself the target of a copy under way, that copy is given up, and its
/// source is the source from here on.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::originalOf(std::uint64_t source, std::uint32_t sizeClass) {
    const std::uint64_t original = memory_.template load<Word>(partitionAt(source, sizeClass));
    if (original == 0) {
        return source;
    }
    for (std::uint64_t slot = 0; slot < mostMoves; ++slot) {
        const std::uint64_t move = moveAt(books_, slot);
        if (memory_.load(move + moveTarget) == source) {
            const std::uint64_t entry = memory_.load(move + moveEntry);
            memory_.store(entry, memory_.load(entry) | abortedByCompaction);
            memory_.aborted(false);
        }
    }
    setPartition(source, sizeClass, 0);
    leaveSource(pages_.pageOf(source), sizeClass);
    return original;
}

/// Case 2: the gap is filled with a block of another page; the full page stays full.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::compact(const Freed& freed) {
    const std::uint64_t page = sourcePage(freed.sizeClass);
    memory_.step(Line::Source, 0, freed.sizeClass, freed.page, freed.block, freed.entry, page);
    const std::uint64_t bytes = blockBytes(freed.sizeClass);
    const std::uint64_t index = pages_.lowestUsed(page);
    pages_.clearBit(page, index);
    std::uint64_t source = page + index * bytes;
    const std::uint64_t number = pages_.numberOf(page);
    const std::uint64_t notFull = pages_.count(freed.sizeClass, classNotFull);
    if (inParts(bytes)) {
        source = originalOf(source, freed.sizeClass);
        const std::uint64_t move = startMove(freed, source);
        memory_.reason(Rule::HeapCompacts, 0, number, notFull);
        return move;
    }
    memory_.step(Line::Copy, bytes, freed.sizeClass, freed.page, freed.block, freed.entry, page);
    memory_.copy(freed.block, source, bytes);
    patch(source, freed.block, freed.sizeClass);
    finishSource(source, freed.sizeClass);
    giveEntry(freed.entry);
    memory_.reason(Rule::HeapCompacts, 0, number, notFull);
    return 0;
}

/// A record of the move; the first part is not copied yet. With all records taken the oldest move
/// is ended first.
template <class Memory, class Word>
std::uint64_t CompactFit<Memory, Word>::startMove(const Freed& freed, std::uint64_t source) {
    std::uint64_t move = moveAt(books_, 0);
    for (std::uint64_t slot = 0; slot < mostMoves; ++slot) {
        move = moveAt(books_, slot);
        if (memory_.load(move + moveTarget) == 0) {
            break;
        }
    }
    while (memory_.load(move + moveTarget) != 0) {
        advance(move);
    }
    memory_.store(move + moveSource, source);
    memory_.store(move + moveDone, 0);
    memory_.store(move + moveClass, freed.sizeClass);
    memory_.store(move + moveEntry, freed.entry);
    memory_.store(move + moveTarget, freed.block);
    advance(move); // the first part belongs to the free itself
    return memory_.load(move + moveTarget) != 0 ? move : 0;
}

/// The next part of a move; false when it is over, done or given up.
template <class Memory, class Word> bool CompactFit<Memory, Word>::advance(std::uint64_t move) {
    const std::uint64_t target = memory_.load(move + moveTarget);
    const std::uint64_t source = memory_.load(move + moveSource);
    const std::uint64_t done = memory_.load(move + moveDone);
    const auto sizeClass = static_cast<std::uint32_t>(memory_.load(move + moveClass));
    const std::uint64_t entry = memory_.load(move + moveEntry);
    if (target == 0) {
        return false;
    }
    if ((memory_.load(entry) & abortMarks) != 0) {
        memory_.reason(Rule::HeapCopyAborted);
        memory_.store(move + moveTarget, 0);
        giveEntry(entry);
        return false;
    }
    const std::uint64_t bytes = blockBytes(sizeClass);
    const std::uint64_t part = std::min(settings_.increment, bytes - done);
    memory_.step(Line::Copy, bytes, sizeClass, pages_.pageOf(target), target, entry,
                 pages_.pageOf(source), done);
    memory_.copy(target + done, source + done, part);
    if (done + part < bytes) {
        memory_.store(move + moveDone, done + part);
        setPartition(target, sizeClass, source);
        setPartition(source, sizeClass, target);
        return true;
    }
    setPartition(target, sizeClass, 0);
    patch(source, target, sizeClass);
    memory_.store(move + moveTarget, 0);
    finishSource(source, sizeClass);
    giveEntry(entry);
    return false;
}

/// The freed block is being copied: its copy is given up, and the slot that it would have filled is
/// freed in its place.
template <class Memory, class Word>
void CompactFit<Memory, Word>::abortByFree(const Freed& freed, std::uint64_t target) {
    const std::uint32_t sizeClass = freed.sizeClass;
    for (std::uint64_t slot = 0; slot < mostMoves; ++slot) {
        const std::uint64_t move = moveAt(books_, slot);
        if (memory_.load(move + moveTarget) == target) {
            const std::uint64_t entry = memory_.load(move + moveEntry);
            memory_.store(entry, memory_.load(entry) | abortedByFree);
            memory_.aborted(true);
        }
    }
    setPartition(target, sizeClass, 0);
    leaveSource(freed.page, sizeClass);
    const std::uint64_t move = freeBlock(at(freed.entry, target));
    while (move != 0 && advance(move)) {
    }
}

template <class Memory, class Word>
void CompactFit<Memory, Word>::forEachFreeArea(const FreeAreaFunctor& functor) {
    const std::uint64_t ever = memory_.load(books_ + pagesEver);
    for (std::uint64_t number = 0; number < ever; ++number) {
        const std::uint64_t page = memory_.heapStart() + number * settings_.pageSize;
        const ListState state = pages_.state(page);
        if (state == ListState::Free) {
            const std::uint64_t link = 8; // to the next free page
            if (!functor({VirtAddr(page + link),
                          ByteCount(settings_.pageSize - SizeClasses::headerBytes - link)})) {
                return;
            }
            continue;
        }
        if (state != ListState::NotFull && state != ListState::Source) {
            continue;
        }
        const std::uint32_t sizeClass = pages_.sizeClass(page);
        const std::uint64_t bytes = blockBytes(sizeClass);
        std::uint64_t begin = 0;
        const std::uint64_t capacity = classes_.capacity(sizeClass);
        for (std::uint64_t index = 0; index <= capacity; ++index) {
            if (index < capacity && !pages_.inUse(page, index)) {
                continue;
            }
            if (index > begin &&
                !functor({VirtAddr(page + begin * bytes), ByteCount((index - begin) * bytes)})) {
                return;
            }
            begin = index + 1;
        }
    }
    const std::uint64_t fresh = memory_.heapStart() + ever * settings_.pageSize;
    if (fresh < memory_.heapEnd()) {
        functor({VirtAddr(fresh), ByteCount(memory_.heapEnd() - fresh)});
    }
}

} // namespace

MemoryPlan planCompactFit(const AllocatorSettings& settings) {
    MemoryPlan plan = growingPlan(settings, tableAt + entriesOf(settings) * entryBytes);
    const std::uint64_t mask = settings.pageSize - 1;
    plan.heapStart = (plan.heapStart + mask) & ~mask;
    if (settings.preset == AllocatorPreset::Reference2009) {
        plan.heapLimit = std::min(plan.heapLimit, std::uint64_t{3} << 30); // links of 4 bytes
    }
    plan.heapBytes = std::min(plan.heapBytes, plan.heapLimit) & ~mask;
    return plan;
}

const Listing& listingCompactFit() {
    return listingMoving;
}

template <class Memory>
std::unique_ptr<Allocator> makeCompactFit(const AllocatorSettings& settings, Memory& memory) {
    if (settings.preset == AllocatorPreset::Reference2009) {
        return std::make_unique<CompactFit<Memory, std::uint32_t>>(settings, memory);
    }
    return std::make_unique<CompactFit<Memory, std::uint64_t>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(CompactFit);

} // namespace fragscope
