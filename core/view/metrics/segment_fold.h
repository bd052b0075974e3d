#pragma once

#include "fragscope/event/event.h"
#include "fragscope/kernel/segments/segment_gaps.h"
#include "fragscope/view/machine_shape.h"

#include <map>
#include <set>

namespace fragscope {

/// The segments of a run by address, as a fold of its events: gaps below them by cause, the order
/// by age, and changes of alignment. Logarithmic in the number of segments. gapsOf(words, zone)
/// says the same from the books.
class SegmentFold {
public:
    explicit SegmentFold(const MachineShape& shape) : ram_(ramOf(shape)) {}

    /// What became of large segments.
    struct Alignments {
        std::uint64_t relaxed = 0;
        std::uint64_t restored = 0;
        std::uint64_t swings = 0; ///< relaxed once more
        PageCount won{};          ///< by all that were relaxed
    };

    /// True if the event is about segments.
    bool apply(const Event& event);

    [[nodiscard]] const SegmentGaps& gaps() const { return gaps_; }

    /// Segments whose next one above is older.
    [[nodiscard]] std::uint64_t inversions() const { return inversions_; }

    [[nodiscard]] const Alignments& alignments() const { return alignments_; }

private:
    struct Held {
        PageCount frames{};
        PageCount alignment{1};
        bool locked = false;
        std::uint64_t birth = 0;
    };

    struct Zone {
        FrameNumber begin{};
        FrameNumber end{};
    };

    using Segments = std::map<std::uint64_t, Held>; ///< by first frame

    [[nodiscard]] Zone zoneOf(std::uint64_t frame) const;
    [[nodiscard]] Segments::const_iterator below(Segments::const_iterator segment) const;
    [[nodiscard]] SegmentGaps gapsUnder(Segments::const_iterator segment) const;
    [[nodiscard]] bool isInverted(Segments::const_iterator segment) const;
    void count(Segments::const_iterator segment);
    void uncount(Segments::const_iterator segment);
    void put(FrameNumber base, const Held& held);
    Held take(FrameNumber base);
    void lock(FrameNumber base, bool locked);
    void align(const Event& event);

    std::vector<MemorySpan> ram_;
    std::vector<Zone> zones_;
    Segments segments_;
    SegmentGaps gaps_;
    std::uint64_t births_ = 0;
    std::uint64_t inversions_ = 0;
    Alignments alignments_;
    std::set<std::uint64_t> restored_; ///< by birth
};

} // namespace fragscope
