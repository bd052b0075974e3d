// The old design of seed 001: lists of free runs by length, best fit above them.
#include "fragscope/kernel/segments/placements.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Round = 1, Hit, Best, Larger, Join, Compact, Fail, Cut };

constexpr std::array<std::string_view, 8> lines{
    "round the request; a large one is aligned",
    "its size has a list of its own: take the run that was freed last",
    "best fit: the smallest run of the large list that holds it",
    "the first list of a larger size that is not empty",
    "join all free neighbours, then look again",
    "make room: move segments, then look again",
    "refuse: fragmented, or out of memory",
    "cut off what stands over; the segment is its owner's",
};

constexpr std::array<std::string_view, 7> localNames{"frames", "alignment", "zone",  "run",
                                                     "at",     "searched",  "pieces"};

struct Locals {
    std::uint64_t frames;
    std::uint64_t alignment;
    std::uint64_t zone;
    std::uint64_t run;
    std::uint64_t at;
    std::uint64_t searched;
    std::uint64_t pieces;
};

void found(SegmentRequest& request, Locals& l, const SegmentPlace& place, Rule why) {
    l.run = place.run;
    l.at = place.at.value;
    request.why = why;
}

/// Looks into one zone; l.run is 0 afterwards if nothing fits.
Steps look(SegmentHeap& heap, SegmentRequest& request, Locals& l) {
    const SegmentTable& table = heap.table();
    const auto zone = static_cast<std::uint32_t>(l.zone);
    const PageCount frames(l.frames);
    const PageCount alignment(l.alignment);
    const std::uint32_t own = listOf(frames);
    const bool small = own != 0 && l.alignment == 1;
    l.run = 0;
    if (small) {
        co_yield Line::Hit;
        ++l.searched;
        if (const SegmentId head = table.head(zone, own); head != 0) {
            found(request, l, {head, table.base(head)}, Rule::SegmentHit);
            co_return;
        }
    }
    co_yield Line::Best;
    if (const auto best = bestInList(table, zone, 0, frames, alignment, l.searched)) {
        found(request, l, *best, Rule::SegmentBestFit);
        co_return;
    }
    if (!small || heap.settings().fallback == SegmentFallback::None) {
        co_return;
    }
    co_yield Line::Larger;
    for (std::uint32_t list = own + 1; list <= SegmentSettings::quickLists; ++list) {
        ++l.searched;
        if (const SegmentId head = table.head(zone, list); head != 0) {
            found(request, l, {head, table.base(head)}, Rule::SegmentLargerList);
            co_return;
        }
    }
}

Steps lookEverywhere(SegmentHeap& heap, SegmentRequest& request, Locals& l) {
    const std::vector<std::uint32_t> order = heap.zoneOrder(request, PageCount(l.frames));
    for (const std::uint32_t zone : order) {
        l.zone = zone;
        co_await part(look(heap, request, l));
        if (l.run != 0) {
            co_return;
        }
    }
}

/// Free neighbours become one run, in all zones.
Steps joinRuns(SegmentHeap& heap, SegmentRequest& request, Locals& l) {
    co_yield Line::Join;
    if (heap.joinAll(request.owner) > 0) {
        co_await part(lookEverywhere(heap, request, l));
    }
}

Steps compact(SegmentHeap& heap, SegmentRequest& request, Locals& l) {
    const std::vector<std::uint32_t> order = heap.zoneOrder(request, PageCount(l.frames));
    for (const std::uint32_t zone : order) {
        if (!heap.mayMakeRoom(zone, PageCount(l.frames))) {
            continue;
        }
        co_yield Line::Compact;
        l.zone = zone;
        co_await heap.compactor()->makeRoom(zone, PageCount(l.frames), PageCount(l.alignment));
        co_await part(look(heap, request, l));
        if (l.run != 0) {
            co_return;
        }
    }
}

} // namespace

Steps quickFit(SegmentHeap& heap, SegmentRequest& request) {
    auto& l = co_await Follow<Locals>{quickFitListing()};
    co_yield Line::Round;
    l.frames = roundedRequest(request.frames, heap.settings()).value;
    l.alignment = alignmentOf(PageCount(l.frames), heap.settings()).value;
    if (heap.mayCut(request)) {
        co_await part(lookEverywhere(heap, request, l));
        if (l.run == 0 && heap.settings().join == SegmentJoin::OnFailure) {
            co_await part(joinRuns(heap, request, l));
        }
        if (l.run == 0) {
            co_await part(compact(heap, request, l));
        }
    }
    if (l.run == 0) {
        co_yield Line::Fail;
        heap.refuse(request, PageCount(l.frames));
    } else {
        co_yield Line::Cut;
        l.pieces = heap.give(request, {static_cast<SegmentId>(l.run), FrameNumber(l.at)},
                             {.frames = PageCount(l.frames),
                              .alignment = PageCount(l.alignment),
                              .searched = l.searched});
    }
}

const Listing& quickFitListing() {
    static constexpr Listing listing{ListingId::QuickFit, "quick-fit", "Quick-fit: lists by size",
                                     lines, localNames};
    return listing;
}

} // namespace fragscope
