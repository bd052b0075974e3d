#pragma once

#include "fragscope/kernel/segments/message_table.h"
#include "fragscope/kernel/segments/segment_memory.h"

namespace fragscope {

/// A call that sends a segment; lives in the caller's frame.
struct SendCall {
    VirtAddr at{};              ///< where the sender maps it
    std::uint32_t receiver = 0; ///< process
    MessageHeader header{};
    std::uint32_t headerBytes = 0;
    bool sent = false; ///< out
};

/// A call that receives a segment, and what came of it; lives in the caller's frame.
struct ReceiveCall {
    VirtAddr at{};         ///< where it is mapped; 0 = refused
    SegmentId segment = 0; ///< 0 = refused
    PageCount frames{};
    std::uint32_t sender = 0;
    MessageHeader header{};
    std::uint32_t headerBytes = 0;
};

/// System call: the segment leaves the sender and waits, mapped nowhere, for the receiver; its
/// frames do not move. If messages are copied, the receiver gets a new segment with the same bytes
/// and the sender keeps its own. Refused (MessageRefused) if it is no segment, or locked, if the
/// receiver has ended, or no place for a message or no memory for a copy is left. A segment that is
/// being moved is sent after that: the move has the lock of the heap.
///
/// Simplified: a header goes from the sender's registers to the kernel's books and from there to
/// the receiver's registers; its copy is counted once.
Steps sendSegment(Kernel& kernel, Process& process, SendCall& call);

/// System call: waits for a message, and maps its segment. Refused if there is no room for the
/// mapping (the message stays), or the process ends meanwhile.
Steps receiveSegment(Kernel& kernel, Process& process, ReceiveCall& call);

const Listing& sendSegmentListing();
const Listing& receiveSegmentListing();

} // namespace fragscope
