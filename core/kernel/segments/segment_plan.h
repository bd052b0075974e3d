#pragma once

#include "fragscope/hardware/memory/physical_memory.h"
#include "fragscope/kernel/segments/segment_table.h"

namespace fragscope {

/// Which memory the segment heap has, and how large its books are: a pure function of the machine
/// and the settings.
struct SegmentPlan {
    PageCount
        managed{}; ///< frames below are the frame table's; all frames if there are no segments
    SegmentShape shape{.zones = 0, .descriptors = 0};
    std::vector<SegmentTable::ZoneSpec> zones;

    bool paged = false; ///< plain paging: the frame table has all frames, the heap none

    [[nodiscard]] bool enabled() const { return shape.zones != 0 || paged; }
};

/// With SegmentSpans::Separate a zone for each span of memory, else one zone with holes. A zone for
/// lockable segments comes last.
SegmentPlan planSegments(const PhysicalMemory& memory, const SegmentMemorySettings& settings);

} // namespace fragscope
