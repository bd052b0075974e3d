#pragma once

#include "fragscope/alloc/compact_fit/compact_fit_picture.h"
#include "fragscope/view/heap/heap_bytes.h"
#include "fragscope/view/machine_shape.h"

#include <memory>
#include <optional>
#include <vector>

namespace fragscope {

/// A list of free areas that a block is in: its number in HeapPicture::lists, and the place there.
struct HeapListPlace {
    std::size_t list = 0;
    std::size_t position = 0; ///< 0 = the first to be looked at
};

/// An entry of the table that leads from handles to blocks.
struct HeapTableEntry {
    VirtAddr entry; ///< the handle
    VirtAddr block; ///< 0 = the entry is free
};

/// The heap of a process at one moment, read out of the replica's bytes; immutable.
///
/// In the middle of an operation the words do not all fit each other: then the picture says what
/// does not, and the blocks may end before the heap does.
struct HeapView {
    std::uint32_t process = 0;
    AllocatorSettings settings;
    HeapExtent extent;
    HeapPicture picture;
    std::optional<CompactFitPicture> compactFit; ///< of Compact-fit
    std::vector<HeapTableEntry> table;           ///< Compact-fit: entries used so far
    std::uint64_t footprint = 0;                 ///< bytes that the allocator takes
    std::uint64_t usedBytes = 0;                 ///< of blocks in use, headers included
    std::uint64_t freeBytes = 0;
    std::uint64_t largestFree = 0;
    std::size_t usedBlocks = 0;
    std::uint64_t unknownPages = 0; ///< swapped out: their words are not known

    /// The block that covers an address; null if none does.
    [[nodiscard]] const HeapBlock* blockAt(VirtAddr address) const;

    /// The list that a free block is in, by its start.
    [[nodiscard]] std::optional<HeapListPlace> listOf(VirtAddr start) const;

    /// The entry of the table that leads to a block; null if there is none.
    [[nodiscard]] const HeapTableEntry* entryOf(const HeapBlock& block) const;

    /// Where the known blocks end.
    [[nodiscard]] VirtAddr blocksEnd() const;

    struct Place {
        VirtAddr start;
        HeapListPlace place;
    };

    std::vector<Place> places; ///< of the members of all lists, by address
};

using HeapViewRef = std::shared_ptr<const HeapView>;

/// Reads one heap; keeps what it read by the identity of the pages that hold it, so that a moment
/// in which no word of the heap changed costs a comparison of these. Used by one thread.
class HeapReader {
public:
    explicit HeapReader(const HeapShape& shape);
    ~HeapReader();
    HeapReader(HeapReader&&) noexcept;
    HeapReader& operator=(HeapReader&&) noexcept;

    /// The same object as before if nothing changed; null if the heap has no pool (yet).
    HeapViewRef update(const PageMap& memory, const PageStates& pages, PageCount pool);

    /// The first address of the books.
    [[nodiscard]] std::uint64_t booksStart() const;

private:
    struct Parts;

    [[nodiscard]] HeapViewRef decode(const HeapBytes& bytes, const HeapExtent& extent) const;

    std::unique_ptr<Parts> parts_;
    HeapBytes bytes_;
    HeapViewRef view_;
};

} // namespace fragscope
