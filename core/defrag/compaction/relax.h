#pragma once

#include "fragscope/defrag/compaction/settings.h"
#include "fragscope/kernel/segments/segment_heap.h"

/// Large segments that are aligned to 4 KiB while memory is short (seed 001; DEFRAG 3.6). What it
/// costs is seen elsewhere: without large pages a segment needs 512 table entries and a frame for
/// them for each 2 MiB, unless its addresses still agree with its frames modulo 2 MiB.
namespace fragscope {

/// Free memory of the zone is below the low mark, or would be if `wanted` frames were given out.
[[nodiscard]] bool isMemoryShort(const SegmentTable& table,
                                 std::uint64_t zone,
                                 std::uint64_t wanted,
                                 const CompactionSettings& settings);

/// The alignment that the settings give a segment of its size.
[[nodiscard]] PageCount fullAlignment(const Segment& segment, const SegmentSettings& settings);

/// A segment that may be moved and is less aligned than its size asks for.
[[nodiscard]] bool isRelaxed(const Segment& segment, const SegmentSettings& settings);

/// Which segment, and from where on there is room for it below.
struct Relaxation {
    SegmentId segment = 0;
    FrameNumber from{};
};

/// Relaxes the alignment of a large segment if it can then lie lower. The heap's lock is held.
/// `relaxation` must outlive the coroutine.
Steps relaxSegment(EventBus& events, SegmentHeap& heap, const Relaxation& relaxation);

const Listing& relaxListing();

} // namespace fragscope
