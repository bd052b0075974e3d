#pragma once

#include "fragscope/hardware/memory/physical_memory.h"

#include <vector>

namespace fragscope {

/// What the view must know of a machine beforehand; everything else arrives as events.
struct MachineShape {
    PageCount frames;
    std::uint32_t cpus = 1;
    std::uint32_t tlbSlots = 64;      ///< slot numbers of TlbFill are below this
    std::vector<MemorySpan> ram = {}; ///< ascending, without the holes; empty = all frames are RAM
};

/// The pieces of [0, frames) that are not in `holes`, ascending.
std::vector<MemorySpan> ramBetween(PageCount frames, const std::vector<MemorySpan>& holes);

/// The RAM of a shape, never empty unless there is none.
std::vector<MemorySpan> ramOf(const MachineShape& shape);

} // namespace fragscope
