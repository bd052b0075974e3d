#pragma once

#include "fragscope/ui/model/segment_scene.h"
#include "fragscope/ui/panels/fact_list.h"
#include "fragscope/view/explain.h"

#include <vector>

namespace fragscope {

/// What the books of the segment heap say of the run that a frame belongs to, and of a segment the
/// moves before the event `seq`; empty if the frame is not the heap's.
std::vector<Fact> segmentFacts(const SegmentScene& scene,
                               const SegmentHistory& history,
                               const Names& names,
                               FrameNumber frame,
                               std::uint64_t seq);

/// "Segment 12", "Free run", "Hole": for the head of the card.
QString segmentTitle(const Segment& run);

} // namespace fragscope
