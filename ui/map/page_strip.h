#pragma once

#include "fragscope/kernel/layout.h"
#include "fragscope/view/page_states.h"

#include <cstdint>
#include <vector>

namespace fragscope {

/// Pages side by side that are painted as one cell.
struct PageCell {
    PageNumber first;
    std::uint64_t pages = 0;
    std::uint8_t state = 0; ///< a byte of a StateTable
    double left = 0;
    double width = 0;

    friend bool operator==(const PageCell&, const PageCell&) = default;
};

/// Whether the pages of an extent have states of their own to show.
constexpr bool isStrip(const Extent& extent) {
    return extent.kind == EntryKind::Demand;
}

/// The pages of an extent on a strip of this width. Where a page is at least 12 pixels wide each
/// has a cell; else neighbours of the same state are one cell, and where a page is narrower than 3
/// pixels a column of 3 pixels has the state of most of its pages. Pure arithmetic.
std::vector<PageCell>
pageCells(const PageStates& states, const Extent& extent, double left, double width);

/// Runs of pages in use that none of these extents covers, as extents of kind Demand with index
/// `outsideMap`: pages that only the tables and the books know. Gaps of up to 16 pages do not end
/// a run. `extents` ascending.
inline constexpr std::size_t outsideMap = ~std::size_t{0};
std::vector<Extent> extentsOutside(const PageStates& states, const std::vector<Extent>& extents);

} // namespace fragscope
