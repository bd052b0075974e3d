#pragma once

#include "fragscope/kernel/frames/frame_layout.h"
#include "fragscope/kernel/frames/kernel_memory.h"

namespace fragscope {

/// The free and used lists, threaded through the elements of the frame table by index. Two free
/// lists, one for each zone. Each operation visits an element and its neighbours only: O(1).
///
/// Invariant: an element is in at most one list; the callers see to it.
class FrameLists {
public:
    FrameLists(KernelMemory& memory, FrameNumber zoneEnd) : memory_(memory), zoneEnd_(zoneEnd) {}

    /// Address of a word of an element (frame_field).
    static VirtAddr place(FrameNumber frame, std::uint64_t field) {
        return kernel_space::table + ByteCount(frame.value * frameEntryBytes + field);
    }

    /// The free list that a frame belongs to.
    [[nodiscard]] FrameList freeListOf(FrameNumber frame) const {
        return frame < zoneEnd_ ? FrameList::FreeKernel : FrameList::FreeData;
    }

    /// First frame of a list; frame 0 = the list is empty.
    [[nodiscard]] FrameNumber head(FrameList list);

    /// Puts an element at the head of a list.
    void push(FrameList list, FrameNumber frame);

    /// Takes an element out of the list that it is in.
    void remove(FrameList list, FrameNumber frame);

private:
    void setHead(FrameList list, FrameNumber frame);
    [[nodiscard]] FrameLinks links(FrameNumber frame);
    void setLinks(FrameNumber frame, const FrameLinks& links);

    KernelMemory& memory_;
    FrameNumber zoneEnd_;
};

} // namespace fragscope
