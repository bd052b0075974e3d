#include "fragscope/view/segments/segment_books.h"

#include "fragscope/kernel/layout.h"
#include "fragscope/kernel/segments/segment_gaps.h"
#include "fragscope/kernel/segments/segment_words.h"
#include "fragscope/view/page_map_reader.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Cuts a gap into its parts: what the alignment above keeps free is its lower one.
void addGap(std::vector<SegmentGap>& gaps, const GapBelow& gap) {
    const SegmentGaps parts = gapsOf(gap);
    FrameNumber at = gap.begin;
    for (const auto& [frames, cause] :
         {std::pair(parts.alignment, GapCause::Alignment), std::pair(parts.hole, GapCause::Hole),
          std::pair(parts.locked, GapCause::Locked), std::pair(parts.free, GapCause::Free)}) {
        if (frames.value != 0) {
            gaps.push_back({at, frames, cause});
            at += frames;
        }
    }
}

/// The gaps below each segment; free neighbours together, as gapsOf() has them.
std::vector<SegmentGap> gapsBetween(const std::vector<Segment>& runs) {
    std::vector<SegmentGap> gaps;
    std::vector<GapBelow> open; // below the next segment
    for (const Segment& run : runs) {
        if (run.state == SegmentState::Hole) {
            for (GapBelow& gap : open) {
                gap.hole = true;
            }
        } else if (run.state == SegmentState::Free) {
            if (open.empty() || open.back().end != run.base) {
                open.push_back({.begin = run.base, .end = run.base});
            }
            open.back().end = run.end();
        } else {
            for (GapBelow& gap : open) {
                gap.frames = run.frames;
                gap.alignment = run.alignment();
                gap.locked = run.locks != 0 || run.state == SegmentState::Moving;
                addGap(gaps, gap);
            }
            open.clear();
        }
    }
    return gaps;
}

SegmentZoneView decodeWholeZone(const WordStore& words, std::uint32_t number) {
    SegmentZoneView zone;
    zone.bounds = decodeZone(words, number);
    zone.runs = decodeSegments(words, number);
    for (std::uint32_t list = 0; list < SegmentZoneView::listCount; ++list) {
        zone.lists.at(list) = decodeFreeList(words, number, list);
    }
    zone.gaps = gapsBetween(zone.runs);
    zone.segmentsEnd = zone.bounds.begin;
    for (const Segment& run : zone.runs) {
        if (isSegment(run) || run.state == SegmentState::Target) {
            zone.segmentsEnd = std::max(zone.segmentsEnd, run.end());
        }
    }
    return zone;
}

/// The runs of a zone are fewer than its descriptors, and so are their numbers.
void findPlaces(SegmentBooks& books) {
    for (std::size_t zone = 0; zone < books.zones.size(); ++zone) {
        const std::vector<Segment>& runs = books.zones[zone].runs;
        for (std::size_t i = 0; i < runs.size(); ++i) {
            books.places.resize(std::max<std::size_t>(books.places.size(), runs[i].id + 1U));
            books.places[runs[i].id] = SegmentBooks::Place{zone, i};
        }
    }
}

/// `room`: words that the books may have. Destroyed ones that claim more are not believed.
SegmentBooksRef decodeBooks(const WordStore& words, std::uint64_t room) {
    auto books = std::make_shared<SegmentBooks>();
    const SegmentShape shape = decodeShape(words);
    if (shape.words() > room) {
        return books;
    }
    books->births = words.load(segment_word::births);
    books->descriptors = shape.descriptors;
    books->largestBlock = shape.largestBlock;
    books->inUse = words.load(segment_word::inUse);
    for (std::uint32_t number = 0; number < shape.zones; ++number) {
        books->zones.push_back(decodeWholeZone(words, number));
        const auto& lists = books->zones.back().lists;
        books->hasLists =
            books->hasLists ||
            std::any_of(lists.begin(), lists.end(), [](const auto& list) { return !list.empty(); });
    }
    findPlaces(*books);
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

const SegmentGap* SegmentZoneView::gapAt(FrameNumber frame) const {
    const auto above = std::upper_bound(
        gaps.begin(), gaps.end(), frame,
        [](FrameNumber wanted, const SegmentGap& gap) { return wanted < gap.begin; });
    return above != gaps.begin() && frame < std::prev(above)->end() ? &*std::prev(above) : nullptr;
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
    const bool known = id < places.size() && places[id].has_value();
    return known ? &zones[places[id]->zone].runs[places[id]->run] : nullptr;
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
        books_ = decodeBooks(SegmentBytes(reader, root->segmentBooks),
                             pages_.size() * pageBytes / wordBytes);
    }
    return books_;
}

} // namespace fragscope
