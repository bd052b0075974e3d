#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// A system call that writes `size` bytes into the process at `address`, one word per 512 bytes.
/// Where the buffer touches entry E the kernel must not sleep in the middle of the copy: it faults
/// each page in before it touches it, or returns an error and the process repeats the call (setting
/// system_call).
Steps writeBuffer(Kernel& kernel, Process& process, VirtAddr address, ByteCount size);

const Listing& systemCallListing();

} // namespace fragscope
