#pragma once

#include "fragscope/defrag/compaction/slide.h"

namespace fragscope {

/// The background task of seed 001: wakes up now and then and slides segments down, one at a time,
/// so that a request waits for the segment in motion only. It goes on where it stopped; a segment
/// that was freed below takes the resume pointer (a word of the zone) down, where the next wake
/// begins.
struct BackgroundCompaction {
    SegmentHeap& heap;
    Slide& slide;
    const CompactionSettings& settings;
    const Scheduler& scheduler;
};

/// Never ends; a daemon.
Steps runBackground(BackgroundCompaction& task);

const Listing& backgroundListing();

} // namespace fragscope
