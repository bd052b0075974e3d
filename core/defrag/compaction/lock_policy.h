#pragma once

#include "fragscope/defrag/compaction/settings.h"
#include "fragscope/kernel/segments/segment_heap.h"

namespace fragscope {

/// What a compaction does about a locked segment.
enum class LockVerdict : std::uint8_t {
    Stays,    ///< it stays, and so does the gap below it
    Fill,     ///< it stays; others go into the gap
    Unlocked, ///< it is unlocked: it slides like the others
    Stop,     ///< the compaction ends
};

/// A compaction meets a segment that is locked in place for DMA: what becomes of the gap below it
/// is a choice (seed 001; DEFRAG 3.5). A wait that could only end by itself is not begun: the
/// process that needs the room holds the lock, or the holder waits for the heap, whose lock the
/// compaction has. That is a deadlock, and reported (LockDeadlock); the segment then stays.
class LockPolicy {
public:
    LockPolicy(EventBus& events,
               SegmentHeap& heap,
               const CompactionSettings& settings,
               const Scheduler* scheduler)
        : events_(events), heap_(heap), settings_(settings), scheduler_(scheduler) {}

    /// Decides about the segment; the heap's lock is held. Ends at an unlock, or at the limit at
    /// the latest; with LockTimeout::Panic the limit ends the run (KernelPanic).
    Steps meet(SegmentId segment);

    /// Another segment: until it is met it stays.
    void begin() { verdict_ = LockVerdict::Stays; }

    [[nodiscard]] LockVerdict verdict() const { return verdict_; }

private:
    struct Locals;

    [[nodiscard]] std::optional<Rule> deadlock(const Segment& locked) const;
    [[nodiscard]] Event about(EventKind kind, Rule why, const Segment& locked) const;
    Steps waitForUnlock(Locals& l, const Segment& locked);
    Steps limitIsOver(const Segment& locked);

    [[nodiscard]] bool never(std::uint64_t) const { return false; }

    EventBus& events_;
    SegmentHeap& heap_;
    CompactionSettings settings_;
    const Scheduler* scheduler_; ///< its time; nullptr: time stands still
    LockVerdict verdict_ = LockVerdict::Stays;
};

const Listing& lockPolicyListing();

} // namespace fragscope
