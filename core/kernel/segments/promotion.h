#pragma once

#include "fragscope/kernel/segments/segment_memory.h"

namespace fragscope {

/// A call for a large page and what came of it; lives in the caller's frame.
struct PromotionCall {
    VirtAddr at{};     ///< a multiple of 2 MiB
    bool done = false; ///< out
};

/// System call, with plain paging: 512 small pages, whose frames lie anywhere, are copied to an
/// aligned run of frames, and one large page maps them. It is what huge pages need contiguity, and
/// so moving, for. Refused (SegmentRefused) if the pages are not all there or no such run is free.
///
/// Simplified: the process has one thread, which makes the call and so does not touch the pages
/// meanwhile. Source: Linux's MADV_COLLAPSE and khugepaged.
Steps promotePages(Kernel& kernel, Process& process, PromotionCall& call);

const Listing& promotePagesListing();

} // namespace fragscope
