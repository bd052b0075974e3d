#pragma once

#include "fragscope/kernel/segments/segment_layout.h"

namespace fragscope {

/// Free frames below segments, by what keeps the segment above from taking them (DEFRAG 3.8). What
/// is free above all segments of a zone is no gap.
struct SegmentGaps {
    PageCount alignment{}; ///< the segment above is large: its next aligned place is not lower
    PageCount hole{};      ///< below a hole, and the next segment does not fit there
    PageCount locked{};    ///< the segment above is locked in place, or moving
    PageCount free{};      ///< nothing: a compaction wins it

    [[nodiscard]] PageCount sum() const { return alignment + hole + locked + free; }

    SegmentGaps& operator+=(const SegmentGaps& other);
    SegmentGaps& operator-=(const SegmentGaps& other);

    friend bool operator==(const SegmentGaps&, const SegmentGaps&) = default;
};

/// A free run, free neighbours together, and the segment above it.
struct GapBelow {
    FrameNumber begin{};
    FrameNumber end{};
    bool hole = false; ///< a hole is between the run and the segment
    PageCount frames{};
    PageCount alignment{1};
    bool locked = false; ///< the segment
};

SegmentGaps gapsOf(const GapBelow& gap);

/// All gaps of a zone, from the words of its books.
SegmentGaps gapsOf(const WordStore& words, std::uint32_t zone);

} // namespace fragscope
