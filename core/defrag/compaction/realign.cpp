#include "fragscope/defrag/compaction/realign.h"

#include "fragscope/defrag/compaction/relax.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Sleep = 1, Look, Lock, Next, Up, Top, Stay, Align, Slide, Done };

constexpr std::array<std::string_view, 10> lines{
    "sleep for the period",
    "is free memory above the high mark, and some large segment relaxed?",
    "take the lock of the heap",
    "up: from the top down to the lowest relaxed segment; to-top: the next relaxed one",
    "up: to the highest aligned place below the segment above it",
    "to-top: to the next aligned place at the top of the heap",
    "there is no such place: it stays",
    "it was relaxed: its alignment is the full one again",
    "slide everything down in the order of age (to-top: before, for room at the top)",
    "give the lock back",
};

constexpr std::array<std::string_view, 7> localNames{"zone",   "free_frames", "segment", "to",
                                                     "lowest", "aligned",     "moved"};

} // namespace

struct Realigner::Locals {
    std::uint64_t zone;
    std::uint64_t free;
    std::uint64_t segment;
    std::uint64_t to;
    std::uint64_t lowest; ///< base of the lowest relaxed segment
    std::uint64_t aligned;
    std::uint64_t moved;
};

SegmentId Realigner::lowestRelaxed(std::uint32_t zone, FrameNumber from) const {
    const SegmentTable& table = heap_.table();
    SegmentId id = table.first(zone);
    while (id != 0 && (table.base(id) < from || !isRelaxed(table.segment(id), heap_.settings()))) {
        id = table.next(id);
    }
    return id;
}

bool Realigner::isWorthIt(Locals& l) const {
    const auto number = static_cast<std::uint32_t>(l.zone);
    const SegmentZone zone = heap_.table().zone(number);
    l.free = zone.free.value;
    if (inVain_[number] == heap_.changes() ||
        l.free * 100 <= (zone.end - zone.begin).value * settings_.realignAbovePercent) {
        return false;
    }
    const SegmentId lowest = lowestRelaxed(number, zone.begin);
    l.lowest = lowest != 0 ? heap_.table().base(lowest).value : 0;
    return lowest != 0;
}

Steps Realigner::slideDown(Locals& l, Rule why) {
    co_yield Line::Slide;
    const auto zone = static_cast<std::uint32_t>(l.zone);
    pass_ = {.zone = zone, .from = heap_.table().zone(zone).begin, .why = why};
    co_await slide_.compact(pass_);
}

/// The segment has arrived at an aligned place.
void Realigner::restore(Locals& l, SegmentId id) {
    const Segment segment = heap_.table().segment(id);
    const PageCount alignment = fullAlignment(segment, heap_.settings());
    heap_.table().setAlignment(id, alignment);
    ++l.aligned;
    events_.emit({.kind = EventKind::SegmentAligned,
                  .rule = Rule::RealignedAboveMark,
                  .object = segment.owner,
                  .vaddr = segment.vaddr.value,
                  .paddr = startOf(segment.base).value,
                  .value = alignment.value,
                  .b = segment.birth});
}

/// l.to is where the segment goes.
Steps Realigner::moveUp(Locals& l, SegmentId segment, Rule why) {
    co_yield why == Rule::RealignUp ? Line::Up : Line::Top;
    const bool relaxed = isRelaxed(heap_.table().segment(segment), heap_.settings());
    co_await part(slide_.move(segment, FrameNumber(l.to), why));
    if (!slide_.carried()) {
        co_return; // locked meanwhile
    }
    ++l.moved;
    if (relaxed) {
        co_yield Line::Align;
        restore(l, segment);
    }
}

Steps Realigner::alignUp(Locals& l) {
    const SegmentTable& table = heap_.table();
    heap_.joinAll(0);
    const auto zone = static_cast<std::uint32_t>(l.zone);
    for (SegmentId id = table.last(zone); id != 0 && table.base(id).value >= l.lowest;) {
        const Segment segment = table.segment(id);
        const bool held =
            segment.state == SegmentState::Used || segment.state == SegmentState::InTransit;
        if (held && segment.locks == 0) {
            co_yield Line::Next;
            l.segment = id;
            const PageCount alignment = fullAlignment(segment, heap_.settings());
            if (const auto to = highestTarget(table, id, alignment); to && table.spare() >= 2) {
                l.to = to->value;
                co_await part(moveUp(l, id, Rule::RealignUp));
            } else {
                co_yield Line::Stay;
            }
        }
        id = table.previous(id);
    }
    if (l.moved > 0) {
        co_await part(slideDown(l, Rule::CompactAfterRealign));
    }
}

Steps Realigner::alignAtTop(Locals& l) {
    SegmentTable& table = heap_.table();
    co_await part(slideDown(l, Rule::CompactBeforeRealign));
    const auto zone = static_cast<std::uint32_t>(l.zone);
    FrameNumber from = table.zone(zone).begin;
    for (SegmentId id = lowestRelaxed(zone, from); id != 0; id = lowestRelaxed(zone, from)) {
        co_yield Line::Next;
        const Segment segment = table.segment(id);
        l.segment = id;
        std::uint64_t searched = 0;
        const PageCount alignment = fullAlignment(segment, heap_.settings());
        const auto place = placeAtTop(table, zone, segment.frames, alignment, searched);
        from = segment.end();
        if (place && table.spare() >= 2) {
            l.to = place->at.value;
            co_await part(moveUp(l, id, Rule::RealignToTop));
            table.setTop(zone, place->at + segment.frames);
            table.setResume(zone, std::min(table.zone(zone).resume, segment.base));
        } else {
            co_yield Line::Stay;
        }
    }
}

Steps Realigner::lookAt(Locals& l) {
    Task& self = co_await thisTask();
    co_yield Line::Look;
    if (!isWorthIt(l)) {
        co_return;
    }
    co_yield Line::Lock;
    while (!heap_.quiet(0)) {
        co_await until(conditionOf<&SegmentHeap::quiet>(heap_));
        co_yield Line::Lock;
    }
    heap_.lock(self.id);
    l.moved = 0;
    l.aligned = 0;
    if (isWorthIt(l)) { // it may have been locked by somebody until now
        if (settings_.realign == Realign::Up) {
            co_await part(alignUp(l));
        } else {
            co_await part(alignAtTop(l));
        }
        inVain_[l.zone] = l.aligned == 0 ? heap_.changes() : ~0ULL;
    }
    co_yield Line::Done;
    heap_.unlock();
}

Steps Realigner::look(std::uint32_t zone) {
    auto& l = co_await Follow<Locals>{realignListing()};
    l.zone = zone;
    co_await part(lookAt(l));
}

Steps Realigner::run() {
    auto& l = co_await Follow<Locals>{realignListing()};
    for (;;) {
        co_yield Line::Sleep;
        co_await sleepUntil(scheduler_.now() + settings_.periodCycles);
        for (l.zone = 0; l.zone < heap_.table().shape().zones; ++l.zone) {
            co_await part(lookAt(l));
        }
    }
}

const Listing& realignListing() {
    static constexpr Listing listing{ListingId::RealignSegments, "realign",
                                     "Large segments are aligned again", lines, localNames};
    return listing;
}

} // namespace fragscope
