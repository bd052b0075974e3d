#pragma once

#include "fragscope/base/error.h"
#include "fragscope/event/event_source.h"
#include "fragscope/machine/config.h"

#include <memory>

namespace fragscope {

/// A run of a configuration: hardware, kernel, processes and mover, one micro-step after the other.
/// It goes forward only and is deterministic: configuration + seed + choices = the same events, bit
/// for bit. Sinks must be attached to the bus before create(), which emits the events of the
/// initial state.
class Machine : public EventSource {
public:
    /// Builds the initial state. Errors: a block that does not fit or overlaps another one, memory
    /// too small, an unreadable trace; `key` names the setting.
    static Expected<std::unique_ptr<Machine>> create(const RunConfig& config, EventBus& events);

    ~Machine() override;

    AdvanceEnd advance(StopCondition* stop, std::uint64_t maxSteps) override;

    [[nodiscard]] std::uint64_t steps() const override;

    /// Latest clock of any CPU.
    [[nodiscard]] std::uint64_t timeCycles() const;

    /// Hash of the whole state: memory, registers, clocks, tasks with their lines and Locals.
    [[nodiscard]] std::uint64_t stateHash() const;

    /// Hash of the meaning events so far (event/event_hash.h), and their number.
    [[nodiscard]] std::uint64_t eventHash() const;
    [[nodiscard]] std::uint64_t eventCount() const;

    /// Why the run ended; None while it goes on.
    [[nodiscard]] Rule endRule() const;

    [[nodiscard]] const RunConfig& config() const;

    /// TLB slots of each CPU, for the replica.
    [[nodiscard]] std::uint32_t tlbSlots() const;

    /// What was chosen so far (schedule random).
    [[nodiscard]] const std::vector<std::uint64_t>& choices() const;

    /// The parts, for tests.
    struct Parts;

    [[nodiscard]] Parts& parts() { return *parts_; }

private:
    explicit Machine(std::unique_ptr<Parts> parts);

    void end(Rule why);

    std::unique_ptr<Parts> parts_;
};

} // namespace fragscope
