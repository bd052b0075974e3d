#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// A deliberate mistake, the idea that seed 002 rejects: a collector of the kernel that parses the
/// heap of a process and takes the whole pages of its free blocks. It was written for the first-fit
/// heap (alloc/first_fit_layout.h). Over any other one it takes what it finds for headers, and
/// takes pages of blocks in use.
///
/// It cannot be written in the layer `kernel`, which does not see heaps; here both are in sight.
Steps collectHeap(Kernel& kernel, Process& process);

const Listing& kernelCollectorListing();

} // namespace fragscope
