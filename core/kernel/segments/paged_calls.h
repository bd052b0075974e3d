#pragma once

#include "fragscope/kernel/segments/segment_calls.h"

/// System calls of a machine with plain paging, for comparison: a request of n pages gets n frames
/// wherever they are free, so nothing ever has to be moved. The frames come from the kernel's frame
/// table, the addresses from the process's array of areas.
namespace fragscope {

/// The process gets pages of zeros; call.segment stays 0. Refused (SegmentRefused) if memory or the
/// array of areas is full.
Steps allocatePaged(Kernel& kernel, Process& process, SegmentCall& call);

/// The pages of the area that begins at `at` go back. Nothing happens if none does
/// (SegmentFreeRefused).
Steps freePaged(Kernel& kernel, Process& process, VirtAddr at);

/// Gives back all frames of the areas of a process that has ended; returns their number.
/// Simplified: one step.
std::uint64_t releasePagedAreas(Kernel& kernel, Process& process);

/// The frame behind a page of the process, by its table entry; nothing if it has none.
std::optional<FrameNumber> frameOfPage(const Process& process, PageNumber page);

const Listing& allocatePagedListing();
const Listing& freePagedListing();

} // namespace fragscope
