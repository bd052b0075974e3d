#pragma once

#include "fragscope/kernel/layout.h"
#include "fragscope/kernel/paging/entry_layout.h"

namespace fragscope {

/// All that the kernel knows of a page: what its entry and its word in the side table say.
struct PageFacts {
    PageEntry entry;
    Backing backing;
    bool spilled = false; ///< the state comes from the side table
};

/// How the entries of this machine are laid out.
EntryLayout decodeLayout(const KernelRoot& root);

/// The page whose entry, of the lowest level, lies at `place`. A pure function of the bytes.
PageFacts decodePageAt(const MemoryReader& memory, const KernelRoot& root, PhysAddr place);

} // namespace fragscope
