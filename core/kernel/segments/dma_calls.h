#pragma once

#include "fragscope/kernel/segments/lock_calls.h"

namespace fragscope {

/// A call that has a device write to a segment; lives in the caller's frame.
struct TransferCall {
    VirtAddr at{};      ///< where the process maps the segment
    ByteCount length{}; ///< from its start, in whole words; at most its length is written
    bool begun = false; ///< out
};

/// System call: the device writes to the segment, beside the program. The driver locks the buffer
/// until the device is done; with BufferLock::None it does not, which is a deliberate mistake.
/// Waits for the device, and while a segment of the process is being moved. Refused like a lock.
Steps startTransfer(Kernel& kernel, Process& process, TransferCall& call);

/// The device itself and its interrupt; a task that never ends.
Steps runDevice(Kernel& kernel);

const Listing& startTransferListing();
const Listing& dmaDeviceListing();

} // namespace fragscope
