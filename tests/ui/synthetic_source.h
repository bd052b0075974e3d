#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"
#include "fragscope/ui/engine/run.h"

#include <cstdint>

namespace fragscope::test {

/// A run without a machine: a mover on CPU 0 and an application on CPU 1 take turns. Every
/// micro-step stores a word; every 16th step of the mover begins a transfer block of four pages,
/// every 64th step is a page fault, every 1,000th a lost write. It ends after `steps`, or never.
class SyntheticSource : public EventSource {
public:
    static constexpr std::uint64_t endless = 0;
    static constexpr std::uint64_t frames = 256;
    static constexpr std::uint64_t stepsPerFault = 64;
    static constexpr std::uint64_t stepsPerBlock = 32;
    static constexpr std::uint64_t stepsPerViolation = 1000;

    SyntheticSource(EventBus& events, std::uint64_t steps);

    AdvanceEnd advance(StopCondition* stop, std::uint64_t maxSteps) override;

    [[nodiscard]] std::uint64_t steps() const override { return steps_; }

private:
    class Watch;

    void begin();
    void step();
    void moverStep();
    void applicationStep();

    EventBus& events_;
    std::uint64_t most_;
    std::uint64_t steps_ = 0;
};

/// A run of `steps` micro-steps; `made` counts how often it was made anew, if given.
RunFactory syntheticRun(std::uint64_t steps, std::uint64_t* made = nullptr);

} // namespace fragscope::test
