#include "fragscope/view/metrics/segment_fold.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/event/rule.h"

#include <algorithm>

namespace fragscope {

SegmentFold::Zone SegmentFold::zoneOf(std::uint64_t frame) const {
    const auto found = std::find_if(zones_.begin(), zones_.end(), [frame](const Zone& zone) {
        return zone.begin.value <= frame && frame < zone.end.value;
    });
    return found != zones_.end() ? *found : Zone{};
}

/// The next lower segment of its zone, or end().
SegmentFold::Segments::const_iterator SegmentFold::below(Segments::const_iterator segment) const {
    if (segment == segments_.begin()) {
        return segments_.end();
    }
    const auto lower = std::prev(segment);
    return lower->first >= zoneOf(segment->first).begin.value ? lower : segments_.end();
}

SegmentGaps SegmentFold::gapsUnder(Segments::const_iterator segment) const {
    const auto lower = below(segment);
    const FrameNumber end(segment->first);
    const FrameNumber begin = lower != segments_.end()
                                  ? FrameNumber(lower->first) + lower->second.frames
                                  : zoneOf(segment->first).begin;
    SegmentGaps gaps;
    for (const MemorySpan& span : ram_) {
        const FrameNumber from = std::max(begin, frameOf(span.start));
        const FrameNumber until = std::min(end, frameOf(span.start + span.length));
        if (from < until) {
            gaps += gapsOf({.begin = from,
                            .end = until,
                            .hole = until != end,
                            .frames = segment->second.frames,
                            .alignment = segment->second.alignment,
                            .locked = segment->second.locked});
        }
    }
    return gaps;
}

/// The next lower segment is younger.
bool SegmentFold::isInverted(Segments::const_iterator segment) const {
    const auto lower = below(segment);
    return lower != segments_.end() && lower->second.birth > segment->second.birth;
}

void SegmentFold::count(Segments::const_iterator segment) {
    if (segment == segments_.end()) {
        return;
    }
    gaps_ += gapsUnder(segment);
    inversions_ += isInverted(segment) ? 1U : 0U;
}

void SegmentFold::uncount(Segments::const_iterator segment) {
    if (segment == segments_.end()) {
        return;
    }
    gaps_ -= gapsUnder(segment);
    inversions_ -= isInverted(segment) ? 1U : 0U;
}

void SegmentFold::put(FrameNumber base, const Held& held) {
    uncount(segments_.upper_bound(base.value));
    const auto placed = segments_.insert_or_assign(base.value, held).first;
    count(placed);
    count(std::next(placed));
}

SegmentFold::Held SegmentFold::take(FrameNumber base) {
    const auto found = segments_.find(base.value);
    if (found == segments_.end()) {
        return {};
    }
    const Held held = found->second;
    uncount(found);
    uncount(std::next(found));
    count(segments_.erase(found));
    return held;
}

void SegmentFold::lock(FrameNumber base, bool locked) {
    if (const auto found = segments_.find(base.value); found != segments_.end()) {
        uncount(found);
        found->second.locked = locked;
        count(found);
    }
}

void SegmentFold::align(const Event& event) {
    const auto found = segments_.find(frameOf(PhysAddr(event.paddr)).value);
    if (found == segments_.end()) {
        return;
    }
    uncount(found);
    found->second.alignment = PageCount(event.value);
    count(found);
    if (event.rule == Rule::RelaxedBelowMark) {
        ++alignments_.relaxed;
        alignments_.won += PageCount(event.a);
        alignments_.swings += restored_.erase(event.b);
    } else if (event.rule == Rule::RealignedAboveMark) {
        ++alignments_.restored;
        restored_.insert(event.b);
    }
}

bool SegmentFold::apply(const Event& event) {
    const FrameNumber base = frameOf(PhysAddr(event.paddr));
    switch (event.kind) {
    case EventKind::SegmentZoneMade:
        zones_.push_back({base, base + PageCount(event.value)});
        return true;
    case EventKind::SegmentAllocated:
        put(base, {.frames = PageCount(event.value), .birth = births_++});
        return true;
    case EventKind::SegmentFreed:
        restored_.erase(take(base).birth);
        return true;
    case EventKind::SegmentMoved:
        put(base, take(frameOf(PhysAddr(event.a))));
        return true;
    case EventKind::SegmentLocked:
        lock(base, event.value != 0);
        return true;
    case EventKind::SegmentAligned:
        align(event);
        return true;
    default:
        return false;
    }
}

} // namespace fragscope
