#include "fragscope/scenario/setting_builder.h"

/// Settings of the designs that segments are compared with, and of the program that asks whether
/// anything must move.
namespace fragscope {

std::vector<Setting> baselineSettings() {
    return {
        count("segments.max_order", &SegmentSettings::maxOrder)
            .between(0, 28)
            .says("Placement buddy: the largest block has 2 to this many pages (Linux: 10).",
                  "ALLOCATORS C5: orders 0 to 10"),
        choice("segments.addresses", &SegmentMemorySettings::addresses)
            .says("What the address of a segment means.",
                  "seed 001: splitting the allocation will cause serious problems"),
    };
}

std::vector<Setting> checkerboardSettings() {
    using S = SegmentLoad;
    return {
        count("process.unmovable_percent", &S::unmovablePercent)
            .between(0, 100)
            .says("Placement buddy: share of the requests whose blocks are unmovable, as for DMA."),
        count("process.sweeps", &S::sweeps)
            .says("Pattern checkerboard: how often it looks at each page of its array at the end."),
        flag("process.promote", &S::promote)
            .says("Pattern checkerboard: before that it asks for large pages for its array.",
                  "lesson L30: huge-page promotion"),
    };
}

} // namespace fragscope
