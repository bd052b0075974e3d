#pragma once

#include "fragscope/workload/heap/process_heap.h"

namespace fragscope {

/// One turn of a scavenger: from where, how much at most, and what came of it.
struct ScavengeTurn {
    VirtAddr from{};            ///< free areas below were seen to already
    std::uint64_t most = ~0ULL; ///< pages to pass to the kernel
    std::uint64_t pages = 0;    ///< passed
    std::uint64_t frames = 0;   ///< that came back
    bool complete = true;       ///< nothing is left behind `from`
};

/// Calls the functor for each free area (the seed's scavenge(functor)): the whole pages of an area
/// go back to allocate on demand. It knows the heap by its interface only. The caller holds the
/// lock of the heap.
Steps scavengeTurn(ProcessHeap& heap, ScavengeTurn& turn, Rule why);

/// Trigger `background`: a task of low priority that looks after each free, a quantum at a time.
Steps runScavenger(ProcessHeap& heap);

/// Triggers `on-notice` and `at-exhaustion`: the thread of the process that is told when memory is
/// short. It drops the program's cache and scavenges: quantum by quantum, or all at once where
/// everybody waits anyway. If the heap is locked by a thread that may wait for this very answer, it
/// answers without giving anything back.
Steps runMemoryThread(ProcessHeap& heap);

const Listing& scavengerListing();
const Listing& memoryThreadListing();

} // namespace fragscope
