#pragma once

#include "fragscope/view/frame_classes.h"

#include <vector>

namespace fragscope {

/// A page whose bytes lie in a slot of the swap device.
struct SlotUse {
    std::uint64_t slot = 0;
    std::uint32_t process = 0;
    PageNumber page;

    friend bool operator==(const SlotUse&, const SlotUse&) = default;
};

/// The pages that are swapped out, of all processes, by slot; of one slot by process and page.
std::vector<SlotUse> slotUses(const std::vector<ProcessPages>& processes);

} // namespace fragscope
