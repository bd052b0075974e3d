#pragma once

#include "fragscope/base/units.h"

namespace fragscope {

/// Bytes of a heap that nobody uses, the heap itself included: they may read zero afterwards.
struct FreeArea {
    VirtAddr start;
    ByteCount length;

    [[nodiscard]] constexpr VirtAddr end() const { return start + length; }
};

/// A run of whole pages.
struct PageRun {
    PageNumber first;
    PageCount pages;
};

/// The pages that lie in the area altogether: of 8,190 bytes at 0x1001 none, of 5,000 at 0x1E00
/// one.
constexpr PageRun wholePages(const FreeArea& area) {
    const std::uint64_t first = (area.start.value + pageOffsetMask) >> pageShift;
    const std::uint64_t end = area.end().value >> pageShift;
    return {PageNumber(first), PageCount(end > first ? end - first : 0)};
}

} // namespace fragscope
