#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// Takes the frames of at most `most` marked pages (page_marks.h): those written again since they
/// were marked stay, with the mark gone. The others are allocate on demand again.
Steps sweepMarks(Kernel& kernel, PageCount most);

/// Seed 002: "a background task of very low priority". Waits for marks and sweeps them, a quantum
/// at a time.
Steps runMarkSweeper(Kernel& kernel);

const Listing& markSweeperListing();

} // namespace fragscope
