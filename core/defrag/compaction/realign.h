#pragma once

#include "fragscope/defrag/compaction/slide.h"

namespace fragscope {

/// The task that aligns large segments again when free memory has risen above the high mark
/// (DEFRAG 3.6, way `up` or `to-top`). It looks once in a period, and holds the heap's lock while
/// it works.
///
/// Up: no segment passes another one, so that the order by age stays, and where all lie then is a
/// placement in that order with full alignment: the slide that follows moves nothing up. A segment
/// for which nothing is high enough stays relaxed.
class Realigner {
public:
    Realigner(EventBus& events,
              SegmentHeap& heap,
              Slide& slide,
              const CompactionSettings& settings,
              const Scheduler& scheduler)
        : events_(events), heap_(heap), slide_(slide), settings_(settings), scheduler_(scheduler),
          inVain_(heap.table().shape().zones, ~0ULL) {}

    /// Never ends; a daemon.
    Steps run();

    /// One look at a zone; the heap is not locked.
    Steps look(std::uint32_t zone);

private:
    struct Locals;

    [[nodiscard]] bool isWorthIt(Locals& l) const;
    [[nodiscard]] SegmentId lowestRelaxed(std::uint32_t zone, FrameNumber from) const;
    Steps lookAt(Locals& l);
    Steps alignUp(Locals& l);
    Steps alignAtTop(Locals& l);
    Steps slideDown(Locals& l, Rule why);
    Steps moveUp(Locals& l, SegmentId segment, Rule why);
    void restore(Locals& l, SegmentId segment);

    EventBus& events_;
    SegmentHeap& heap_;
    Slide& slide_;
    const CompactionSettings& settings_;
    const Scheduler& scheduler_;
    Slide::Pass pass_;
    std::vector<std::uint64_t> inVain_; ///< changes of the heap when nothing could be done, by zone
};

const Listing& realignListing();

} // namespace fragscope
