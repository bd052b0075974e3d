#pragma once

#include "fragscope/ui/map/slot_strip.h"
#include "fragscope/ui/model/scene.h"
#include "fragscope/view/explain.h"
#include "fragscope/view/frame_classes.h"

#include <vector>

namespace fragscope {

/// A page whose bytes lie in a slot of the swap device.
struct SlotUse {
    std::uint64_t slot = 0;
    std::uint32_t process = 0;
    PageNumber page;
    bool resident = false; ///< it has a frame, too: the slot holds a copy

    friend bool operator==(const SlotUse&, const SlotUse&) = default;
};

/// The pages, of all processes, that have a slot; by slot, then by process and page.
std::vector<SlotUse> slotUses(const std::vector<ProcessPages>& processes);

/// The slots of the swap device as its books say, lowest first, at most SlotStrip::mostCells.
std::vector<SlotCell> slotCells(const Scene& scene, const Names& names);

} // namespace fragscope
