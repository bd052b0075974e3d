#include "fragscope/view/segments/segment_classes.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::uint32_t ownersApart = 5; ///< further processes share a class

FrameClass gapClass(std::optional<GapCause> cause) {
    if (!cause) {
        return FrameClass::Free;
    }
    switch (*cause) {
    case GapCause::Freed:
        break;
    case GapCause::Alignment:
        return FrameClass::AlignmentGap;
    case GapCause::Hole:
        return FrameClass::HoleGap;
    case GapCause::Locked:
        return FrameClass::LockedGap;
    }
    return FrameClass::Gap;
}

constexpr FrameClass after(FrameClass first, std::uint64_t steps) {
    return static_cast<FrameClass>(static_cast<std::uint64_t>(first) + steps);
}

/// The birth numbers of all segments, ascending.
std::vector<std::uint64_t> birthsOf(const SegmentBooks& books) {
    std::vector<std::uint64_t> births;
    for (const SegmentZoneView& zone : books.zones) {
        for (const Segment& run : zone.runs) {
            if (isSegment(run)) {
                births.push_back(run.birth);
            }
        }
    }
    std::sort(births.begin(), births.end());
    return births;
}

/// Paints the runs of the zones over the classes of the frame table.
class Painter {
public:
    Painter(const FrameClasses& frames, const SegmentBooks& books, SegmentColouring colouring)
        : books_(books), colouring_(colouring), classes_(*frames), joined_(frames->size(), 0),
          births_(birthsOf(books)) {}

    void paint(const std::optional<SegmentMotion>& motion) {
        for (const SegmentZoneView& zone : books_.zones) {
            for (std::size_t i = 0; i < zone.runs.size(); ++i) {
                const Segment& run = zone.runs[i];
                fill(run.base, run.frames, classOf(zone, i));
            }
        }
        if (motion && motion->frames.value != 0) {
            fill(motion->from, motion->frames, FrameClass::MovingSegment);
            fill(motion->to, motion->frames, FrameClass::SegmentTarget);
        }
    }

    SegmentPicture result() {
        return {std::make_shared<const std::vector<std::uint8_t>>(std::move(classes_)),
                std::make_shared<const std::vector<std::uint8_t>>(std::move(joined_))};
    }

private:
    [[nodiscard]] FrameClass classOf(const SegmentZoneView& zone, std::size_t index) const {
        const Segment& run = zone.runs[index];
        switch (run.state) {
        case SegmentState::Hole:
            return FrameClass::Hole;
        case SegmentState::InTransit:
            return FrameClass::SegmentInTransit;
        case SegmentState::Moving:
            return FrameClass::MovingSegment;
        case SegmentState::Target:
            return FrameClass::SegmentTarget;
        case SegmentState::Used:
            return colourOf(run);
        case SegmentState::Free:
        case SegmentState::Unused:
            break;
        }
        return gapClass(zone.gapAt(index));
    }

    [[nodiscard]] FrameClass colourOf(const Segment& segment) const {
        if (colouring_ == SegmentColouring::Lock) {
            return segment.locks != 0 ? FrameClass::LockedSegment : FrameClass::MovableSegment;
        }
        if (colouring_ == SegmentColouring::Owner) {
            const std::uint32_t number = std::max<std::uint32_t>(segment.owner, 1) - 1;
            return after(FrameClass::SegmentOfFirst, std::min(number, ownersApart));
        }
        const auto rank = static_cast<std::uint64_t>(
            std::lower_bound(births_.begin(), births_.end(), segment.birth) - births_.begin());
        return after(FrameClass::OldestSegment, rank * 4 / births_.size());
    }

    void fill(FrameNumber base, PageCount frames, FrameClass frameClass) {
        const std::uint64_t first = std::min<std::uint64_t>(base.value, classes_.size());
        const std::uint64_t count = std::min<std::uint64_t>(frames.value, classes_.size() - first);
        const auto from = static_cast<std::ptrdiff_t>(first);
        std::fill_n(classes_.begin() + from, count, static_cast<std::uint8_t>(frameClass));
        std::fill_n(joined_.begin() + from, count, std::uint8_t{1});
        if (count > 0) {
            joined_[first] = 0;
        }
        if (first + count < joined_.size()) {
            joined_[first + count] = 0;
        }
    }

    const SegmentBooks& books_;
    SegmentColouring colouring_;
    std::vector<std::uint8_t> classes_;
    std::vector<std::uint8_t> joined_;
    std::vector<std::uint64_t> births_;
};

} // namespace

SegmentPicture paintSegments(const FrameClasses& frames,
                             const SegmentBooks& books,
                             const std::optional<SegmentMotion>& motion,
                             SegmentColouring colouring) {
    Painter painter(frames, books, colouring);
    painter.paint(motion);
    return painter.result();
}

} // namespace fragscope
