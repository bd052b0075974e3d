#include "fragscope/kernel/segments/segment_plan.h"

#include <algorithm>

namespace fragscope {

namespace {

PageCount kernelFrames(const PhysicalMemory& memory, const SegmentMemorySettings& settings) {
    constexpr PageCount least(512);
    return settings.kernelMemory.value != 0 ? pagesFor(settings.kernelMemory)
                                            : std::max(least, memory.frameCount() / 16);
}

/// The runs of memory from `first` on.
std::vector<SegmentTable::ZoneSpec> spansOf(const PhysicalMemory& memory, FrameNumber first) {
    std::vector<SegmentTable::ZoneSpec> spans;
    bool inside = false;
    for (FrameNumber frame = first; frame.value < memory.frameCount().value; ++frame) {
        if (!memory.isRam(frame)) {
            inside = false;
        } else if (inside) {
            spans.back().end = frame + PageCount(1);
        } else {
            spans.push_back({.begin = frame, .end = frame + PageCount(1), .holes = {}});
            inside = true;
        }
    }
    return spans;
}

/// The same memory as one zone.
SegmentTable::ZoneSpec joined(const std::vector<SegmentTable::ZoneSpec>& spans) {
    SegmentTable::ZoneSpec zone = spans.front();
    for (std::size_t i = 1; i < spans.size(); ++i) {
        zone.holes.push_back({zone.end, spans[i].begin - zone.end});
        zone.end = spans[i].end;
    }
    return zone;
}

/// Takes the uppermost memory off the last span; at least a frame stays.
SegmentTable::ZoneSpec cutLockZone(std::vector<SegmentTable::ZoneSpec>& spans, ByteCount size) {
    SegmentTable::ZoneSpec& last = spans.back();
    const PageCount frames = std::min(pagesFor(size), last.end - last.begin - PageCount(1));
    SegmentTable::ZoneSpec zone{.begin = last.end - frames, .end = last.end, .holes = {}};
    last.end = zone.begin;
    return zone;
}

} // namespace

SegmentPlan planSegments(const PhysicalMemory& memory, const SegmentMemorySettings& settings) {
    SegmentPlan plan{.managed = memory.frameCount(), .zones = {}};
    plan.paged = settings.heap.placement == SegmentPlacement::Paged;
    if (!settings.enabled() || plan.paged) {
        return plan;
    }
    plan.managed = std::min(kernelFrames(memory, settings), memory.frameCount());
    plan.zones = spansOf(memory, FrameNumber(plan.managed.value));
    if (plan.zones.empty()) {
        return plan;
    }
    std::vector<SegmentTable::ZoneSpec> lockable;
    if (settings.heap.lockZone.value != 0) {
        lockable.push_back(cutLockZone(plan.zones, settings.heap.lockZone));
    }
    if (settings.heap.spans != SegmentSpans::Separate) {
        plan.zones = {joined(plan.zones)};
    }
    plan.zones.insert(plan.zones.end(), lockable.begin(), lockable.end());
    plan.shape = {.zones = static_cast<std::uint32_t>(plan.zones.size()),
                  .descriptors = settings.descriptors,
                  .messages = settings.messages.places};
    if (settings.heap.placement == SegmentPlacement::Buddy) {
        plan.shape.largestBlock = 1ULL << settings.heap.maxOrder;
        plan.shape.pageblocks = (memory.frameCount().value + wordsPerPage - 1) / wordsPerPage;
    }
    return plan;
}

} // namespace fragscope
