#include "fragscope/kernel/segments/segment_gaps.h"

#include <algorithm>

namespace fragscope {

SegmentGaps& SegmentGaps::operator+=(const SegmentGaps& other) {
    alignment += other.alignment;
    hole += other.hole;
    locked += other.locked;
    free += other.free;
    return *this;
}

SegmentGaps& SegmentGaps::operator-=(const SegmentGaps& other) {
    alignment -= other.alignment;
    hole -= other.hole;
    locked -= other.locked;
    free -= other.free;
    return *this;
}

SegmentGaps gapsOf(const GapBelow& gap) {
    const PageCount length = gap.end - gap.begin;
    const std::uint64_t mask = gap.alignment.value - 1;
    const FrameNumber aligned((gap.begin.value + mask) & ~mask);
    SegmentGaps gaps;
    if (gap.hole) {
        const bool fits = !gap.locked && aligned + gap.frames <= gap.end;
        (fits ? gaps.free : gaps.hole) = length;
    } else if (gap.locked) {
        gaps.locked = length;
    } else {
        gaps.alignment = std::min(aligned, gap.end) - gap.begin;
        gaps.free = length - gaps.alignment;
    }
    return gaps;
}

SegmentGaps gapsOf(const WordStore& words, std::uint32_t zone) {
    SegmentGaps all;
    std::vector<GapBelow> open; // below the next segment
    for (const Segment& run : decodeSegments(words, zone)) {
        if (run.state == SegmentState::Hole) {
            for (GapBelow& gap : open) {
                gap.hole = true;
            }
        } else if (run.state == SegmentState::Free) {
            if (open.empty() || open.back().end != run.base) {
                open.push_back({.begin = run.base, .end = run.base});
            }
            open.back().end = run.end();
        } else {
            for (GapBelow& gap : open) {
                gap.frames = run.frames;
                gap.alignment = run.alignment();
                gap.locked = run.locks != 0 || run.state == SegmentState::Moving;
                all += gapsOf(gap);
            }
            open.clear();
        }
    }
    return all;
}

} // namespace fragscope
