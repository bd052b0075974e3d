#include "fragscope/defrag/compaction/relax.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Look = 1, Stay, Relax };

constexpr std::array<std::string_view, 3> lines{
    "free memory is below the low mark: would the large segment lie lower at a multiple of 4 KiB?",
    "no: it keeps its alignment and its large pages",
    "yes: 4 KiB is its alignment from now on",
};

constexpr std::array<std::string_view, 4> localNames{"segment", "alignment", "aligned", "relaxed"};

struct Locals {
    std::uint64_t segment;
    std::uint64_t alignment;
    std::uint64_t aligned; ///< where it would lie
    std::uint64_t relaxed; ///< likewise
};

} // namespace

bool isMemoryShort(const SegmentTable& table,
                   std::uint64_t zone,
                   std::uint64_t wanted,
                   const CompactionSettings& settings) {
    if (settings.relaxBelowPercent == 0) {
        return false;
    }
    const SegmentZone whole = table.zone(static_cast<std::uint32_t>(zone));
    const std::uint64_t left = whole.free.value - std::min(whole.free.value, wanted);
    return left * 100 < (whole.end - whole.begin).value * settings.relaxBelowPercent;
}

PageCount fullAlignment(const Segment& segment, const SegmentSettings& settings) {
    return alignmentOf(roundedRequest(segment.asked, settings), settings);
}

bool isRelaxed(const Segment& segment, const SegmentSettings& settings) {
    const bool held =
        segment.state == SegmentState::Used || segment.state == SegmentState::InTransit;
    return held && segment.locks == 0 && segment.alignment() < fullAlignment(segment, settings);
}

Steps relaxSegment(EventBus& events, SegmentHeap& heap, const Relaxation& relaxation) {
    auto& l = co_await Follow<Locals>{relaxListing()};
    co_yield Line::Look;
    const Segment large = heap.table().segment(relaxation.segment);
    std::uint64_t searched = 0;
    l.segment = large.id;
    l.alignment = large.alignment().value;
    l.aligned =
        slideTarget(heap.table(), large.id, relaxation.from, large.alignment(), searched).value;
    l.relaxed = slideTarget(heap.table(), large.id, relaxation.from, PageCount(1), searched).value;
    if (l.relaxed >= l.aligned) {
        co_yield Line::Stay;
        co_return;
    }
    co_yield Line::Relax;
    heap.table().setAlignment(large.id, PageCount(1));
    events.emit({.kind = EventKind::SegmentAligned,
                 .rule = Rule::RelaxedBelowMark,
                 .object = large.owner,
                 .vaddr = large.vaddr.value,
                 .paddr = startOf(large.base).value,
                 .value = 1,
                 .a = l.aligned - l.relaxed,
                 .b = large.birth});
}

const Listing& relaxListing() {
    static constexpr Listing listing{ListingId::RelaxSegment, "relax",
                                     "A large segment under pressure", lines, localNames};
    return listing;
}

} // namespace fragscope
