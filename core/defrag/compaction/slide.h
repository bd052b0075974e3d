#pragma once

#include "fragscope/defrag/compaction/lock_policy.h"
#include "fragscope/defrag/compaction/relax.h"

namespace fragscope {

/// Carries one segment to its new place: bytes, the maps of who maps it, translations. How is a
/// choice of its own (defrag/mover.h).
class SegmentEngine {
public:
    virtual ~SegmentEngine() = default;

    /// `moved` is the segment as it was; source and destination may overlap (downwards). Both must
    /// outlive the coroutine.
    virtual Steps carry(const SegmentMove& move, const Segment& moved) = 0;

    /// The books say now that the segment lies at its new place only.
    virtual void arrived(const Segment& moved) = 0;
};

/// Compaction downward: each segment, oldest first, slides to the earliest place below it that is
/// free of holes and of segments that must stay. The order by age is kept, but for the gaps that
/// the settings fill. While memory is short, large segments lose their alignment if that wins room
/// (relax.h).
///
/// T2 no segment moves up; T3 a second compaction moves nothing, unless segments went below locked
/// ones; a locked segment never moves; T5 the frames in segments stay;
/// T6 moved bytes <= live bytes, unless gaps are filled. Source: seed 001; DEFRAG 3.2, 3.4, 3.5.
class Slide : public SegmentCompactor {
public:
    /// `scheduler`: whose time limits a wait for an unlock; nullptr: every such wait is over at
    /// once.
    Slide(EventBus& events,
          SegmentHeap& heap,
          SegmentEngine& engine,
          const CompactionSettings& settings,
          const Scheduler* scheduler = nullptr)
        : events_(events), heap_(heap), engine_(engine), settings_(settings),
          locks_(events, heap, settings, scheduler) {}

    Steps makeRoom(std::uint32_t zone, PageCount frames, PageCount alignment) override;

    /// A compaction and how far it came; lives in the caller's frame.
    struct Pass {
        std::uint32_t zone = 0;
        FrameNumber from{};      ///< segments below stay
        PageCount wanted{};      ///< for the event
        ByteCount budget{~0ULL}; ///< it ends when so many bytes were moved
        Rule why{};
        ByteCount moved{};     ///< out
        bool complete = false; ///< out: it came to the end of the heap
    };

    /// The heap's lock is held.
    Steps compact(Pass& pass);

    /// False if the last move was not made: the segment had been locked meanwhile.
    [[nodiscard]] bool carried() const { return carried_; }

    /// Moves one segment to a free place; the heap's lock is held.
    Steps move(SegmentId segment, FrameNumber to, Rule why);

    /// Sums over all compactions.
    struct Totals {
        std::uint64_t compactions = 0;
        std::uint64_t segments = 0;
        std::uint64_t bytes = 0;
    };

    [[nodiscard]] const Totals& totals() const { return totals_; }

private:
    struct Locals;

    [[nodiscard]] Rule reasonFor(std::uint32_t zone, PageCount frames, PageCount alignment) const;
    [[nodiscard]] FrameNumber startFor(std::uint32_t zone, PageCount wanted) const;
    [[nodiscard]] SegmentId
    fillerFor(SegmentId barrier, const Locals& l, bool any, FrameNumber& to) const;
    Steps relaxIfShort(const Locals& l, SegmentId segment);
    Steps visit(Locals& l, SegmentId id);
    Steps stopAt(Locals& l, SegmentId id);
    Steps slideDown(Locals& l, SegmentId id);
    Steps moveTransit(Locals& l);
    [[nodiscard]] SegmentId transitFor(std::uint32_t zone, FrameNumber from, FrameNumber& to) const;
    Steps moveTo(Locals& l, SegmentId segment, FrameNumber to, Rule why);
    Steps fillBelow(Locals& l, SegmentId barrier, bool any);

    EventBus& events_;
    SegmentHeap& heap_;
    SegmentEngine& engine_;
    CompactionSettings settings_;
    LockPolicy locks_;
    bool stopped_ = false; ///< by a segment that stays locked
    bool carried_ = false; ///< the last move was made: nobody had locked the segment
    Totals totals_;
    Pass requested_;   ///< by makeRoom
    SegmentMove move_; ///< the one under way
    Segment moved_;    ///< as it was
    Relaxation relaxation_;
};

const Listing& slideListing();

} // namespace fragscope
