#pragma once

#include "fragscope/alloc/compact_fit/compact_fit_layout.h"
#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/memory/memory_plan.h"

/// The words of the non-moving Compact-fit. The heap holds block frames and nothing else; pages are
/// records in the books, of which the last 184 bytes are those of compact_fit_layout.h.
///
///     page       table of frames: 8 bytes for each frame of each of its blocks, 0 = none
///                owners: 8 bytes for each of its blocks, the entry that leads to it
///                header
///     free frame its first word: the next free frame, 0 = none
///     entry      address of the block's part of its page's table of frames
///
/// The books begin as in compact_fit_layout.h; in the place of the moves:
///     books +64  frames ever used
///           +72  first free frame, 0 = none
///           +80  frames in use
namespace fragscope::non_moving_layout {

inline constexpr std::uint64_t framesEver = compact_fit_layout::movesAt;
inline constexpr std::uint64_t freeFrame = compact_fit_layout::movesAt + 8;
inline constexpr std::uint64_t framesInUse = compact_fit_layout::movesAt + 16;

/// How pages, frames and the table of entries lie, for given settings.
struct Shape {
    explicit Shape(const AllocatorSettings& settings);

    std::uint64_t frame; ///< bytes
    std::uint64_t framesPerPage;
    std::uint64_t pageBytes; ///< of a record
    std::uint64_t pages;     ///< room for so many
    std::uint64_t entries;   ///< room for so many
    std::uint64_t pagesAt;   ///< from the start of the books
    std::uint64_t booksBytes;

    [[nodiscard]] std::uint64_t ownersAt() const { return framesPerPage * 8; }

    /// Frames of a block of so many bytes, at most those of a page.
    [[nodiscard]] std::uint64_t framesOf(std::uint64_t bytes) const {
        const std::uint64_t needed = (bytes + frame - 1) / frame;
        return needed < framesPerPage ? needed : framesPerPage;
    }

    /// Blocks of so many frames in a page.
    [[nodiscard]] std::uint64_t capacityOf(std::uint64_t frames) const {
        return framesPerPage / frames;
    }
};

HeapPicture
decode(const ArenaReader& reader, const HeapExtent& extent, const AllocatorSettings& settings);

} // namespace fragscope::non_moving_layout
