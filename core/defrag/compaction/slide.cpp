#include "fragscope/defrag/compaction/slide.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Begin = 1, Next, Barrier, Fill, Slide, Reserve, Done, Transit };

constexpr std::array<std::string_view, 8> lines{
    "d is the bottom of the heap, or of its young part",
    "the next segment, oldest first",
    "a hole, or locked in place: it stays, unless the policy for locked ones says otherwise",
    "a segment above it fits into the gap below: it goes there",
    "the earliest aligned place from d on",
    "move the segment there; what it leaves is free; d is its end",
    "the top of the heap is the end of the last segment",
    "in a message, so it moves without fault or shootdown: it fills the lowest gap that it fits",
};

constexpr std::array<std::string_view, 8> localNames{"zone", "wanted", "d",     "segment",
                                                     "to",   "moved",  "bytes", "budget"};

bool isMovable(const Segment& run) {
    const bool segment = run.state == SegmentState::Used || run.state == SegmentState::InTransit;
    return segment && run.locks == 0;
}

bool isLocked(const Segment& run) {
    return run.locks != 0 || run.state == SegmentState::Moving;
}

} // namespace

struct Slide::Locals {
    std::uint64_t zone;
    std::uint64_t wanted;
    std::uint64_t d;
    std::uint64_t segment;
    std::uint64_t to;
    std::uint64_t moved;
    std::uint64_t bytes;
    std::uint64_t budget;
};

/// Where the compaction begins: the bottom, or below the youngest segments that leave enough gaps.
FrameNumber Slide::startFor(std::uint32_t zone, PageCount wanted) const {
    const SegmentTable& table = heap_.table();
    const SegmentZone whole = table.zone(zone);
    if (settings_.extent == CompactionExtent::Full) {
        return whole.begin;
    }
    const std::uint64_t slack = (whole.end - whole.begin).value * settings_.slackPercent / 100;
    const std::uint64_t goal = wanted.value > slack ? wanted.value : slack;
    std::uint64_t gaps = 0;
    SegmentId id = table.last(zone);
    while (id != 0) {
        const Segment run = table.segment(id);
        gaps += run.state == SegmentState::Free ? run.frames.value : 0;
        if (gaps >= goal) {
            return run.base;
        }
        id = run.order.previous;
    }
    return whole.begin;
}

/// The oldest segment above the barrier that fits into the gap [d, barrier); with `any` false
/// only the very next one may go there. 0 if there is none.
SegmentId Slide::fillerFor(SegmentId barrier, const Locals& l, bool any, FrameNumber& to) const {
    const SegmentTable& table = heap_.table();
    const bool isShort = isMemoryShort(table, l.zone, l.wanted, settings_);
    for (SegmentId id = table.next(barrier); id != 0; id = table.next(id)) {
        const Segment run = table.segment(id);
        if (isMovable(run)) {
            std::uint64_t searched = 0;
            const PageCount alignment = isShort ? PageCount(1) : run.alignment();
            to = slideTarget(table, id, FrameNumber(l.d), alignment, searched);
            if (to + run.frames <= table.base(barrier)) {
                return id;
            }
        }
        if (!any && (isMovable(run) || isLocked(run))) {
            return 0;
        }
    }
    return 0;
}

Steps Slide::move(SegmentId segment, FrameNumber to, Rule why) {
    moved_ = heap_.table().segment(segment);
    carried_ = false;
    if (!isMovable(moved_)) {
        co_return; // locked since it was looked at
    }
    heap_.locks().movingOwner = moved_.owner;
    move_ = heap_.table().beginMove(segment, to);
    co_await engine_.carry(move_, moved_);
    heap_.table().finishMove(move_);
    engine_.arrived(moved_);
    heap_.locks().movingOwner = 0;
    carried_ = true;
    ++totals_.segments;
    totals_.bytes += bytesOf(moved_.frames).value;
    events_.emit({.kind = EventKind::SegmentMoved,
                  .rule = why,
                  .object = moved_.owner,
                  .vaddr = moved_.vaddr.value,
                  .paddr = startOf(to).value,
                  .value = moved_.frames.value,
                  .a = startOf(moved_.base).value,
                  .b = moved_.birth});
}

Steps Slide::moveTo(Locals& l, SegmentId segment, FrameNumber to, Rule why) {
    co_yield Line::Reserve;
    co_await part(move(segment, to, why));
    if (!carried_) {
        co_return;
    }
    ++l.moved;
    l.bytes += bytesOf(moved_.frames).value;
    l.d = (to + moved_.frames).value;
}

Steps Slide::relaxIfShort(const Locals& l, SegmentId segment) {
    const bool large = heap_.table().segment(segment).alignLog2 != 0;
    if (large && isMemoryShort(heap_.table(), l.zone, l.wanted, settings_)) {
        relaxation_ = {.segment = segment, .from = FrameNumber(l.d)};
        co_await relaxSegment(events_, heap_, relaxation_);
    }
}

Steps Slide::fillBelow(Locals& l, SegmentId barrier, bool any) {
    FrameNumber to{};
    for (SegmentId filler = fillerFor(barrier, l, any, to); filler != 0 && l.bytes < l.budget;
         filler = fillerFor(barrier, l, any, to)) {
        co_yield Line::Fill;
        l.segment = filler;
        l.to = to.value;
        co_await part(relaxIfShort(l, filler));
        co_await part(moveTo(l, filler, to, Rule::FillGap));
    }
}

/// A run that does not slide: a hole, or a segment that is locked. It may be unlocked afterwards.
Steps Slide::stopAt(Locals& l, SegmentId id) {
    co_yield Line::Barrier;
    const Segment run = heap_.table().segment(id);
    bool fills = run.state == SegmentState::Hole;
    bool any = heap_.settings().spans == SegmentSpans::AcrossFill;
    if (run.locks != 0) {
        locks_.begin();
        std::uint64_t searched = 0;
        const FrameNumber to =
            slideTarget(heap_.table(), id, FrameNumber(l.d), run.alignment(), searched);
        if (to < run.base || settings_.locked != LockedSegments::Wait) { // else nothing is won
            co_await locks_.meet(id);
        }
        fills = locks_.verdict() == LockVerdict::Fill;
        any = fills;
        stopped_ = locks_.verdict() == LockVerdict::Stop;
    }
    if (fills) {
        co_await part(fillBelow(l, id, any));
    }
}

Steps Slide::slideDown(Locals& l, SegmentId id) {
    co_yield Line::Slide;
    co_await part(relaxIfShort(l, id));
    const Segment run = heap_.table().segment(id);
    std::uint64_t searched = 0;
    l.to = slideTarget(heap_.table(), id, FrameNumber(l.d), run.alignment(), searched).value;
    if (l.to < run.base.value) {
        co_await part(moveTo(l, id, FrameNumber(l.to), Rule::SlideDown));
    }
}

/// One run that is not free and not below d.
Steps Slide::visit(Locals& l, SegmentId id) {
    co_yield Line::Next;
    l.segment = id;
    const SegmentTable& table = heap_.table();
    if (!isMovable(table.segment(id))) {
        co_await part(stopAt(l, id));
    }
    if (!stopped_ && isMovable(table.segment(id))) {
        co_await part(slideDown(l, id));
    }
    if (l.bytes < l.budget) {
        l.d = table.end(id).value; // else the gap below may still be filled: next time
    }
}

/// The highest segment in transit that fits into a gap below it, and the lowest such gap. 0 if
/// there is none.
SegmentId Slide::transitFor(std::uint32_t zone, FrameNumber from, FrameNumber& to) const {
    const SegmentTable& table = heap_.table();
    for (SegmentId id = table.last(zone); id != 0; id = table.previous(id)) {
        const Segment run = table.segment(id);
        if (run.state != SegmentState::InTransit || run.locks != 0 || run.base < from) {
            continue;
        }
        std::uint64_t searched = 0;
        to = slideTarget(table, id, from, run.alignment(), searched);
        if (to + run.frames <= run.base) {
            return id;
        }
    }
    return 0;
}

/// Segments in messages go first: what they fill nobody has to slide over.
Steps Slide::moveTransit(Locals& l) {
    const FrameNumber from(l.d);
    const auto zone = static_cast<std::uint32_t>(l.zone);
    FrameNumber to{};
    for (SegmentId id = transitFor(zone, from, to); id != 0 && l.bytes < l.budget;
         id = transitFor(zone, from, to)) {
        co_yield Line::Transit;
        l.segment = id;
        l.to = to.value;
        co_await part(moveTo(l, id, to, Rule::TransitFirst));
    }
    l.d = from.value;
}

Steps Slide::compact(Pass& pass) {
    auto& l = co_await Follow<Locals>{slideListing()};
    SegmentTable& table = heap_.table();
    co_yield Line::Begin;
    l.zone = pass.zone;
    l.wanted = pass.wanted.value;
    l.budget = pass.budget.value;
    heap_.joinAll(0);
    l.d = pass.from.value;
    events_.emit({.kind = EventKind::CompactionBegun,
                  .rule = pass.why,
                  .object = pass.zone,
                  .value = pass.wanted.value,
                  .a = table.freeFrames(pass.zone).value,
                  .b = largestFree(table, pass.zone).value});
    stopped_ = false;
    if (settings_.preferInTransit) {
        co_await part(moveTransit(l));
    }
    SegmentId id = table.first(pass.zone);
    for (; id != 0 && l.bytes < l.budget && !stopped_; id = table.next(id)) {
        if (table.end(id).value > l.d && !table.isFree(id)) {
            co_await part(visit(l, id));
        }
    }
    co_yield Line::Done;
    pass.complete = id == 0 || stopped_;
    pass.moved = ByteCount(l.bytes);
    table.setResume(pass.zone, id == 0 ? table.zone(pass.zone).end : FrameNumber(l.d));
    heap_.retract(pass.zone);
    ++totals_.compactions;
    events_.emit({.kind = EventKind::CompactionDone,
                  .rule = pass.why,
                  .object = pass.zone,
                  .value = l.bytes,
                  .a = l.moved,
                  .b = largestFree(table, pass.zone).value});
}

/// Why a request could not be served without moving anything (seed 001: what is the need for the
/// compaction?).
Rule Slide::reasonFor(std::uint32_t zone, PageCount frames, PageCount alignment) const {
    const SegmentTable& table = heap_.table();
    const SegmentZone whole = table.zone(zone);
    Segment joined; // free neighbours as one run
    joined.state = SegmentState::Free;
    Rule reason = Rule::None;
    for (SegmentId id = table.first(zone); id != 0; id = table.next(id)) {
        const Segment run = table.segment(id);
        if (run.state != SegmentState::Free) {
            joined.frames = PageCount(0);
            continue;
        }
        if (placeInRun(run, run.base, frames, alignment)) {
            return Rule::CompactPoorReuse;
        }
        joined.base = joined.frames.value == 0 ? run.base : joined.base;
        joined.frames += run.frames;
        if (placeInRun(joined, joined.base, frames, alignment)) {
            reason = Rule::CompactToCoalesce;
        }
    }
    if (reason != Rule::None) {
        return reason;
    }
    const bool scarce = whole.free.value * 10 < (whole.end - whole.begin).value;
    return scarce ? Rule::CompactShortage : Rule::CompactFragmented;
}

Steps Slide::makeRoom(std::uint32_t zone, PageCount frames, PageCount alignment) {
    const PageCount wanted = frames + alignment - PageCount(1);
    const bool isShort = isMemoryShort(heap_.table(), zone, frames.value, settings_);
    requested_ = {.zone = zone,
                  .from = isShort ? heap_.table().zone(zone).begin : startFor(zone, wanted),
                  .wanted = frames,
                  .why = reasonFor(zone, frames, alignment)};
    return compact(requested_);
}

const Listing& slideListing() {
    static constexpr Listing listing{ListingId::SlideCompaction, "slide",
                                     "Compaction: slide down in the order of age", lines,
                                     localNames};
    return listing;
}

} // namespace fragscope
