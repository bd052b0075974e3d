#pragma once

#include "fragscope/defrag/compaction/slide.h"
#include "fragscope/defrag/mover.h"
#include "fragscope/kernel/segments/segment_memory.h"

namespace fragscope {

/// Carries segments of a machine by one of the movers: an empty entry for the new place is put in
/// front of the segment's own (behind it if the segment goes up), so that the move is one of a
/// block to the end of its neighbour. A segment that nobody maps is only copied. Where 2 MiB lie
/// aligned afterwards, a large page is mapped again.
class SegmentCarrier : public SegmentEngine {
public:
    /// `mover` may be changed by nobody else meanwhile; `transfer`: t in whole pages.
    SegmentCarrier(Kernel& kernel, Mover& mover, ByteCount transfer)
        : kernel_(kernel), mover_(mover), transfer_(transfer) {}

    Steps carry(const SegmentMove& move, const Segment& moved) override;
    void arrived(const Segment& moved) override;

private:
    struct Locals;

    Steps copyOnly(const SegmentMove& move, const Segment& moved, Locals& l);
    Steps moveMapped(const SegmentMove& move, const Segment& moved, Locals& l);
    Steps mapLargeAgain(Process& process, const SegmentMove& move, const Segment& moved, Locals& l);

    Kernel& kernel_;
    Mover& mover_;
    ByteCount transfer_;
    MoveJob job_; ///< of the segment under way
};

const Listing& carrySegmentListing();

} // namespace fragscope
