#pragma once

#include "fragscope/kernel/segments/segment_layout.h"
#include "fragscope/view/page_map.h"

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace fragscope {

/// What keeps the segment above free frames from taking them (kernel/segments/segment_gaps.h).
enum class GapCause : std::uint8_t { Free, Alignment, Hole, Locked };

inline constexpr std::array<GapCause, 4> allGapCauses{GapCause::Free, GapCause::Alignment,
                                                      GapCause::Hole, GapCause::Locked};

/// Free frames between segments, of one cause.
struct SegmentGap {
    FrameNumber begin{};
    PageCount frames{};
    GapCause cause = GapCause::Free;

    [[nodiscard]] FrameNumber end() const { return begin + frames; }

    friend bool operator==(const SegmentGap&, const SegmentGap&) = default;
};

/// One heap of segments: a zone with the runs that tile it.
struct SegmentZoneView {
    static constexpr std::size_t listCount = SegmentSettings::quickLists + 1;

    SegmentZone bounds;
    std::vector<Segment> runs;                           ///< by address
    std::array<std::vector<SegmentId>, listCount> lists; ///< free runs, as the layout has them
    std::vector<SegmentGap> gaps;                        ///< by address
    FrameNumber segmentsEnd{}; ///< of the highest one; the begin of the zone if there is none

    /// Index of the run that covers a frame.
    [[nodiscard]] std::optional<std::size_t> indexAt(FrameNumber frame) const;

    /// The gap that a frame is in; null for segments, holes, and the room above all segments.
    [[nodiscard]] const SegmentGap* gapAt(FrameNumber frame) const;
};

/// The books of the segment heap at one moment, read out of the replica's bytes; immutable.
struct SegmentBooks {
    std::vector<SegmentZoneView> zones; ///< none if the books make no sense
    std::uint64_t births = 0;           ///< segments allocated so far
    std::uint64_t descriptors = 0;
    std::uint64_t inUse = 0;        ///< of the descriptors
    std::uint64_t largestBlock = 0; ///< buddy: in frames; 0 = runs of any length
    bool hasLists = false;          ///< free runs are in lists (quick-fit, buddy)

    /// The zone and the run that cover a frame; null where there is no segment heap.
    [[nodiscard]] const SegmentZoneView* zoneAt(FrameNumber frame) const;
    [[nodiscard]] const Segment* runAt(FrameNumber frame) const;

    /// A run by the number of its descriptor; null if no zone has it.
    [[nodiscard]] const Segment* run(SegmentId id) const;

    struct Place {
        std::size_t zone = 0;
        std::size_t run = 0;
    };

    std::vector<std::optional<Place>> places; ///< of the runs, by number of descriptor
};

using SegmentBooksRef = std::shared_ptr<const SegmentBooks>;

/// A segment: what a process maps, what is in a message, or what is being moved.
constexpr bool isSegment(const Segment& run) {
    return run.state == SegmentState::Used || run.state == SegmentState::InTransit ||
           run.state == SegmentState::Moving;
}

/// Reads the books; keeps what it read by the identity of the pages that hold them, so that a
/// moment in which no book changed costs a comparison of these. Used by one thread.
class SegmentBooksReader {
public:
    /// The same object as before if nothing changed; null if the machine has no segment heap.
    SegmentBooksRef update(const PageMap& memory);

private:
    std::vector<PageRef> pages_; ///< of the books, as last read
    SegmentBooksRef books_;
};

} // namespace fragscope
