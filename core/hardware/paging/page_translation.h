#pragma once

#include "fragscope/hardware/paging/rights.h"

namespace fragscope {

/// Where a page lies and what may be done with it: the result of a completed walk, and what a TLB
/// holds.
struct PageTranslation {
    PhysAddr base;           ///< physical start of the page
    std::uint8_t shift = 12; ///< log2 of the page size in bytes
    PageRights rights;
    bool dirty = false;  ///< D of the leaf: a write needs no walk
    bool global = false; ///< G of the leaf, and CR4.PGE
};

} // namespace fragscope
