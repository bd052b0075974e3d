#pragma once

#include "fragscope/kernel/frames/frame_table.h"
#include "fragscope/kernel/process.h"
#include "fragscope/task/steps.h"

namespace fragscope {

class Kernel;

/// A page that wants a frame, or gives one back. Lives in the coroutine that asks; the results are
/// read after `co_await`.
struct FrameRequest {
    Process* process = nullptr; ///< nullptr: a frame without owner (of a shared object)
    PageNumber page;            ///< at which the process maps it
    FrameNumber frame;          ///< result of allocateFrame, wish of releaseFrame
    bool done = false;
};

/// Takes the head of the free list, notes its owner and clears it, as the seed's text says. The
/// caller writes the table entry, and counts Process::mappingsOpen until then.
Steps allocateFrame(Kernel& kernel, FrameRequest& request);

/// Takes the owner out; the frame of the last owner goes back to the free list. The caller has
/// taken the table entry out and all CPUs have dropped it.
Steps releaseFrame(Kernel& kernel, FrameRequest& request);

/// Builds the free list element by element (`frames.step_boot`).
Steps initialiseFrames(Kernel& kernel);

const Listing& allocateFrameListing();
const Listing& releaseFrameListing();
const Listing& initialiseFramesListing();

} // namespace fragscope
