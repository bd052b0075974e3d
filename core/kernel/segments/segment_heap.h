#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/event/rule.h"
#include "fragscope/kernel/segments/fit.h"
#include "fragscope/kernel/segments/segment_locks.h"
#include "fragscope/task/scheduler.h"

namespace fragscope {

/// What a process asks of the segment heap, and what became of it.
struct SegmentRequest {
    PageCount frames{};
    std::uint32_t owner = 0;
    VirtAddr vaddr{};
    bool unmovable = false; ///< buddy: its migrate type
    bool lockable = false;  ///< may be locked: with a zone for such segments it lies there

    SegmentId segment = 0; ///< 0 = refused
    SegmentId second = 0;  ///< split allocation: the other piece
    Rule why{};            ///< which rule chose its place, or why it was refused
};

/// Makes room by moving segments; implemented above (defrag), since it needs a mover.
class SegmentCompactor {
public:
    virtual ~SegmentCompactor() = default;

    /// `frames`, aligned, were not found in the zone; the heap's lock is held. The heap looks again
    /// afterwards, whatever was moved.
    virtual Steps makeRoom(std::uint32_t zone, PageCount frames, PageCount alignment) = 0;
};

/// The segment heap of seed 001: contiguous runs of physical frames, by the old design (quick-fit)
/// or the proposed one (always from the top, compact when it is reached). Placement only: who maps
/// a segment and who moves it is decided above. Each request is a coroutine that follows its
/// listing; its caller holds the lock of the heap.
///
/// Invariants: those of SegmentTable; Q3 a hit changes no sizes; Q6 a request cuts at most two
/// pieces off. Source: seed 001; DEFRAG 3.1, 3.2.
class SegmentHeap {
public:
    SegmentHeap(EventBus& events, SegmentTable& table, const SegmentSettings& settings)
        : events_(events), table_(table), settings_(settings) {}

    SegmentHeap(const SegmentHeap&) = delete;
    SegmentHeap& operator=(const SegmentHeap&) = delete;

    [[nodiscard]] SegmentTable& table() { return table_; }

    [[nodiscard]] const SegmentTable& table() const { return table_; }

    [[nodiscard]] const SegmentSettings& settings() const { return settings_; }

    [[nodiscard]] SegmentCompactor* compactor() const { return compactor_; }

    /// nullptr: what does not fit is refused.
    void setCompactor(SegmentCompactor* compactor) { compactor_ = compactor; }

    /// Finds a run for the request, which must outlive the coroutine.
    Steps allocate(SegmentRequest& request);

    /// Frees a segment, which must be one that is not locked (refusesRelease()).
    Steps release(SegmentId segment);

    /// The same in one step, for a process that has ended; `segment` must be one. Returns the free
    /// run that it is part of now.
    SegmentId releaseAtOnce(SegmentId segment, Rule why);

    /// Why the segment may not be freed; nothing if it may.
    [[nodiscard]] std::optional<Rule> refusesRelease(SegmentId segment) const;

    // ---- the lock ----
    /// For until().
    [[nodiscard]] bool unlocked(std::uint64_t) const { return lockedBy_ == 0; }

    /// The same for tasks of the background, which let every request go first: else one that takes
    /// the lock again at once would keep a waiting request out for good.
    [[nodiscard]] bool quiet(std::uint64_t) const {
        return lockedBy_ == 0 && locks_.waiting.empty();
    }

    /// `process`: for whom, 0 = for the kernel.
    void lock(std::uint32_t task, std::uint32_t process = 0) {
        lockedBy_ = task;
        locks_.requester = process;
    }

    void unlock() {
        lockedBy_ = 0;
        locks_.requester = 0;
    }

    /// What is known of segments that are locked in place, and of those who wait.
    [[nodiscard]] SegmentLocks& locks() { return locks_; }

    [[nodiscard]] const SegmentLocks& locks() const { return locks_; }

    /// Changes so far; a compaction that was interrupted begins anew if it differs.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

    // ---- for the placements (placements.h) ----
    /// The zones in the order in which a request tries them.
    [[nodiscard]] std::vector<std::uint32_t> zoneOrder(const SegmentRequest& request,
                                                       PageCount frames) const;

    /// False for a segment outside the zone of lockable segments, if there is one.
    [[nodiscard]] bool mayLock(SegmentId segment) const;

    /// False, with the reason in the request, if too few descriptors are left.
    [[nodiscard]] bool mayCut(SegmentRequest& request) const;

    /// Whether a compaction of the zone can help: there is one, and so many frames are free.
    [[nodiscard]] bool mayMakeRoom(std::uint32_t zone, PageCount frames) const {
        return compactor_ != nullptr && table_.freeFrames(zone) >= frames;
    }

    /// What the request was found to be.
    struct Rounded {
        PageCount frames{};
        PageCount alignment{1};
        std::uint64_t searched = 0; ///< descriptors looked at
    };

    /// The run becomes the request's segment; returns how many pieces were cut off.
    unsigned give(SegmentRequest& request, const SegmentPlace& place, const Rounded& rounded);

    /// Likewise with a run that was cut to size already.
    void giveWhole(SegmentRequest& request, SegmentId run, const Rounded& rounded);

    /// A piece was cut off a free run.
    void announceCut(SegmentId piece);
    void refuse(SegmentRequest& request, PageCount frames);

    /// A segment was released: `joined` neighbours became part of its run.
    void announceFreed(const Segment& freed, std::uint64_t joined, Rule why);
    void refuseRelease(SegmentId segment, Rule why);

    [[nodiscard]] EventBus& events() { return events_; }

    /// Joins all free neighbours of all zones; returns how many runs went.
    std::uint64_t joinAll(std::uint32_t owner);

    /// The top of the zone goes down to the end of its highest segment.
    void retract(std::uint32_t zone);

private:
    unsigned cut(const SegmentPlace& place, PageCount frames);
    /// Another operation is done: now and then a survey of the free runs leaves as an event.
    void countOperation();
    std::uint64_t joinAround(SegmentId run);
    [[nodiscard]] bool joinsAtFree() const;
    [[nodiscard]] bool retractsAfter(const Segment& freed) const;
    Steps releaseRun(SegmentId segment);

    EventBus& events_;
    SegmentTable& table_;
    SegmentSettings settings_;
    SegmentCompactor* compactor_ = nullptr;
    std::uint32_t lockedBy_ = 0; ///< task; 0 = nobody
    SegmentLocks locks_;
    std::uint64_t changes_ = 0;
    std::uint64_t operations_ = 0;
};

const Listing& releaseSegmentListing();

} // namespace fragscope
