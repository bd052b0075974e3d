#include "fragscope/kernel/segments/segment_heap.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/segments/buddy_blocks.h"
#include "fragscope/kernel/segments/placements.h"
#include "fragscope/kernel/segments/survey.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class ReleaseLine : std::uint16_t { Mark = 1, Join, Retract };

constexpr std::array<std::string_view, 3> releaseLines{
    "mark it as free; quick-fit: put it on the list of its size",
    "join it with its free neighbours",
    "it was the topmost: the top of the heap goes down",
};

constexpr std::array<std::string_view, 3> releaseNames{"segment", "frames", "joined"};

struct ReleaseLocals {
    std::uint64_t segment;
    std::uint64_t frames;
    std::uint64_t joined;
};

} // namespace

std::vector<std::uint32_t> SegmentHeap::zoneOrder(const SegmentRequest& request,
                                                  PageCount frames) const {
    const std::uint32_t lockZones = settings_.lockZone.value != 0 ? 1 : 0;
    const std::uint32_t others = table_.shape().zones - lockZones;
    if (request.lockable && lockZones != 0) {
        return {others};
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t zone = 0; zone < others; ++zone) {
        order.push_back(zone);
    }
    if (settings_.spanChoice == SpanChoice::MostRoom) {
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return table_.freeFrames(a) > table_.freeFrames(b);
        });
    } else if (settings_.spanChoice == SpanChoice::BestFit) {
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            const bool aFits = table_.freeFrames(a) >= frames;
            const bool bFits = table_.freeFrames(b) >= frames;
            return aFits != bFits ? aFits : table_.freeFrames(a) < table_.freeFrames(b);
        });
    }
    return order;
}

bool SegmentHeap::mayLock(SegmentId segment) const {
    return settings_.lockZone.value == 0 || table_.zoneOf(segment) + 1 == table_.shape().zones;
}

bool SegmentHeap::mayCut(SegmentRequest& request) const {
    const bool may = table_.spare() >= 2;
    request.why = may ? Rule::None : Rule::NoDescriptorLeft;
    return may;
}

/// Cuts what stands over off a free run. Memory that no segment has had yet is always cut,
/// whatever the split rule.
unsigned SegmentHeap::cut(const SegmentPlace& place, PageCount frames) {
    unsigned pieces = 0;
    const SegmentId run = place.run;
    const PageCount lead = place.at - table_.base(run);
    if (lead.value > 0) {
        announceCut(table_.cutFront(run, lead));
        ++pieces;
    }
    const PageCount rest = table_.frames(run) - frames;
    const bool fresh = table_.end(run) > table_.zone(table_.zoneOf(run)).top;
    const bool worth =
        settings_.split == SegmentSplit::Always ||
        (settings_.split == SegmentSplit::MinimumRest && rest >= settings_.minimumRest);
    if (rest.value > 0 && (fresh || worth)) {
        announceCut(table_.cutBack(run, frames, fresh));
        ++pieces;
    }
    return pieces;
}

void SegmentHeap::announceCut(SegmentId piece) {
    const Segment cut = table_.segment(piece);
    events_.emit({.kind = EventKind::RunCut,
                  .object = cut.zone,
                  .paddr = startOf(cut.base).value,
                  .value = cut.frames.value,
                  .a = cut.depth});
}

void SegmentHeap::countOperation() {
    ++operations_;
    if (settings_.surveyEvery == 0 || operations_ % settings_.surveyEvery != 0) {
        return;
    }
    for (std::uint32_t zone = 0; zone < table_.shape().zones; ++zone) {
        const FreeRunSurvey survey = surveyFreeRuns(table_, zone, settings_.placement);
        events_.emit({.kind = EventKind::SegmentSurvey,
                      .object = zone,
                      .value = survey.runs,
                      .a = survey.median.value,
                      .b = survey.longest.value});
    }
}

unsigned
SegmentHeap::give(SegmentRequest& request, const SegmentPlace& place, const Rounded& rounded) {
    const unsigned pieces = cut(place, rounded.frames);
    giveWhole(request, place.run, rounded);
    return pieces;
}

void SegmentHeap::giveWhole(SegmentRequest& request, SegmentId run, const Rounded& rounded) {
    const std::uint32_t zone = table_.zoneOf(run);
    table_.use(run, {.owner = request.owner,
                     .vaddr = request.vaddr,
                     .asked = request.frames,
                     .alignment = rounded.alignment,
                     .unmovable = request.unmovable});
    table_.setTop(zone, std::max(table_.zone(zone).top, table_.end(run)));
    request.segment = run;
    ++changes_;
    events_.emit({.kind = EventKind::SegmentAllocated,
                  .rule = request.why,
                  .object = request.owner,
                  .vaddr = request.vaddr.value,
                  .paddr = startOf(table_.base(run)).value,
                  .value = table_.frames(run).value,
                  .a = rounded.searched,
                  .b = request.frames.value});
    if (rounded.alignment.value > 1) {
        events_.emit({.kind = EventKind::SegmentAligned,
                      .rule = Rule::SegmentIsLarge,
                      .object = request.owner,
                      .paddr = startOf(table_.base(run)).value,
                      .value = rounded.alignment.value,
                      .b = table_.segment(run).birth});
    }
    countOperation();
}

void SegmentHeap::refuse(SegmentRequest& request, PageCount frames) {
    PageCount free{};
    PageCount largest{};
    for (const std::uint32_t zone : zoneOrder(request, frames)) {
        free += table_.freeFrames(zone);
        largest = std::max(largest, largestFree(table_, zone));
    }
    if (request.why == Rule::None) {
        request.why = free >= frames ? Rule::SegmentsFragmented : Rule::SegmentsOutOfMemory;
    }
    events_.emit({.kind = EventKind::SegmentRefused,
                  .rule = request.why,
                  .object = request.owner,
                  .value = frames.value,
                  .a = free.value,
                  .b = largest.value});
    countOperation();
}

std::uint64_t SegmentHeap::joinAll(std::uint32_t owner) {
    std::uint64_t joined = 0;
    for (std::uint32_t zone = 0; zone < table_.shape().zones; ++zone) {
        for (SegmentId id = table_.first(zone); id != 0;) {
            const SegmentId above = table_.next(id);
            if (above != 0 && table_.isFree(id) && table_.isFree(above)) {
                table_.joinNext(id);
                ++joined;
            } else {
                id = above;
            }
        }
    }
    if (joined > 0) {
        changes_ += joined;
        events_.emit({.kind = EventKind::SegmentRunsJoined,
                      .rule = Rule::SegmentsJoined,
                      .object = owner,
                      .value = joined});
    }
    return joined;
}

std::uint64_t SegmentHeap::joinAround(SegmentId run) {
    std::uint64_t joined = 0;
    if (const SegmentId above = table_.next(run); above != 0 && table_.isFree(above)) {
        table_.joinNext(run);
        ++joined;
    }
    if (const SegmentId below = table_.previous(run); below != 0 && table_.isFree(below)) {
        table_.joinNext(below);
        ++joined;
    }
    return joined;
}

void SegmentHeap::retract(std::uint32_t zone) {
    SegmentId id = table_.last(zone);
    while (id != 0 && (table_.isFree(id) || table_.state(id) == SegmentState::Hole)) {
        id = table_.previous(id);
    }
    table_.setTop(zone, id != 0 ? table_.end(id) : table_.zone(zone).begin);
}

Steps SegmentHeap::allocate(SegmentRequest& request) {
    switch (settings_.placement) {
    case SegmentPlacement::QuickFit:
        return quickFit(*this, request);
    case SegmentPlacement::Buddy:
        return allocateBlock(*this, request);
    case SegmentPlacement::Split:
        return allocateInPieces(*this, request);
    default:
        return topOfHeap(*this, request);
    }
}

std::optional<Rule> SegmentHeap::refusesRelease(SegmentId segment) const {
    const bool known = segment != 0 && segment <= table_.shape().descriptors;
    const SegmentState state = known ? table_.state(segment) : SegmentState::Unused;
    if (state != SegmentState::Used && state != SegmentState::InTransit) {
        return Rule::NoSegment;
    }
    return table_.segment(segment).locks != 0 ? std::optional(Rule::SegmentIsLocked) : std::nullopt;
}

bool SegmentHeap::joinsAtFree() const {
    return settings_.placement != SegmentPlacement::QuickFit ||
           settings_.join == SegmentJoin::AtFree;
}

bool SegmentHeap::retractsAfter(const Segment& freed) const {
    return settings_.placement == SegmentPlacement::Top &&
           settings_.retract == SegmentRetract::Yes && freed.end() == table_.zone(freed.zone).top;
}

void SegmentHeap::refuseRelease(SegmentId segment, Rule why) {
    events_.emit({.kind = EventKind::SegmentFreeRefused, .rule = why, .object = segment});
}

void SegmentHeap::announceFreed(const Segment& freed, std::uint64_t joined, Rule why) {
    ++changes_;
    if (freed.base < table_.zone(freed.zone).resume) {
        table_.setResume(freed.zone, freed.base); // a gap below what the background task has done
    }
    events_.emit({.kind = EventKind::SegmentFreed,
                  .rule = why,
                  .object = freed.owner,
                  .vaddr = freed.vaddr.value,
                  .paddr = startOf(freed.base).value,
                  .value = freed.frames.value,
                  .a = joined});
    countOperation();
}

SegmentId SegmentHeap::releaseAtOnce(SegmentId segment, Rule why) {
    const Segment freed = table_.segment(segment);
    if (settings_.placement == SegmentPlacement::Buddy) {
        BuddyBlocks blocks(table_);
        blocks.release(segment);
        const std::uint64_t merged = blocks.mergeAll(segment);
        announceFreed(freed, merged, why);
        return segment;
    }
    table_.release(segment);
    locks_.unlocks += freed.locks != 0 ? 1 : 0;
    std::uint64_t joined = 0;
    SegmentId run = segment;
    if (joinsAtFree()) {
        const SegmentId below = table_.previous(segment);
        run = below != 0 && table_.isFree(below) ? below : segment;
        joined = joinAround(segment);
    }
    if (retractsAfter(freed)) {
        retract(freed.zone);
    }
    announceFreed(freed, joined, why);
    return run;
}

Steps SegmentHeap::release(SegmentId segment) {
    return settings_.placement == SegmentPlacement::Buddy ? releaseBlock(*this, segment)
                                                          : releaseRun(segment);
}

Steps SegmentHeap::releaseRun(SegmentId segment) {
    auto& l = co_await Follow<ReleaseLocals>{releaseSegmentListing()};
    l.segment = segment;
    FRAGSCOPE_CHECK(!refusesRelease(segment), "who frees a segment has looked whether it may");
    co_yield ReleaseLine::Mark;
    const Segment freed = table_.segment(segment);
    l.frames = freed.frames.value;
    table_.release(segment);
    if (joinsAtFree()) {
        co_yield ReleaseLine::Join;
        l.joined = joinAround(segment);
    }
    if (retractsAfter(freed)) {
        co_yield ReleaseLine::Retract;
        retract(freed.zone);
    }
    announceFreed(freed, l.joined, l.joined > 0 ? Rule::SegmentsJoined : Rule::SegmentMarkedFree);
}

const Listing& releaseSegmentListing() {
    static constexpr Listing listing{ListingId::ReleaseSegment, "release-segment",
                                     "A segment is freed", releaseLines, releaseNames};
    return listing;
}

} // namespace fragscope
