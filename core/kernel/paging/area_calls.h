#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// What becomes of pages that a process gives back.
enum class GiveBackMode : std::uint8_t {
    Convert, ///< still in use: allocate on demand again
    Unmap,   ///< not used: a touch is an error
};

/// System call: the process asks for `pages` more at the end of its address space. They are only
/// promised. Refused (ReserveRefused) if the limit of promises says so.
Steps reservePages(Kernel& kernel, Process& process, PageCount pages);

/// System call: the process gives `pages` from `first` back. Frames and slots are free when it
/// returns. Pages that are not used, of a file or guards stay as they are with Convert.
Steps giveBackPages(
    Kernel& kernel, Process& process, PageNumber first, PageCount pages, GiveBackMode mode);

/// System call: `child`, whose address space is empty, gets that of `parent`: frames become
/// copy-on-write in both, swapped-out pages share their slot. Then the child may begin.
/// Simplified: one lock for the whole call; areas of demand only.
Steps forkMemory(Kernel& kernel, Process& parent, Process& child);

const Listing& reserveListing();
const Listing& giveBackListing();
const Listing& forkListing();

} // namespace fragscope
