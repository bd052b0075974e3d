#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// Pages that a process gets and gives back one by one, outside its area of blocks: frames from the
/// free list, wherever they lie. They start at `pagedAreaStart` in every process.
inline constexpr VirtAddr pagedAreaStart{0x7000'0000'0000};

/// Allocates and maps `size` bytes (whole pages) behind what the process has there; ends at the
/// first refusal.
Steps allocatePages(Kernel& kernel, Process& process, ByteCount size);

/// Unmaps and releases the pages of [offset, offset + size) that are mapped, from the lowest up.
Steps releasePages(Kernel& kernel, Process& process, ByteCount offset, ByteCount size);

/// An object of `size` bytes from the kernel heap, for the next overrun.
Steps makeKernelObject(Kernel& kernel, ByteCount size);

/// A mistake of the kernel: writes `size` bytes behind the end of the last object made.
Steps overrunKernelObject(Kernel& kernel, ByteCount size);

const Listing& allocatePagesListing();
const Listing& releasePagesListing();
const Listing& overrunListing();

} // namespace fragscope
