#pragma once

#include "fragscope/workload/heap/process_heap.h"
#include "fragscope/workload/settings.h"

namespace fragscope {

/// An element of a script that uses the heap of the process: malloc, free, fill, check, cycle,
/// cache, scavenge, collect. A block that the heap refused is left alone afterwards; one that was
/// freed is used all the same, as by a program with the mistake.
///
/// `fill` and `check` go to the first word of a block, the first one of each page that begins in
/// it, and the last.
Steps performHeapOperation(ProcessHeap& heap, const ScriptedAccess& call);

const Listing& heapOperationListing();

} // namespace fragscope
