#include "fragscope/record/run/file_numbers.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/event/rule.h"
#include "fragscope/record/run/run_info.h"
#include "fragscope/view/metrics.h"

#include <limits>
#include <string>

namespace fragscope {

namespace {

std::optional<std::uint16_t> ruleNamed(std::string_view name) {
    for (std::uint16_t i = 0; i < static_cast<std::uint16_t>(Rule::Count); ++i) {
        if (nameOf(static_cast<Rule>(i)) == name) {
            return i;
        }
    }
    return std::nullopt;
}

std::optional<std::uint16_t> kindNamed(std::string_view name) {
    const std::optional<EventKind> kind = eventKindNamed(name);
    return kind ? std::optional(static_cast<std::uint16_t>(*kind)) : std::nullopt;
}

std::optional<std::uint16_t> metricNamed(std::string_view name) {
    for (const MetricInfo& info : allMetrics()) {
        if (info.name == name) {
            return static_cast<std::uint16_t>(info.id);
        }
    }
    return std::nullopt;
}

template <class Find> NumberMap loadNumbers(Database& database, std::string_view query, Find find) {
    NumberMap map;
    Statement rows = database.prepare(query);
    while (rows.step()) {
        const std::int64_t number = rows.integer(0);
        if (number < 0 || number > std::numeric_limits<std::uint16_t>::max()) {
            continue; // not a number that an event can carry
        }
        const auto inFile = static_cast<std::uint16_t>(number);
        const std::optional<std::uint16_t> known = find(rows.text(1));
        known ? map.add(inFile, *known) : map.reserve(inFile);
    }
    return map;
}

std::string_view nameOf(EventSort sort) {
    switch (sort) {
    case EventSort::State:
        return "state";
    case EventSort::Meaning:
        return "meaning";
    case EventSort::Both:
        return "both";
    }
    return "";
}

std::string_view nameOf(Better better) {
    switch (better) {
    case Better::Lower:
        return "lower";
    case Better::Higher:
        return "higher";
    case Better::Neither:
        return "neither";
    }
    return "";
}

void mergeKinds(Database& database, NumberMap& map) {
    Statement insert = database.prepare("INSERT INTO event_kind VALUES (?,?,?,?,?,?,?,?,?)");
    for (const EventKindInfo& info : allEventKinds()) {
        const auto kind = static_cast<std::uint16_t>(info.kind);
        if (!map.toFile(kind)) {
            map.add(map.freeFrom(kind), kind);
            insert
                .bind(std::uint32_t{*map.toFile(kind)}, info.name, nameOf(info.sort),
                      fragscope::nameOf(info.level), info.object, info.value, info.a, info.b,
                      info.sentence)
                .execute();
        }
    }
}

void mergeRules(Database& database, NumberMap& map) {
    Statement insert = database.prepare("INSERT INTO rule VALUES (?,?,?)");
    for (std::uint16_t i = 0; i < static_cast<std::uint16_t>(Rule::Count); ++i) {
        if (!map.toFile(i)) {
            map.add(map.freeFrom(i), i);
            const auto rule = static_cast<Rule>(i);
            insert.bind(std::uint32_t{*map.toFile(i)}, fragscope::nameOf(rule), textOf(rule))
                .execute();
        }
    }
}

/// What stored integers are divided by for people: 1, or a million for ratios.
int scaleOf(MetricId metric) {
    constexpr int million = 1'000'000;
    return displayValue(metric, million) == 1.0 ? million : 1;
}

void mergeMetrics(Database& database, NumberMap& map) {
    Statement insert = database.prepare("INSERT INTO metric VALUES (?,?,?,?,?,?)");
    for (const MetricInfo& info : allMetrics()) {
        const auto metric = static_cast<std::uint16_t>(info.id);
        if (!map.toFile(metric)) {
            map.add(map.freeFrom(metric), metric);
            insert
                .bind(std::uint32_t{*map.toFile(metric)}, info.name, info.unit, nameOf(info.better),
                      scaleOf(info.id), info.description)
                .execute();
        }
    }
}

} // namespace

FileNumbers FileNumbers::load(Database& database) {
    return {loadNumbers(database, "SELECT kind, name FROM event_kind", kindNamed),
            loadNumbers(database, "SELECT rule, name FROM rule", ruleNamed),
            loadNumbers(database, "SELECT metric_id, name FROM metric", metricNamed)};
}

FileNumbers FileNumbers::merge(Database& database) {
    FileNumbers numbers = load(database);
    mergeKinds(database, numbers.kinds);
    mergeRules(database, numbers.rules);
    mergeMetrics(database, numbers.metrics);
    return numbers;
}

Event FileNumbers::toFile(Event event) const {
    event.kind = static_cast<EventKind>(kinds.toFile(static_cast<std::size_t>(event.kind)).value());
    event.rule = static_cast<Rule>(rules.toFile(static_cast<std::size_t>(event.rule)).value());
    return event;
}

std::optional<Event> FileNumbers::toProgram(Event event) const {
    const auto kind = kinds.toProgram(static_cast<std::uint64_t>(event.kind));
    const auto rule = rules.toProgram(static_cast<std::uint64_t>(event.rule));
    if (!kind || !rule) {
        return std::nullopt;
    }
    event.kind = static_cast<EventKind>(*kind);
    event.rule = static_cast<Rule>(*rule);
    return event;
}

} // namespace fragscope
