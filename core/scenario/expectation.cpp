#include "fragscope/scenario/expectation.h"

#include <algorithm>
#include <fmt/format.h>

namespace fragscope {

namespace {

std::string amountText(const Expectation& expectation, std::uint64_t amount) {
    if (expectation.metric && infoOf(*expectation.metric).unit == "ratio") {
        return fmt::format("{}.{:06}", amount / 1'000'000, amount % 1'000'000);
    }
    return fmt::format("{}", amount);
}

bool holds(Comparison comparison, std::uint64_t found, std::uint64_t wanted) {
    switch (comparison) {
    case Comparison::Equals:
        return found == wanted;
    case Comparison::AtLeast:
        return found >= wanted;
    case Comparison::AtMost:
        return found <= wanted;
    }
    return false;
}

std::uint64_t valueOf(const MetricSample& sample, MetricId metric) {
    return sample.values.at(static_cast<std::size_t>(metric));
}

bool mentions(std::span<const Expectation> stated, MetricId metric, EventKind event) {
    return std::any_of(stated.begin(), stated.end(), [&](const Expectation& expectation) {
        return expectation.metric ? *expectation.metric == metric : expectation.event == event;
    });
}

} // namespace

std::string Expectation::text() const {
    constexpr std::array<std::string_view, 3> words{"equals", "at least", "at most"};
    std::string subject;
    if (metric) {
        subject = infoOf(*metric).name;
    } else {
        subject = fmt::format("events {}", infoOf(event).name);
        if (rule) {
            subject += fmt::format(" ({})", nameOf(*rule));
        }
    }
    return fmt::format("{} {} {}", subject, words.at(static_cast<std::size_t>(comparison)),
                       other ? std::string(infoOf(*other).name) : amountText(*this, value));
}

void EventCounts::onEvent(const Event& event) {
    ++byKind_.at(static_cast<std::size_t>(event.kind));
    ++byRule_[{event.kind, event.rule}];
}

std::uint64_t EventCounts::of(EventKind kind) const {
    return byKind_.at(static_cast<std::size_t>(kind));
}

std::uint64_t EventCounts::of(EventKind kind, Rule rule) const {
    const auto found = byRule_.find({kind, rule});
    return found == byRule_.end() ? 0 : found->second;
}

std::string ExpectationResult::text() const {
    std::string out = expectation.text();
    if (expectation.other) {
        out += fmt::format(" ({})", amountText(expectation, wanted));
    }
    return out + ": found " + amountText(expectation, found);
}

std::vector<ExpectationResult> evaluate(std::span<const Expectation> expectations,
                                        const MetricSample& final,
                                        const EventCounts& counts) {
    std::vector<ExpectationResult> results;
    for (const Expectation& expectation : expectations) {
        ExpectationResult result;
        result.expectation = expectation;
        if (expectation.metric) {
            result.found = valueOf(final, *expectation.metric);
        } else if (expectation.rule) {
            result.found = counts.of(expectation.event, *expectation.rule);
        } else {
            result.found = counts.of(expectation.event);
        }
        result.wanted = expectation.other ? valueOf(final, *expectation.other) : expectation.value;
        result.passed = holds(expectation.comparison, result.found, result.wanted);
        results.push_back(std::move(result));
    }
    return results;
}

std::vector<Expectation> soundnessExpectations(std::span<const Expectation> stated) {
    constexpr std::array<std::pair<MetricId, EventKind>, 4> kinds{{
        {MetricId::LostWrites, EventKind::LostWrite},
        {MetricId::StaleReads, EventKind::StaleRead},
        {MetricId::ForeignAccesses, EventKind::ForeignAccess},
        {MetricId::InvariantsBroken, EventKind::InvariantBroken},
    }};
    std::vector<Expectation> added;
    for (const auto& [metric, event] : kinds) {
        if (!mentions(stated, metric, event)) {
            Expectation none;
            none.metric = metric;
            added.push_back(none);
        }
    }
    return added;
}

std::optional<MetricId> metricNamed(std::string_view name) {
    for (const MetricInfo& info : allMetrics()) {
        if (info.name == name) {
            return info.id;
        }
    }
    return std::nullopt;
}

std::optional<Rule> ruleNamed(std::string_view name) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Rule::Count); ++i) {
        if (nameOf(static_cast<Rule>(i)) == name) {
            return static_cast<Rule>(i);
        }
    }
    return std::nullopt;
}

std::string_view keyOf(Comparison comparison) {
    constexpr std::array<std::string_view, 3> keys{"equals", "at_least", "at_most"};
    return keys.at(static_cast<std::size_t>(comparison));
}

} // namespace fragscope
