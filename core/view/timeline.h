#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"
#include "fragscope/view/event_log.h"
#include "fragscope/view/metrics.h"
#include "fragscope/view/replica.h"

#include <atomic>
#include <functional>

namespace fragscope {

/// A run that can be walked in both directions: the known events, a cursor among them and the state
/// there. At the head it asks the source (machine or recording) for more. Attach it to the source's
/// bus for all kinds of record level Full. Lives on one thread.
class Timeline : public EventSink {
public:
    Timeline(const MachineShape& shape, EventSource& source);

    void onEvent(const Event& event) override; ///< called by the bus while the source advances

    /// Goes forward until `stop` is reached after an event or `maxSteps` micro-steps (TaskStep
    /// events) are done; inside the known events this replays, at the head it advances the source.
    AdvanceEnd forward(StopCondition* stop, std::uint64_t maxSteps);

    /// Goes back to just before the last micro-step before the cursor. False at the start.
    bool stepBack();

    /// Goes back to just after the nearest earlier event for which `stop` is reached; false if
    /// there is none (the cursor is then at the start).
    bool backTo(StopCondition& stop);

    /// Puts the cursor so that state().nextSeq == seq (at most log().endSeq()): undo if near, else
    /// the nearest keyframe and events forward from it.
    void seek(std::uint64_t seq);

    [[nodiscard]] const ViewState& state() const { return replica_.state(); }

    [[nodiscard]] const EventLog& log() const { return log_; }

    [[nodiscard]] const Metrics& metrics() const { return metrics_; }

    /// True if the cursor is at the end of the known events.
    [[nodiscard]] bool atHead() const { return state().nextSeq == log_.endSeq(); }

    /// True if the source said that nothing is left.
    [[nodiscard]] bool finished() const { return finished_; }

private:
    EventSource& source_;
    EventLog log_;
    Replica replica_;
    Metrics metrics_;
    bool finished_ = false;
};

} // namespace fragscope
