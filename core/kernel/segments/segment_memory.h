#pragma once

#include "fragscope/kernel/kernel.h"
#include "fragscope/kernel/segments/area_array.h"
#include "fragscope/kernel/segments/message_table.h"
#include "fragscope/kernel/segments/segment_driver.h"
#include "fragscope/kernel/segments/segment_heap.h"
#include "fragscope/kernel/segments/segment_plan.h"
#include "fragscope/kernel/segments/segment_words.h"

namespace fragscope {

/// The memory of a machine with segments (seed 001): physically the segment heap, whose books lie
/// in a guarded region of the kernel; virtually an array of areas per process, its memory map. The
/// system calls are in segment_calls.h.
///
/// Invariants: (1) a segment that is Used is mapped by exactly one area of its owner, of its
/// length; one that is InTransit by none; (2) the area's entry names the segment.
class SegmentMemory {
public:
    SegmentMemory(Kernel& kernel, const SegmentPlan& plan, const SegmentMemorySettings& settings);

    SegmentMemory(const SegmentMemory&) = delete;
    SegmentMemory& operator=(const SegmentMemory&) = delete;

    /// Writes the books of an empty heap: boot.
    void format();

    [[nodiscard]] const SegmentMemorySettings& settings() const { return settings_; }

    [[nodiscard]] SegmentHeap& heap() { return heap_; }

    [[nodiscard]] const SegmentHeap& heap() const { return heap_; }

    /// Messages that wait to be received.
    [[nodiscard]] MessageTable& messages() { return messages_; }

    [[nodiscard]] const MessageTable& messages() const { return messages_; }

    /// For until(): a message waits for the process, or the process has ended.
    [[nodiscard]] bool messageOrEnd(std::uint64_t process) const {
        return messages_.hasFor(process) ||
               kernel_.processes()[process - 1]->state != ProcessState::Running;
    }

    /// The driver of the device that writes to segments.
    [[nodiscard]] SegmentDriver& driver() { return driver_; }

    /// The areas of a process; its map must be empty at the first call.
    [[nodiscard]] AreaArray& areasOf(const Process& process);

    /// Gives back what a process has, mapped or in transit to it; returns the number of frames. It
    /// has ended. Simplified: one step.
    std::uint64_t releaseAll(Process& process);

private:
    Kernel& kernel_;
    SegmentPlan plan_;
    SegmentMemorySettings settings_;
    KernelWords words_;
    SegmentTable table_;
    SegmentHeap heap_;
    MessageTable messages_;
    SegmentDriver driver_;
    std::vector<std::unique_ptr<AreaArray>> areas_; ///< by process number - 1
};

} // namespace fragscope
