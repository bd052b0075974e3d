#include "fragscope/view/segments/segment_books.h"

#include "fragscope/kernel/layout.h"
#include "fragscope/kernel/segments/segment_words.h"
#include "fragscope/view/page_map_reader.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::uint32_t mostZones = 256; ///< destroyed books must not be believed everything

SegmentZoneView decodeWholeZone(const WordStore& words, std::uint32_t number) {
    SegmentZoneView zone;
    zone.bounds = decodeZone(words, number);
    zone.runs = decodeSegments(words, number);
    for (std::uint32_t list = 0; list < SegmentZoneView::listCount; ++list) {
        zone.lists.at(list) = decodeFreeList(words, number, list);
    }
    zone.segmentsEnd = zone.bounds.begin;
    for (const Segment& run : zone.runs) {
        if (isSegment(run) || run.state == SegmentState::Target) {
            zone.segmentsEnd = std::max(zone.segmentsEnd, run.end());
        }
    }
    return zone;
}

SegmentBooksRef decodeBooks(const WordStore& words) {
    auto books = std::make_shared<SegmentBooks>();
    const SegmentShape shape = decodeShape(words);
    books->births = words.load(segment_word::births);
    books->descriptors = shape.descriptors;
    books->inUse = words.load(segment_word::inUse);
    for (std::uint32_t number = 0; number < std::min(shape.zones, mostZones); ++number) {
        books->zones.push_back(decodeWholeZone(words, number));
        const auto& lists = books->zones.back().lists;
        books->hasLists =
            books->hasLists ||
            std::any_of(lists.begin(), lists.end(), [](const auto& list) { return !list.empty(); });
    }
    return books;
}

} // namespace

std::optional<std::size_t> SegmentZoneView::indexAt(FrameNumber frame) const {
    const auto above =
        std::upper_bound(runs.begin(), runs.end(), frame,
                         [](FrameNumber wanted, const Segment& run) { return wanted < run.base; });
    if (above == runs.begin() || std::prev(above)->end() <= frame) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(std::prev(above) - runs.begin());
}

std::optional<GapCause> SegmentZoneView::gapAt(std::size_t index) const {
    const Segment& run = runs.at(index);
    if (run.state != SegmentState::Free || run.base >= segmentsEnd) {
        return std::nullopt;
    }
    std::size_t next = index + 1;
    while (next < runs.size() && runs[next].state == SegmentState::Free) {
        ++next; // free neighbours that were not joined have one cause
    }
    if (next == runs.size()) {
        return GapCause::Freed;
    }
    const Segment& above = runs[next];
    if (above.state == SegmentState::Hole) {
        return GapCause::Hole;
    }
    if (above.locks != 0) {
        return GapCause::Locked;
    }
    const std::uint64_t alignment = 1ULL << std::min<unsigned>(above.alignLog2, 63);
    const bool tooShort = (above.base - run.base).value < alignment;
    return isSegment(above) && alignment > 1 && tooShort ? GapCause::Alignment : GapCause::Freed;
}

const SegmentZoneView* SegmentBooks::zoneAt(FrameNumber frame) const {
    const auto found = std::find_if(zones.begin(), zones.end(), [&](const SegmentZoneView& zone) {
        return frame >= zone.bounds.begin && frame < zone.bounds.end;
    });
    return found == zones.end() ? nullptr : &*found;
}

const Segment* SegmentBooks::runAt(FrameNumber frame) const {
    const SegmentZoneView* zone = zoneAt(frame);
    const auto index = zone == nullptr ? std::nullopt : zone->indexAt(frame);
    return index ? &zone->runs[*index] : nullptr;
}

const Segment* SegmentBooks::run(SegmentId id) const {
    for (const SegmentZoneView& zone : zones) {
        for (const Segment& run : zone.runs) {
            if (run.id == id) {
                return &run;
            }
        }
    }
    return nullptr;
}

SegmentBooksRef SegmentBooksReader::update(const PageMap& memory) {
    const PageMapReader reader(memory);
    const auto root = decodeRoot(reader);
    if (!root || root->segmentWords == 0) {
        pages_.clear();
        books_.reset();
        return nullptr;
    }
    std::vector<PageRef> pages;
    const FrameNumber first = frameOf(root->segmentBooks);
    const PhysAddr last = root->segmentBooks + ByteCount(root->segmentWords * wordBytes - 1);
    const std::uint64_t end = std::min(frameOf(last).value + 1, memory.frameCount().value);
    for (FrameNumber frame = first; frame.value < end; ++frame) {
        pages.push_back(memory.page(frame));
    }
    const bool same = books_ != nullptr &&
                      std::equal(pages.begin(), pages.end(), pages_.begin(), pages_.end(),
                                 [](const PageRef& a, const PageRef& b) { return a.same(b); });
    if (!same) {
        pages_ = std::move(pages);
        books_ = decodeBooks(SegmentBytes(reader, root->segmentBooks));
    }
    return books_;
}

} // namespace fragscope
