#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// One entry of a page table that maps a piece of a segment.
struct MappedPiece {
    PageNumber page{};
    FrameNumber frame{};
    bool large = false; ///< 2 MiB

    [[nodiscard]] PageCount pages() const { return PageCount(large ? wordsPerPage : 1); }
};

/// The piece of a mapping of `pages` from `page` to `frame` that begins `done` pages in: a large
/// one if both numbers are multiples of 512 there, enough is left and `large` allows it.
MappedPiece
pieceAt(PageNumber page, FrameNumber frame, PageCount pages, PageCount done, bool large);

/// Writes the entry of a piece; false if no frame for a page table is left. Charges its stores.
[[nodiscard]] bool mapPiece(Kernel& kernel, Process& process, const MappedPiece& piece, Rule why);

/// Takes the entry at `page` out (exchange); returns how many pages it mapped (1 if none).
PageCount unmapPiece(Kernel& kernel, Process& process, PageNumber page, Rule why);

} // namespace fragscope
