#include "fragscope/base/text.h"
#include "fragscope/scenario/scenario_reader.h"

#include <fmt/format.h>

/// The [[expect]] tables of a scenario file.
namespace fragscope {

namespace {

using Kind = TomlValue::Kind;

template <class Infos> std::string didYouMean(std::string_view word, const Infos& infos) {
    std::vector<std::string_view> known;
    for (const auto& info : infos) {
        known.push_back(info.name);
    }
    const std::string nearest = nearestWord(word, known);
    return nearest.empty() ? std::string() : fmt::format("; did you mean `{}`?", nearest);
}

std::optional<Comparison> comparisonNamed(std::string_view key) {
    for (const auto comparison : {Comparison::Equals, Comparison::AtLeast, Comparison::AtMost}) {
        if (keyOf(comparison) == key) {
            return comparison;
        }
    }
    return std::nullopt;
}

constexpr double millionths = 1'000'000.0;

/// A number as the core keeps it: ratios in millionths.
std::optional<std::uint64_t> amountOf(const TomlValue& value, bool ratio) {
    if (ratio && value.fraction && *value.fraction >= 0 && *value.fraction <= millionths) {
        return static_cast<std::uint64_t>(*value.fraction * millionths + 0.5);
    }
    if (value.kind != Kind::Scalar) {
        return std::nullopt;
    }
    std::optional<std::uint64_t> number;
    if (const auto* whole = std::get_if<std::uint64_t>(&value.scalar)) {
        number = *whole;
    } else if (const auto* words = std::get_if<std::string>(&value.scalar)) {
        number = parseUnsigned(*words);
        if (const auto size = parseSize(*words); !number && size) {
            number = size->value;
        }
    }
    if (ratio && number) {
        return *number <= 1'000'000 ? std::optional(*number * 1'000'000) : std::nullopt;
    }
    return number;
}

} // namespace

void ScenarioReader::readExpectations(const TomlValue& list, Scenario& scenario) {
    if (list.kind == Kind::List && list.elements.empty()) {
        return;
    }
    if (list.kind != Kind::TableList) {
        fail(list.place, "expect", "expected a list of tables, [[expect]]");
        return;
    }
    for (const TomlValue& table : list.tables) {
        readExpectation(table, scenario);
    }
}

void ScenarioReader::readExpectation(const TomlValue& table, Scenario& scenario) {
    const std::size_t errorsBefore = errors_.size();
    Expectation expectation;
    readSubject(table, expectation);
    int comparisons = 0;
    for (const TomlValue::Entry& entry : table.entries) {
        if (const auto comparison = comparisonNamed(entry.key)) {
            expectation.comparison = *comparison;
            comparisons += readComparison(entry, expectation) ? 1 : 0;
        } else if (entry.key != "metric" && entry.key != "event" && entry.key != "rule") {
            unknownKey(entry, "expect",
                       {"metric", "event", "rule", "equals", "at_least", "at_most"});
        }
    }
    if (comparisons != 1 && errors_.size() == errorsBefore) {
        fail(table.place, "expect", "needs exactly one of equals, at_least and at_most");
    }
    if (errors_.size() == errorsBefore) {
        scenario.expect.push_back(expectation);
    }
}

void ScenarioReader::readSubject(const TomlValue& table, Expectation& expectation) {
    const TomlValue::Entry* metric = table.find("metric");
    const TomlValue::Entry* event = table.find("event");
    const TomlValue::Entry* rule = table.find("rule");
    std::string name;
    if ((metric == nullptr) == (event == nullptr)) {
        fail(table.place, "expect", "needs either `metric` or `event`");
        return;
    }
    if (metric != nullptr && readText(*metric, name)) {
        expectation.metric = metricNamed(name);
        if (!expectation.metric) {
            fail(metric->value.place, "expect.metric",
                 fmt::format("there is no metric `{}`{}", name, didYouMean(name, allMetrics())));
        }
    }
    if (event != nullptr && readText(*event, name)) {
        const auto kind = eventKindNamed(name);
        if (!kind) {
            fail(event->value.place, "expect.event",
                 fmt::format("there is no event `{}`{}", name, didYouMean(name, allEventKinds())));
        } else if (infoOf(*kind).level != RecordLevel::Structure) {
            fail(event->value.place, "expect.event",
                 fmt::format("`{}` is an event of level full; only those of level structure are "
                             "counted",
                             name));
        }
        expectation.event = kind.value_or(EventKind{});
    }
    if (rule == nullptr) {
        return;
    }
    if (event == nullptr) {
        fail(rule->keyPlace, "expect.rule", "goes with `event` only");
    } else if (readText(*rule, name)) {
        expectation.rule = ruleNamed(name);
        if (!expectation.rule) {
            fail(rule->value.place, "expect.rule", fmt::format("there is no rule `{}`", name));
        }
    }
}

bool ScenarioReader::readComparison(const TomlValue::Entry& entry, Expectation& expectation) {
    const bool ratio =
        expectation.metric && infoOf(*expectation.metric).unit == std::string_view("ratio");
    if (const auto amount = amountOf(entry.value, ratio)) {
        expectation.value = *amount;
        return true;
    }
    const auto* name = std::get_if<std::string>(&entry.value.scalar);
    expectation.other =
        entry.value.kind == Kind::Scalar && name != nullptr ? metricNamed(*name) : std::nullopt;
    if (expectation.other) {
        return true;
    }
    fail(entry.value.place, fmt::format("expect.{}", entry.key),
         "expected a number, a size or the name of a metric");
    return false;
}

} // namespace fragscope
