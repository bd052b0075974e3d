#pragma once

#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/compact_fit/compact_fit_lines.h"
#include "fragscope/alloc/compact_fit/compact_fit_picture.h"
#include "fragscope/alloc/compact_fit/page_books.h"

namespace fragscope::compact_fit {

using namespace compact_fit_layout;

/// In a table entry: the block holds addresses of pieces. Blocks of the reference are multiples of
/// 4 only, and it has no such objects.
inline constexpr std::uint64_t spineMark = 4;
inline constexpr std::uint64_t defaultEntries = std::uint64_t{1} << 24;
inline constexpr std::uint64_t allOnes = ~std::uint64_t{0};

/// Room in the table.
inline std::uint64_t entriesOf(const AllocatorSettings& settings) {
    return settings.tableEntries != 0 ? settings.tableEntries : defaultEntries;
}

/// Compact-fit, the moving form: blocks of one size a page, handles through a table, and at most k
/// not-full pages per size class: a free that would make one more moves one block instead. Source:
/// Craciunas, Kirsch, Payer, Sokolova, Stadler, Staudinger, A Compacting Real-Time Memory
/// Management System, 2008; the published implementation of 2009, whose placements the preset
/// reference-2009 has. An object above the largest class is put together of whole pages, which a
/// block of their addresses leads to (not in the reference, which cannot have such objects).
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
        goOn();
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
        memory_.step(Line::Free, 0, 0, 0, 0, handle);
        goOn();
        const std::uint64_t move = begin(handle);
        while (move != 0 && !settings_.interleave && advance(move)) {
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

    [[nodiscard]] const Listing& listing() const override { return movingListing(); }

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

    /// Copies of frees before this operation, one part each.
    void goOn() {
        if (settings_.interleave) {
            advanceMoves();
        }
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

} // namespace fragscope::compact_fit
