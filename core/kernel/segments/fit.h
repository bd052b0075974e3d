#pragma once

#include "fragscope/kernel/segments/segment_table.h"

#include <optional>

/// Where a segment can lie. These only look; descriptors that were looked at are counted.
namespace fragscope {

struct SegmentPlace {
    SegmentId run = 0; ///< a free run
    FrameNumber at{};  ///< inside it
};

/// The lowest aligned frame of the run from which `frames` fit in it.
std::optional<FrameNumber>
placeInRun(const Segment& run, FrameNumber from, PageCount frames, PageCount alignment);

/// Placement Top: the next place at or above the top of the zone's heap that is free of holes and
/// of segments that had to stay (DEFRAG 3.2).
std::optional<SegmentPlace> placeAtTop(const SegmentTable& table,
                                       std::uint32_t zone,
                                       PageCount frames,
                                       PageCount alignment,
                                       std::uint64_t& searched);

/// Quick-fit: the smallest run of a free list in which the request fits; of equal ones the first.
std::optional<SegmentPlace> bestInList(const SegmentTable& table,
                                       std::uint32_t zone,
                                       std::uint32_t list,
                                       PageCount frames,
                                       PageCount alignment,
                                       std::uint64_t& searched);

/// The smallest free run of a zone in which the request fits, all of them looked at; of equal ones
/// the lowest. `but`: a run that is left out.
std::optional<SegmentPlace> bestInZone(const SegmentTable& table,
                                       std::uint32_t zone,
                                       PageCount frames,
                                       PageCount alignment,
                                       std::uint64_t& searched,
                                       SegmentId but = 0);

/// The largest free run of a zone, the lowest of equal ones; 0 if none is free.
SegmentId largestRun(const SegmentTable& table, std::uint32_t zone, std::uint64_t& searched);

/// Compaction downward: the earliest place from `from` on, in the free runs below the segment or
/// right below it and over itself; its own place if there is none (DEFRAG 3.2, T2).
FrameNumber slideTarget(const SegmentTable& table,
                        SegmentId segment,
                        FrameNumber from,
                        PageCount alignment,
                        std::uint64_t& searched);

/// Aligning again: the highest aligned place in the free runs between the segment and the one above
/// it, or over itself, but above its own; holes are passed (DEFRAG 3.6).
std::optional<FrameNumber>
highestTarget(const SegmentTable& table, SegmentId segment, PageCount alignment);

/// The longest run of free frames of a zone, free neighbours counted together; buddy: the largest
/// free block.
PageCount largestFree(const SegmentTable& table, std::uint32_t zone);

} // namespace fragscope
