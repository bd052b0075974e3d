// What the thread of seed 001 warns of: an allocation that is split, not the segment it comes from.
#include "fragscope/kernel/segments/placements.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Round = 1, Whole, Pieces, Fail, Give, GiveBoth };

constexpr std::array<std::string_view, 6> lines{
    "round the request; a large one is aligned",
    "best fit: the smallest run that holds it",
    "none does: the largest run, and the smallest of the others that holds the rest",
    "refuse: fragmented, or out of memory",
    "the segment is its owner's",
    "both pieces are its owner's, who knows one address only",
};

constexpr std::array<std::string_view, 6> localNames{"frames", "alignment",    "zone",
                                                     "run",    "first_frames", "searched"};

struct Locals {
    std::uint64_t frames;
    std::uint64_t alignment;
    std::uint64_t zone;
    std::uint64_t run;
    std::uint64_t first;
    std::uint64_t searched;
};

/// Both pieces in one zone; l.first is 0 afterwards if there are no two.
void lookForTwo(SegmentHeap& heap, Locals& l, SegmentPlace& first, SegmentPlace& second) {
    const SegmentTable& table = heap.table();
    const auto zone = static_cast<std::uint32_t>(l.zone);
    const SegmentId largest = largestRun(table, zone, l.searched);
    if (largest == 0 || table.frames(largest).value >= l.frames || table.spare() < 2) {
        return;
    }
    first = {largest, table.base(largest)};
    const PageCount frames = table.frames(largest);
    const auto rest =
        bestInZone(table, zone, PageCount(l.frames) - frames, PageCount(1), l.searched, largest);
    if (rest) {
        second = *rest;
        l.first = frames.value;
    }
}

Steps inTwoPieces(SegmentHeap& heap, SegmentRequest& request, Locals& l) {
    SegmentPlace first;
    SegmentPlace second;
    for (l.zone = 0; l.zone < heap.table().shape().zones && l.first == 0; ++l.zone) {
        co_yield Line::Pieces;
        lookForTwo(heap, l, first, second);
    }
    if (l.first == 0) {
        co_return;
    }
    co_yield Line::GiveBoth;
    const SegmentHeap::Rounded rounded{.frames = PageCount(l.first), .searched = l.searched};
    const SegmentHeap::Rounded rest{.frames = PageCount(l.frames - l.first)};
    SegmentRequest other{.frames = rest.frames, .owner = request.owner};
    request.frames = rounded.frames;
    request.why = Rule::SplitAllocation;
    other.why = Rule::SplitAllocation;
    heap.give(request, first, rounded);
    heap.give(other, second, rest);
    request.second = other.segment;
    heap.table().setAsked(request.segment, PageCount(l.frames));
    heap.table().setAsked(request.second, PageCount(0));
    heap.events().emit({.kind = EventKind::SegmentInPieces,
                        .rule = Rule::SplitAllocation,
                        .object = request.owner,
                        .paddr = startOf(first.at).value,
                        .value = l.frames,
                        .a = l.first,
                        .b = startOf(second.at).value});
}

} // namespace

Steps allocateInPieces(SegmentHeap& heap, SegmentRequest& request) {
    auto& l = co_await Follow<Locals>{allocateInPiecesListing()};
    co_yield Line::Round;
    l.frames = roundedRequest(request.frames, heap.settings()).value;
    l.alignment = alignmentOf(PageCount(l.frames), heap.settings()).value;
    std::optional<SegmentPlace> place;
    if (heap.mayCut(request)) {
        for (; l.zone < heap.table().shape().zones && !place; ++l.zone) {
            co_yield Line::Whole;
            place = bestInZone(heap.table(), static_cast<std::uint32_t>(l.zone),
                               PageCount(l.frames), PageCount(l.alignment), l.searched);
        }
        if (!place) {
            co_await part(inTwoPieces(heap, request, l));
        }
    }
    if (place) {
        co_yield Line::Give;
        l.run = place->run;
        request.why = Rule::SegmentBestFit;
        heap.give(request, *place,
                  {.frames = PageCount(l.frames),
                   .alignment = PageCount(l.alignment),
                   .searched = l.searched});
    } else if (request.segment == 0) {
        co_yield Line::Fail;
        heap.refuse(request, PageCount(l.frames));
    }
}

const Listing& allocateInPiecesListing() {
    static constexpr Listing listing{ListingId::SplitAllocation, "split-allocation",
                                     "An allocation in two pieces", lines, localNames};
    return listing;
}

} // namespace fragscope
