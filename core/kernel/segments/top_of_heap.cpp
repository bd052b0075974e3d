// The proposed design of seed 001: segments are sorted by age, the youngest at the top.
#include "fragscope/kernel/segments/placements.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Round = 1, Top, Compact, Fail, Place };

constexpr std::array<std::string_view, 5> lines{
    "round the request; a large one is aligned",
    "the next aligned place at the top, above holes and segments that had to stay",
    "the end of memory is reached: compact the segments below, then look again",
    "refuse: fragmented, or out of memory",
    "the segment lies at the top; the top is its end",
};

constexpr std::array<std::string_view, 6> localNames{"frames", "alignment", "zone",
                                                     "run",    "at",        "searched"};

struct Locals {
    std::uint64_t frames;
    std::uint64_t alignment;
    std::uint64_t zone;
    std::uint64_t run;
    std::uint64_t at;
    std::uint64_t searched;
};

/// Looks at the top of one zone; l.run is 0 afterwards if nothing fits.
void look(const SegmentHeap& heap, Locals& l) {
    const auto place = placeAtTop(heap.table(), static_cast<std::uint32_t>(l.zone),
                                  PageCount(l.frames), PageCount(l.alignment), l.searched);
    l.run = place ? place->run : 0;
    l.at = place ? place->at.value : 0;
}

Steps lookEverywhere(SegmentHeap& heap, SegmentRequest& request, Locals& l) {
    const std::vector<std::uint32_t> order = heap.zoneOrder(request, PageCount(l.frames));
    request.why = Rule::SegmentAtTop;
    for (const std::uint32_t zone : order) {
        co_yield Line::Top;
        l.zone = zone;
        look(heap, l);
        if (l.run != 0) {
            co_return;
        }
    }
    for (const std::uint32_t zone : order) {
        if (!heap.mayMakeRoom(zone, PageCount(l.frames))) {
            continue;
        }
        co_yield Line::Compact;
        l.zone = zone;
        co_await heap.compactor()->makeRoom(zone, PageCount(l.frames), PageCount(l.alignment));
        co_yield Line::Top;
        look(heap, l);
        if (l.run != 0) {
            co_return;
        }
    }
    request.why = Rule::None;
}

} // namespace

Steps topOfHeap(SegmentHeap& heap, SegmentRequest& request) {
    auto& l = co_await Follow<Locals>{topOfHeapListing()};
    co_yield Line::Round;
    l.frames = roundedRequest(request.frames, heap.settings()).value;
    l.alignment = alignmentOf(PageCount(l.frames), heap.settings()).value;
    if (heap.mayCut(request)) {
        co_await part(lookEverywhere(heap, request, l));
    }
    if (l.run == 0) {
        co_yield Line::Fail;
        heap.refuse(request, PageCount(l.frames));
    } else {
        co_yield Line::Place;
        heap.give(request, {static_cast<SegmentId>(l.run), FrameNumber(l.at)},
                  {.frames = PageCount(l.frames),
                   .alignment = PageCount(l.alignment),
                   .searched = l.searched});
    }
}

const Listing& topOfHeapListing() {
    static constexpr Listing listing{ListingId::TopOfHeap, "top-of-heap",
                                     "Always at the top of the heap", lines, localNames};
    return listing;
}

} // namespace fragscope
