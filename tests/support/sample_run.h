#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/machine/machine.h"
#include "fragscope/machine/parts.h"

#include <set>
#include <string>
#include <vector>

namespace fragscope::test {

/// A run of a configuration, with the events that left it. Throws std::runtime_error if the
/// configuration is refused.
class SampleRun : public EventSink {
public:
    explicit SampleRun(const RunConfig& config, RecordLevel level = RecordLevel::Structure);
    ~SampleRun() override;

    SampleRun(const SampleRun&) = delete;
    SampleRun& operator=(const SampleRun&) = delete;

    void onEvent(const Event& event) override { log.push_back(event); }

    /// Runs to the end; a run that needs more than ten million steps counts as endless and is left.
    SampleRun& finish();

    [[nodiscard]] Machine& machine() { return *machine_; }

    [[nodiscard]] Machine::Parts& parts() { return machine_->parts(); }

    [[nodiscard]] EventBus& bus() { return bus_; }

    [[nodiscard]] Process& process(std::uint32_t number) {
        return *parts().kernel.processes().at(number - 1);
    }

    [[nodiscard]] std::vector<Event> all(EventKind kind) const;
    [[nodiscard]] std::size_t count(EventKind kind) const;
    [[nodiscard]] std::size_t count(EventKind kind, Rule rule) const;

    /// Largest and added-up `value` of the events of a kind.
    [[nodiscard]] std::uint64_t largest(EventKind kind) const;
    [[nodiscard]] std::uint64_t sum(EventKind kind) const;

    /// What went wrong, as words: "lost-write", "I4", "killed LegalButKilled", "Deadlock", ...
    [[nodiscard]] std::set<std::string> violations() const;

    /// The same in one line, empty if nothing went wrong; for messages of tests.
    [[nodiscard]] std::string violationText() const;

    std::vector<Event> log;

private:
    EventBus bus_;
    std::unique_ptr<Machine> machine_;
};

} // namespace fragscope::test
