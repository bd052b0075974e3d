#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/hardware/memory/physical_memory.h"

#include <memory>
#include <vector>

namespace fragscope {

/// A process whose heap is one of the allocators, with its resolved settings: what decoders of its
/// words need besides these.
struct HeapShape {
    std::uint32_t process = 0;
    AllocatorSettings settings;
};

using HeapShapes = std::shared_ptr<const std::vector<HeapShape>>;

/// What the view must know of a machine beforehand; everything else arrives as events.
struct MachineShape {
    PageCount frames;
    std::uint32_t cpus = 1;
    std::uint32_t tlbSlots = 64;       ///< slot numbers of TlbFill are below this
    std::vector<MemorySpan> ram = {};  ///< ascending, without the holes; empty = all frames are RAM
    std::vector<HeapShape> heaps = {}; ///< ascending number of process
};

/// The pieces of [0, frames) that are not in `holes`, ascending.
std::vector<MemorySpan> ramBetween(PageCount frames, const std::vector<MemorySpan>& holes);

/// The RAM of a shape, never empty unless there is none.
std::vector<MemorySpan> ramOf(const MachineShape& shape);

} // namespace fragscope
