#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// Takes the frames of at most `most` marked pages (page_marks.h): those written again since they
/// were marked stay, with the mark gone. The others are allocate on demand again.
Steps sweepMarks(Kernel& kernel, PageCount most);

/// What the sweeper waits for; must outlive it.
struct MarkSweeper {
    Kernel& kernel;
    Condition over; ///< nobody marks pages any more

    [[nodiscard]] bool wanted(std::uint64_t) const;
};

/// Seed 002: "a background task of very low priority". Waits for marks and sweeps them, a quantum
/// at a time, until it is over and none is left.
Steps runMarkSweeper(MarkSweeper& sweeper);

const Listing& markSweeperListing();

} // namespace fragscope
