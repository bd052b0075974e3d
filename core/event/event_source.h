#pragma once

#include "fragscope/event/event.h"

#include <cstdint>

namespace fragscope {

/// Decides after each event whether to stop. A predicate over the event and whatever view it holds,
/// so a breakpoint behaves alike live and in replay.
class StopCondition {
public:
    virtual ~StopCondition() = default;
    virtual bool reached(const Event& event) = 0;
};

enum class AdvanceEnd : std::uint8_t {
    ConditionMet, ///< the stop condition was reached
    BudgetSpent,  ///< `maxSteps` micro-steps were made (a recording counts TaskStep events)
    Finished,     ///< nothing is left to do, or the recording ends here
};

/// A machine or a recording: the one loop of stepping, playing, fast running, CLI and replay.
/// Events go to the sinks of the source's bus.
class EventSource {
public:
    virtual ~EventSource() = default;

    /// Runs at least one micro-step (unless finished), then on until `stop` is reached (nullptr =
    /// never) or `maxSteps` micro-steps were made. A micro-step is never cut in half.
    virtual AdvanceEnd advance(StopCondition* stop, std::uint64_t maxSteps) = 0;

    /// Micro-steps made so far.
    [[nodiscard]] virtual std::uint64_t steps() const = 0;
};

} // namespace fragscope
