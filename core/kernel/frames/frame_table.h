#pragma once

#include "fragscope/event/rule.h"
#include "fragscope/hardware/memory/physical_memory.h"
#include "fragscope/kernel/layout.h"

#include <optional>

namespace fragscope {

/// The kernel's book of physical frames, kept in emulated memory: 16 bytes per frame (layout.h).
///
/// Invariants: (1) a frame is Free exactly if nobody owns it; (2) a hole is never given out; (3)
/// references = number of processes whose map leads to the frame (data frames only). Source: seed
/// 004 (an array of (frames x entry size) rounded up to pages).
class FrameTable {
public:
    /// `table` is where the array lies; `zoneEnd` the first frame that data may use (below: kernel
    /// only).
    FrameTable(EventBus& events, PhysicalMemory& memory, PhysAddr table, FrameNumber zoneEnd);

    /// Writes an entry for each frame: holes as Hole, all else Free.
    void initialise();

    [[nodiscard]] FrameInfo info(FrameNumber frame) const;
    [[nodiscard]] bool isFree(FrameNumber first, PageCount count) const;

    /// First fit: the lowest run of `count` free frames at or above `from`.
    [[nodiscard]] std::optional<FrameNumber> findRun(PageCount count, FrameNumber from) const;

    [[nodiscard]] FrameNumber zoneEnd() const { return zoneEnd_; }

    /// Gives a run of free frames to `owner`. Emits FramesAllocated.
    void take(FrameNumber first, PageCount count, FrameUse use, std::uint32_t owner, Rule why);

    /// Makes a run of owned frames free. Emits FramesFreed.
    void give(FrameNumber first, PageCount count, Rule why);

    /// One frame for the kernel: from its zone, else anywhere. Zeroed. Nothing if memory is full.
    std::optional<FrameNumber> takeKernelFrame(FrameUse use, std::uint32_t owner);

    /// Locks (+1) or releases (-1) a run. Emits FramesPinned.
    void pin(FrameNumber first, PageCount count, int change);
    [[nodiscard]] bool anyPinned(FrameNumber first, PageCount count) const;

    void addReference(FrameNumber frame, int change);
    void setOwner(FrameNumber frame, std::uint32_t owner);

    struct FreeSpace {
        PageCount frames;
        PageCount largestRun;
    };

    /// Counted from the bytes.
    [[nodiscard]] FreeSpace freeSpace() const;

    /// How often frames became free; a condition for who waits for memory.
    [[nodiscard]] std::uint64_t releases() const { return releases_; }

private:
    [[nodiscard]] PhysAddr place(FrameNumber frame) const;
    void write(FrameNumber frame, const FrameInfo& info);

    EventBus& events_;
    PhysicalMemory& memory_;
    PhysAddr table_;
    FrameNumber zoneEnd_;
    std::uint64_t releases_ = 0;
};

} // namespace fragscope
