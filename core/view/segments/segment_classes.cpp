#include "fragscope/view/segments/segment_classes.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::uint32_t ownersApart = 5; ///< further processes share a class

FrameClass gapClass(GapCause cause) {
    switch (cause) {
    case GapCause::Free:
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
            for (const Segment& run : zone.runs) {
                fill(run.base, run.frames, classOf(run));
            }
            for (const SegmentGap& gap : zone.gaps) {
                colour(gap.begin, gap.frames, gapClass(gap.cause));
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
    [[nodiscard]] FrameClass classOf(const Segment& run) const {
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
        return FrameClass::Free;
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

    /// Gives frames a class; returns the range of them that there is.
    std::pair<std::uint64_t, std::uint64_t>
    colour(FrameNumber base, PageCount frames, FrameClass frameClass) {
        const std::uint64_t first = std::min<std::uint64_t>(base.value, classes_.size());
        const std::uint64_t end =
            first + std::min<std::uint64_t>(frames.value, classes_.size() - first);
        std::fill(classes_.begin() + static_cast<std::ptrdiff_t>(first),
                  classes_.begin() + static_cast<std::ptrdiff_t>(end),
                  static_cast<std::uint8_t>(frameClass));
        return {first, end};
    }

    /// The same; they are a run of their own.
    void fill(FrameNumber base, PageCount frames, FrameClass frameClass) {
        const auto [first, end] = colour(base, frames, frameClass);
        for (std::uint64_t frame = first; frame < end; ++frame) {
            joined_[frame] = frame == first ? 0 : 1;
        }
        if (end < joined_.size()) {
            joined_[end] = 0;
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
