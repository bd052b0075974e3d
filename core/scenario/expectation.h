#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/view/metrics.h"

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fragscope {

enum class Comparison : std::uint8_t { Equals, AtLeast, AtMost };

/// What a scenario claims about the end of its run: a final metric or a number of events, compared
/// with a number or another metric. Ratios are in millionths, as metrics are.
struct Expectation {
    std::optional<MetricId> metric; ///< else `event` is set
    EventKind event{};
    std::optional<Rule> rule; ///< counts only events with this reason
    Comparison comparison = Comparison::Equals;
    std::uint64_t value = 0;
    std::optional<MetricId> other; ///< compared with this metric instead of `value`

    /// "wait_longest_cycles at most 30000", "events process-killed (LegalButKilled) at least 1".
    [[nodiscard]] std::string text() const;
};

/// Counts events by kind and by kind and reason; attach it for kindsOf(RecordLevel::Structure).
class EventCounts : public EventSink {
public:
    void onEvent(const Event& event) override;

    [[nodiscard]] std::uint64_t of(EventKind kind) const;
    [[nodiscard]] std::uint64_t of(EventKind kind, Rule rule) const;

private:
    std::array<std::uint64_t, eventKindCount> byKind_{};
    std::map<std::pair<EventKind, Rule>, std::uint64_t> byRule_;
};

/// How one expectation turned out.
struct ExpectationResult {
    Expectation expectation;
    std::uint64_t found = 0;
    std::uint64_t wanted = 0;
    bool passed = false;

    /// "lost_writes equals 0: found 3".
    [[nodiscard]] std::string text() const;
};

std::vector<ExpectationResult> evaluate(std::span<const Expectation> expectations,
                                        const MetricSample& final,
                                        const EventCounts& counts);

/// What `--check` adds: no lost write, stale read, foreign access or broken invariant, each left
/// out if the scenario itself says something about it.
std::vector<Expectation> soundnessExpectations(std::span<const Expectation> stated);

std::optional<MetricId> metricNamed(std::string_view name);
std::optional<Rule> ruleNamed(std::string_view name);

/// "equals", "at_least", "at_most".
std::string_view keyOf(Comparison comparison);

} // namespace fragscope
