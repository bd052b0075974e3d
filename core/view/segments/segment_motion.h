#pragma once

#include "fragscope/kernel/segments/segment_layout.h"
#include "fragscope/view/state.h"

#include <optional>

namespace fragscope {

/// A compaction, or a move of a single segment, under way, as the local variables of its listings
/// say.
struct SegmentMotion {
    std::uint32_t zone = 0;
    FrameNumber pointer{};   ///< d: what lies below stays; 0 = no slide
    std::uint64_t moved = 0; ///< segments so far
    ByteCount bytes{};       ///< bytes so far

    // the segment being carried; no frames = none
    SegmentId segment = 0;
    FrameNumber from{};
    FrameNumber to{};
    PageCount frames{};

    friend bool operator==(const SegmentMotion&, const SegmentMotion&) = default;
};

/// Nothing if no task moves segments; of several the one that ran last.
std::optional<SegmentMotion> segmentMotion(const ViewState& state);

} // namespace fragscope
