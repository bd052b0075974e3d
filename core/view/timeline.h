#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"
#include "fragscope/view/event_log.h"
#include "fragscope/view/keyframes.h"
#include "fragscope/view/metrics.h"
#include "fragscope/view/replica.h"

#include <vector>

namespace fragscope {

/// What counts as a micro-step: the events from one TaskStep up to the next, or, in a run recorded
/// below level Full, which has none, each event.
enum class StepUnit : std::uint8_t { TaskStep, Event };

struct TimelineOptions {
    std::uint64_t logEvents = 2'000'000;                       ///< about as many are kept; 0 = all
    std::uint64_t keyframeEvents = 12 * EventLog::chunkEvents; ///< between two keyframes at first
    std::size_t mostKeyframes = 64;                            ///< with more, every second one goes
    std::size_t undoBytes = Replica::defaultUndoBytes;
    std::uint64_t sampleEveryCycles = 1000; ///< of the metric series at first
    StepUnit unit = StepUnit::TaskStep;
};

/// A run that can be walked in both directions: the known events, a cursor among them and the state
/// there. At the head it asks the source (machine or recording) for more. Attach it to the source's
/// bus for all kinds of record level Full. Lives on one thread.
///
/// Where it stops is a property of the events alone, so it is the same live, in replay and on a
/// second visit: just before the first event of the next micro-step, or at the end. To see that
/// event the source is always one micro-step ahead of a cursor at the head.
///
/// Metrics are folded once, when an event becomes known: metrics() is always at the end of the
/// known events. sample() is exact at the cursor, folded again from the nearest saved fold.
///
/// Memory is bounded: the log is trimmed at a keyframe, never past the cursor; what lies before
/// firstReachable() can no longer be gone to, and its keyframes go with it.
class Timeline : public EventSink {
public:
    /// A machine emits its initial state while it is created: make the timeline and attach it to
    /// the bus before, and give it the source after.
    explicit Timeline(const MachineShape& shape, const TimelineOptions& options = {});

    /// With a source that exists already and has emitted nothing yet (a recording).
    Timeline(const MachineShape& shape, EventSource& source, const TimelineOptions& options = {});

    /// Who is asked for more at the head; must outlive the timeline or be replaced.
    void setSource(EventSource& source) { source_ = &source; }

    /// Called by the bus while the source advances. If somebody else drives the source, the cursor
    /// follows if it is at the end.
    void onEvent(const Event& event) override;

    /// Goes forward to the end of the micro-step in which `stop` is reached after an event (nullptr
    /// = never), or of the `maxSteps`-th one (at least one). Inside a micro-step, what is left of
    /// it counts as one. Finished: nothing was or is left. Inside the known events this replays, at
    /// the head it advances the source.
    AdvanceEnd forward(StopCondition* stop, std::uint64_t maxSteps);

    /// Goes back to just before the last micro-step that begins before the cursor, at the least to
    /// firstReachable(). False if the cursor was there already.
    bool stepBack();

    /// Goes back to where forward() with this condition would have stopped before: the end of the
    /// nearest earlier micro-step in which `stop` is reached. False if there is none (the cursor is
    /// then at firstReachable()).
    bool backTo(StopCondition& stop);

    /// Puts the cursor so that state().nextSeq == seq: undo if near, else the nearest keyframe and
    /// events forward from it. False, and nothing changed, unless firstReachable() <= seq <=
    /// log().endSeq().
    bool seek(std::uint64_t seq);

    /// Least seq that can be gone to: 0 until the log was trimmed.
    [[nodiscard]] std::uint64_t firstReachable() const { return keyframes_.first(); }

    [[nodiscard]] const ViewState& state() const { return replica_.state(); }

    [[nodiscard]] const EventLog& log() const { return log_; }

    /// At the end of the known events.
    [[nodiscard]] const Metrics& metrics() const { return metrics_; }

    /// All metrics exactly at the cursor.
    [[nodiscard]] const MetricSample& sample() const;

    /// Micro-steps that have begun in the known events, forgotten ones included.
    [[nodiscard]] std::uint64_t knownSteps() const { return knownSteps_; }

    /// True if the cursor is as far as it has ever been.
    [[nodiscard]] bool atHead() const { return state().nextSeq == farthest_; }

    /// True if the source said that nothing is left.
    [[nodiscard]] bool finished() const { return finished_; }

    /// The heaps of the machine's shape; never null.
    [[nodiscard]] const HeapShapes& heaps() const { return heaps_; }

    [[nodiscard]] std::size_t keyframeCount() const { return keyframes_.size(); }

private:
    struct Walk;

    [[nodiscard]] bool beginsStep(const Event& event) const;
    bool offer(Walk& walk, const Event& event);
    void pull(Walk& walk);
    void passOver(const Event& event);
    void learn(const Event& event);
    void trim();
    void foldTo(std::uint64_t seq);
    void undoTo(std::uint64_t seq);
    void restoreBefore(std::uint64_t seq);
    void backOne();

    EventSource* source_ = nullptr;
    TimelineOptions options_;
    HeapShapes heaps_;
    EventLog log_;
    Replica replica_;
    Metrics metrics_;
    Keyframes<ViewState> keyframes_;
    Keyframes<MetricFold> folds_;
    mutable MetricFold cursorFold_; ///< last answer of sample()
    Walk* walk_ = nullptr;          ///< the forward() under way
    std::uint64_t farthest_ = 0;
    std::uint64_t knownSteps_ = 0;
    bool finished_ = false;
};

} // namespace fragscope
