#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// A process wants pages in one run of addresses.
struct RangeRequest {
    PageCount pages;
    VirtAddr at{};        ///< there; 0 = the lowest run of pages that no area has
    bool granted = false; ///< then `at` is where they are
};

/// System call: pages are promised, in the first gap of the process's areas or behind them. A
/// leaked page in the gap comes back with its frame and with what that holds. Refused
/// (ReserveRefused) if the limit of promises says so or no frame for a page table is left.
Steps reserveRange(Kernel& kernel, Process& process, RangeRequest& request);

/// What becomes of pages that are given back and keep their frame (page_marks.h).
enum class MarkMode : std::uint8_t { MayGo, Leak };

/// System call: the process gives `pages` from `first` back without their frames. All translations
/// are dropped at once, so that each page costs one store only.
Steps markPages(Kernel& kernel, Process& process, PageNumber first, PageCount pages, MarkMode mode);

const Listing& reserveRangeListing();
const Listing& markPagesListing();

} // namespace fragscope
