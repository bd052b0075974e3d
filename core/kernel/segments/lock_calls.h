#pragma once

#include "fragscope/kernel/segments/segment_memory.h"

namespace fragscope {

/// A call that locks or unlocks a segment; lives in the caller's frame.
struct LockCall {
    VirtAddr at{};         ///< where the process maps it
    SegmentId segment = 0; ///< out; 0 = refused
};

/// System call: the segment stays where it is until it is unlocked as often as it was locked. Waits
/// while a segment of the process is being moved. Refused (SegmentLockRefused) if it is no segment,
/// or lies outside the zone of lockable segments, if there is one. It does not need the lock of the
/// heap: whoever compacts looks at the locks in the step that begins a move.
Steps lockSegment(Kernel& kernel, Process& process, LockCall& call);

/// System call: takes one lock back. Refused if the process holds none.
Steps unlockSegment(Kernel& kernel, Process& process, LockCall& call);

/// One lock of a segment is gone, in one step: for the driver, too.
void dropLock(Kernel& kernel, SegmentId segment);

const Listing& lockSegmentListing();
const Listing& unlockSegmentListing();

} // namespace fragscope
