#pragma once

#include "fragscope/machine/parts.h"

namespace fragscope {

/// Makes the heaps of the processes that have one, with an empty pool.
void makeHeaps(Machine::Parts& parts);

/// The heap of a process, or nullptr.
ProcessHeap* heapOf(Machine::Parts& parts, const Process& process);

/// Starts what works beside the programs: scavengers, threads that are told of low memory, and the
/// sweeper of marked pages.
void startHeapTasks(Machine::Parts& parts);

} // namespace fragscope
