#pragma once

#include "fragscope/kernel/segments/segment_memory.h"

/// What the system calls of segments have in common.
namespace fragscope {

/// Begins the step `line` again and again until the lock of the heap is the task's.
template <class Line>
Steps lockHeap(Kernel& kernel, const Process& process, Task& self, Line line) {
    SegmentHeap& heap = kernel.segments()->heap();
    co_yield line;
    if (!heap.unlocked(0)) {
        heap.locks().beginWait(process.number);
        while (!heap.unlocked(0)) {
            co_await until(conditionOf<&SegmentHeap::unlocked>(heap));
            co_yield line;
        }
        heap.locks().endWait(process.number);
    }
    heap.lock(self.id, process.number);
    const Board& board = kernel.board();
    board.mmu.drainStores(board.cpus[self.cpu]);
}

/// Gives the lock of the heap back, and that of the process's map.
void unlockHeap(Kernel& kernel, Process& process);

/// Says how long the call took that began at `begun`, and what became of it.
void announceCall(const Kernel& kernel,
                  const Process& process,
                  std::uint64_t begun,
                  std::uint64_t frames,
                  Rule rule);

/// Spends the time of the work on an array of areas since `before`.
void chargeAreas(Kernel& kernel, const AreaArray::Work& before, const AreaArray::Work& now);

/// Emits AreasChanged for the work since `before`.
void announceAreas(
    Kernel& kernel, const Process& process, VirtAddr at, const AreaArray::Work& before, Rule why);

} // namespace fragscope
