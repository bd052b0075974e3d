#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/defrag/compaction/settings.h"
#include "fragscope/kernel/segments/settings.h"

namespace fragscope::test {

template <class E> E anyOf(Rng& rng, std::uint64_t count) {
    return static_cast<E>(rng.below(count));
}

/// Any choice of the segment heap.
inline SegmentSettings anyHeap(Rng& rng) {
    SegmentSettings s;
    s.placement = static_cast<SegmentPlacement>(1 + rng.below(2));
    s.rounding = anyOf<SegmentRounding>(rng, 4);
    s.roundTo = PageCount(1 + rng.below(8));
    s.sizes = {PageCount(1 + rng.below(4)), PageCount(5 + rng.below(20)), PageCount(40)};
    s.fallback = anyOf<SegmentFallback>(rng, 2);
    s.join = anyOf<SegmentJoin>(rng, 3);
    s.split = anyOf<SegmentSplit>(rng, 3);
    s.minimumRest = PageCount(rng.below(20));
    s.retract = anyOf<SegmentRetract>(rng, 2);
    s.alignAbove = PageCount(8 + rng.below(80));
    s.alignment = PageCount(1ULL << rng.below(6));
    s.spans = anyOf<SegmentSpans>(rng, 3);
    s.spanChoice = anyOf<SpanChoice>(rng, 3);
    return s;
}

/// Any choice of compaction; the high mark is above the low one.
inline CompactionSettings anyCompaction(Rng& rng) {
    CompactionSettings s;
    s.trigger = anyOf<CompactionTrigger>(rng, 4);
    s.extent = anyOf<CompactionExtent>(rng, 2);
    s.slackPercent = static_cast<std::uint32_t>(rng.below(20));
    s.locked = anyOf<LockedSegments>(rng, 2);
    s.relaxBelowPercent = static_cast<std::uint32_t>(rng.below(50));
    s.realign = anyOf<Realign>(rng, 3);
    s.realignAbovePercent = s.relaxBelowPercent + 1 + static_cast<std::uint32_t>(rng.below(20));
    return s;
}

} // namespace fragscope::test
