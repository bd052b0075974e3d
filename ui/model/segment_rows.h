#pragma once

#include "fragscope/ui/map/map_marks.h"
#include "fragscope/ui/model/segment_scene.h"
#include "fragscope/ui/panels/chain_view.h"

#include <optional>
#include <vector>

namespace fragscope {

/// The segment heap as rows. With quick-fit: each list that is not empty, in the order of its
/// links. Without lists: the room above the segments and the gaps between them by cause, lowest
/// first. Each link is a run, and its
/// id the first frame.
std::vector<ChainRow> heapRows(const SegmentBooks& books);

/// "quick-fit · 12 of 65 lists in use", "34 gaps, 1.2 MiB".
QString heapNote(const SegmentBooks& books);

/// Top of each heap, the compaction's pointer, and where the background task goes on.
std::vector<MapLine> segmentLines(const SegmentScene& scene);

/// The segment that is being carried.
std::optional<MapMove> segmentMove(const SegmentScene& scene);

} // namespace fragscope
