#pragma once

#include "fragscope/view/event_log.h"
#include "fragscope/view/frame_classes.h"
#include "fragscope/view/machine_shape.h"
#include "fragscope/view/metrics.h"
#include "fragscope/view/state.h"

#include <memory>
#include <vector>

namespace fragscope {

class Timeline;

/// The events first <= seq < end; empty if first == end.
struct EventRange {
    std::uint64_t first = 0;
    std::uint64_t end = 0;

    [[nodiscard]] bool empty() const { return first >= end; }

    [[nodiscard]] std::uint64_t size() const { return empty() ? 0 : end - first; }
};

/// How the cursor came from the previous snapshot to this one; decides whether moves are animated.
enum class Passage : std::uint8_t {
    Start,    ///< first snapshot of the run
    Stayed,   ///< the same moment (focus, series or known events may differ)
    Forwards, ///< event by event: `passed` says which
    Jump,     ///< back, or farther than `passed` tells
};

/// One moment of a run, for the window. Immutable once published; shares its pages, events and
/// samples with the engine and with other snapshots, so that it costs little to make and to keep.
struct Snapshot {
    std::uint64_t number = 0; ///< of this snapshot, ascending from 1
    ViewState state;          ///< at the cursor; state.nextSeq is the cursor
    EventLog log;             ///< the known events; those before the cursor have happened

    std::uint32_t focus = 0;            ///< process that `frames` is seen from; 0 = none
    FrameClasses frames;                ///< a FrameClass per frame at the cursor; never null
    FrameOwnerCounts owners;            ///< of each frame; null if none has several
    PageStates pages;                   ///< of the focus at the cursor; never null
    std::vector<ProcessPages> allPages; ///< of all processes that have page tables
    HeapShapes heaps;                   ///< of the processes that have an allocator; never null

    MetricSample sample;                                     ///< exact, at the cursor
    MetricSample latest;                                     ///< at the end of the known events
    std::shared_ptr<const std::vector<MetricSample>> series; ///< of the known events; never null
    std::shared_ptr<const WaitHistogram> waits;              ///< likewise

    Passage passage = Passage::Start;
    EventRange passed; ///< with Passage::Forwards: the events since the previous snapshot

    std::uint64_t firstReachable = 0; ///< least seq that can still be gone to
    std::uint64_t knownSteps = 0;     ///< micro-steps in the known events, ever
    bool atHead = true;               ///< the cursor is where the run has got to
    bool finished = false;            ///< the source has nothing left
};

using SnapshotRef = std::shared_ptr<const Snapshot>;

/// Makes snapshots of a timeline, on the timeline's thread. Copies the metric series only when it
/// has grown, and at the head of a run that goes on at most every `seriesEvery` snapshots.
class SnapshotMaker {
public:
    static constexpr std::uint64_t mostPassed = 4096; ///< more events than this are a Jump

    explicit SnapshotMaker(std::uint32_t seriesEvery = 15) : seriesEvery_(seriesEvery) {}

    [[nodiscard]] SnapshotRef make(const Timeline& timeline, std::uint32_t focus);

    /// Forgets the previous snapshot: the next one begins anew (another run).
    void reset();

private:
    void setPassage(Snapshot& snapshot) const;
    void setSeries(Snapshot& snapshot, const Timeline& timeline);

    std::uint32_t seriesEvery_;
    std::uint32_t sinceSeries_ = 0;
    std::uint64_t made_ = 0;
    std::uint64_t cursor_ = 0;    ///< of the previous snapshot
    std::uint64_t seriesSeq_ = 0; ///< that series_ goes up to
    FrameClassifier classifier_;
    std::shared_ptr<const std::vector<MetricSample>> series_;
    std::shared_ptr<const WaitHistogram> waits_;
};

} // namespace fragscope
