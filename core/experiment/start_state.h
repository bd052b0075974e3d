#pragma once

#include "fragscope/alloc/page_allocator/shape_pages.h"
#include "fragscope/trace/system_state.h"

#include <optional>

namespace fragscope {

/// A zone of a real machine.
struct ZoneName {
    std::uint64_t node = 0;
    std::string zone;
};

/// The free blocks of one zone, as a page allocator counts them; without a name those of the zone
/// with the most free pages. /proc/buddyinfo knows no types: all are movable. Reserved blocks
/// (HighAtomic) count as unmovable, those for large buffers of devices (CMA) as movable, isolated
/// ones not at all. Error: no such zone.
Expected<FreePageCounts> freePagesOf(const SystemState& state, const std::optional<ZoneName>& name);

} // namespace fragscope
