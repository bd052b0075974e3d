#pragma once

#include "fragscope/kernel/segments/segment_memory.h"

namespace fragscope {

/// A call for a segment and what came of it; lives in the caller's frame.
struct SegmentCall {
    PageCount frames{};
    bool unmovable = false; ///< buddy: its migrate type
    bool lockable = false;  ///< it may be locked in place later
    VirtAddr at{};          ///< where it is mapped; 0 = refused
    SegmentId segment = 0;  ///< 0 = refused, or plain paging
    PageCount given{};      ///< at least what was asked for: rounding

    [[nodiscard]] bool refused() const { return at == VirtAddr(0); }
};

/// System call: the process gets a segment of contiguous frames, mapped with 2 MiB pages where
/// frames and addresses allow; a split allocation is two of them at one run of addresses. Refused
/// (SegmentRefused) if no run or no entry for its area is left. With plain paging and without
/// paging it is another call (paged_calls.h, physical_calls.h).
/// Simplified: the lock of the heap is held until the segment is mapped.
Steps allocateSegment(Kernel& kernel, Process& process, SegmentCall& call);

/// System call: the process gives the segment back that is mapped at `at`. Nothing happens if none
/// is, or it is locked (SegmentFreeRefused).
Steps freeSegment(Kernel& kernel, Process& process, VirtAddr at);

const Listing& allocateSegmentListing();
const Listing& freeSegmentListing();

} // namespace fragscope
