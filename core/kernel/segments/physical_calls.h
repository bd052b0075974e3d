#pragma once

#include "fragscope/kernel/segments/segment_calls.h"

/// System calls of a machine without paging: an address of a segment is its place in memory, the
/// same for every process, and nothing keeps a process out of the segments of others.
///
/// Simplified: an identity map of the whole segment heap stands for such a machine; it is written
/// in one step, at the first call of a process.
namespace fragscope {

/// The process gets a segment, cleared if the settings say so; a split allocation too is one
/// address, that of its first piece.
Steps allocatePhysical(Kernel& kernel, Process& process, SegmentCall& call);

/// The segment that begins at `at` goes back, with its second piece. Nothing happens if none does,
/// or it belongs to another process (SegmentFreeRefused).
Steps freePhysical(Kernel& kernel, Process& process, VirtAddr at);

const Listing& allocatePhysicalListing();
const Listing& freePhysicalListing();

} // namespace fragscope
