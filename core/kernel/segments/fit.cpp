#include "fragscope/kernel/segments/fit.h"

#include <algorithm>

namespace fragscope {

namespace {

FrameNumber alignedUp(FrameNumber frame, PageCount alignment) {
    return FrameNumber((frame.value + alignment.value - 1) & ~(alignment.value - 1));
}

/// The first run that is not wholly below `from`; 0 if there is none.
SegmentId
firstFrom(const SegmentTable& table, SegmentId last, FrameNumber from, std::uint64_t& searched) {
    SegmentId id = last;
    SegmentId found = 0;
    while (id != 0 && table.end(id) > from) {
        found = id;
        id = table.previous(id);
        ++searched;
    }
    return found;
}

} // namespace

std::optional<FrameNumber>
placeInRun(const Segment& run, FrameNumber from, PageCount frames, PageCount alignment) {
    const FrameNumber at = alignedUp(std::max(run.base, from), alignment);
    if (run.state != SegmentState::Free || at + frames > run.end()) {
        return std::nullopt;
    }
    return at;
}

std::optional<SegmentPlace> placeAtTop(const SegmentTable& table,
                                       std::uint32_t zone,
                                       PageCount frames,
                                       PageCount alignment,
                                       std::uint64_t& searched) {
    const FrameNumber top = table.zone(zone).top;
    SegmentId id = firstFrom(table, table.last(zone), top, searched);
    for (; id != 0; id = table.next(id)) {
        ++searched;
        if (const auto at = placeInRun(table.segment(id), top, frames, alignment)) {
            return SegmentPlace{id, *at};
        }
    }
    return std::nullopt;
}

std::optional<SegmentPlace> bestInList(const SegmentTable& table,
                                       std::uint32_t zone,
                                       std::uint32_t list,
                                       PageCount frames,
                                       PageCount alignment,
                                       std::uint64_t& searched) {
    std::optional<SegmentPlace> best;
    PageCount bestLength{};
    for (SegmentId id = table.head(zone, list); id != 0; id = table.nextInList(id)) {
        ++searched;
        const Segment run = table.segment(id);
        if (best && run.frames >= bestLength) {
            continue;
        }
        if (const auto at = placeInRun(run, run.base, frames, alignment)) {
            best = SegmentPlace{id, *at};
            bestLength = run.frames;
            if (run.frames == frames) {
                break; // none can be smaller
            }
        }
    }
    return best;
}

std::optional<SegmentPlace> bestInZone(const SegmentTable& table,
                                       std::uint32_t zone,
                                       PageCount frames,
                                       PageCount alignment,
                                       std::uint64_t& searched,
                                       SegmentId but) {
    std::optional<SegmentPlace> best;
    for (SegmentId id = table.first(zone); id != 0; id = table.next(id)) {
        ++searched;
        const Segment run = table.segment(id);
        const auto at = id == but ? std::nullopt : placeInRun(run, run.base, frames, alignment);
        if (at && (!best || run.frames < table.frames(best->run))) {
            best = SegmentPlace{id, *at};
        }
    }
    return best;
}

SegmentId largestRun(const SegmentTable& table, std::uint32_t zone, std::uint64_t& searched) {
    SegmentId largest = 0;
    for (SegmentId id = table.first(zone); id != 0; id = table.next(id)) {
        ++searched;
        if (table.isFree(id) && (largest == 0 || table.frames(id) > table.frames(largest))) {
            largest = id;
        }
    }
    return largest;
}

FrameNumber slideTarget(const SegmentTable& table,
                        SegmentId segment,
                        FrameNumber from,
                        PageCount alignment,
                        std::uint64_t& searched) {
    const Segment moved = table.segment(segment);
    SegmentId id = firstFrom(table, moved.order.previous, from, searched);
    for (; id != 0 && id != segment; id = table.next(id)) {
        ++searched;
        const Segment run = table.segment(id);
        const FrameNumber at = alignedUp(std::max(run.base, from), alignment);
        const bool touches = run.order.next == segment;
        const bool fits = at + moved.frames <= run.end() || (touches && at < moved.base);
        if (run.state == SegmentState::Free && at < run.end() && fits) {
            return at;
        }
    }
    return moved.base;
}

std::optional<FrameNumber>
highestTarget(const SegmentTable& table, SegmentId segment, PageCount alignment) {
    const Segment moved = table.segment(segment);
    std::optional<FrameNumber> highest;
    for (SegmentId id = moved.order.next; id != 0; id = table.next(id)) {
        const Segment run = table.segment(id);
        if (run.state == SegmentState::Hole) {
            continue;
        }
        if (run.state != SegmentState::Free) {
            break;
        }
        const FrameNumber at((run.end().value - moved.frames.value) & ~(alignment.value - 1));
        const bool touches = run.order.previous == segment;
        if (at >= run.base || (touches && at > moved.base)) {
            highest = at;
        }
    }
    return highest;
}

PageCount largestFree(const SegmentTable& table, std::uint32_t zone) {
    PageCount largest{};
    PageCount run{};
    const bool blocks = table.shape().largestBlock != 0;
    for (SegmentId id = table.first(zone); id != 0; id = table.next(id)) {
        run = !table.isFree(id) ? PageCount(0) : blocks ? table.frames(id) : run + table.frames(id);
        largest = std::max(largest, run);
    }
    return largest;
}

} // namespace fragscope
