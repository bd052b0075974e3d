#pragma once

#include "fragscope/kernel/segments/segment_heap.h"

/// The two designs of seed 001 as listings; SegmentHeap::allocate chooses between them.
namespace fragscope {

/// The old design: a list for each size up to 256 KiB, best fit above (DEFRAG 3.1).
Steps quickFit(SegmentHeap& heap, SegmentRequest& request);

/// The proposed design: always at the top of the heap; compact when it is reached (DEFRAG 3.2).
Steps topOfHeap(SegmentHeap& heap, SegmentRequest& request);

const Listing& quickFitListing();
const Listing& topOfHeapListing();

} // namespace fragscope
