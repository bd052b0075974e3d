#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"

#include <vector>

namespace fragscope::test {

/// Plays a list of events the way a machine does, or the way a recording does.
///   Live       interrupts are micro-steps of their own without a TaskStep event; the stop
///   condition
///              sees an event before the sinks do; ends in the middle of nothing
///   Recording  a micro-step is a TaskStep and all up to the next one
class ScriptedSource : public EventSource {
public:
    enum class Manner { Live, Recording };

    ScriptedSource(std::vector<Event> events, Manner manner)
        : events_(std::move(events)), manner_(manner) {}

    EventBus bus;

    AdvanceEnd advance(StopCondition* stop, std::uint64_t maxSteps) override {
        ++calls;
        const std::uint64_t first = steps_;
        bool reached = false;
        while (next_ < events_.size()) {
            const Event& event = events_[next_];
            if (begins(event)) {
                if (steps_ > first && (reached || steps_ - first >= maxSteps)) {
                    return reached ? AdvanceEnd::ConditionMet : AdvanceEnd::BudgetSpent;
                }
                ++steps_;
            }
            ++next_;
            if (manner_ == Manner::Live) {
                reached = (stop != nullptr && stop->reached(event)) || reached;
            }
            give(event);
            if (manner_ == Manner::Recording) {
                reached = (stop != nullptr && stop->reached(event)) || reached;
            }
        }
        return AdvanceEnd::Finished;
    }

    [[nodiscard]] std::uint64_t steps() const override { return steps_; }

    std::uint64_t calls = 0; ///< of advance

    /// Events given out so far.
    [[nodiscard]] std::uint64_t given() const { return next_; }

private:
    [[nodiscard]] bool begins(const Event& event) const {
        return event.kind == EventKind::TaskStep ||
               (manner_ == Manner::Live && event.kind == EventKind::InterruptPending);
    }

    /// The bus stamps events itself: let it come out as the list says.
    void give(const Event& event) {
        bus.context.timeCycles = event.timeCycles;
        bus.context.cpu = event.cpu;
        bus.context.task = event.task;
        bus.context.line = event.line;
        bus.emit(event);
    }

    std::vector<Event> events_;
    Manner manner_;
    std::size_t next_ = 0;
    std::uint64_t steps_ = 0;
};

/// Reached at events of one kind.
class KindReached : public StopCondition {
public:
    explicit KindReached(EventKind kind) : kind_(kind) {}

    bool reached(const Event& event) override { return event.kind == kind_; }

private:
    EventKind kind_;
};

} // namespace fragscope::test
