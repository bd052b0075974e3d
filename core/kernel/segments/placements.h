#pragma once

#include "fragscope/kernel/segments/segment_heap.h"

/// The two designs of seed 001 and what they are compared with, as listings; SegmentHeap::allocate
/// chooses between them.
namespace fragscope {

/// The old design: a list for each size up to 256 KiB, best fit above (DEFRAG 3.1).
Steps quickFit(SegmentHeap& heap, SegmentRequest& request);

/// The proposed design: always at the top of the heap; compact when it is reached (DEFRAG 3.2).
Steps topOfHeap(SegmentHeap& heap, SegmentRequest& request);

/// A binary buddy system with migrate types (buddy_blocks.h): a request gets a whole block.
Steps allocateBlock(SegmentHeap& heap, SegmentRequest& request);
Steps releaseBlock(SegmentHeap& heap, SegmentId segment);

/// Best fit; a request that no run holds gets two separate pieces (request.second), of which the
/// first has asked > frames and the second asked = 0. The thread warns of it: programs expect
/// allocations to be contiguous, since they reference them by a single address.
Steps allocateInPieces(SegmentHeap& heap, SegmentRequest& request);

const Listing& quickFitListing();
const Listing& topOfHeapListing();
const Listing& allocateBlockListing();
const Listing& releaseBlockListing();
const Listing& allocateInPiecesListing();

} // namespace fragscope
