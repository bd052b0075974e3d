#include "commands/run_report.h"

#include "fragscope/view/metrics/segment_figures.h"

#include "commands/metric_text.h"
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace fragscope {

namespace {

using Json = nlohmann::ordered_json;

std::string hashText16(std::uint64_t hash) {
    return fmt::format("{:016x}", hash);
}

bool isRatio(const MetricInfo& info) {
    return info.unit == "ratio";
}

std::string recordingText(const RunReport& report) {
    return fmt::format("{}#{}", report.session.options().record, report.session.recording()->run);
}

Json metricsJson(const RunSession& session) {
    Json metrics = Json::object();
    for (const MetricInfo& info : allMetrics()) {
        const std::uint64_t value =
            session.metrics().current().values.at(static_cast<std::size_t>(info.id));
        if (isRatio(info)) {
            metrics[std::string(info.name)] = displayValue(info.id, value);
        } else {
            metrics[std::string(info.name)] = value;
        }
    }
    return metrics;
}

Json expectationsJson(const RunReport& report) {
    Json list = Json::array();
    for (const ExpectationResult& result : report.expectations) {
        list.push_back({{"expectation", result.expectation.text()},
                        {"found", result.found},
                        {"wanted", result.wanted},
                        {"passed", result.passed}});
    }
    return list;
}

/// What the author of seed 001 would ask of his designs; one column for each run.
void printSegmentFigures(const RunReport& report, std::ostream& out) {
    const MetricSample& own = report.session.metrics().current();
    if (!hasSegmentFigures(own)) {
        return;
    }
    out << fmt::format("\n{:<40}{:>16}", "segments", "this run");
    out << (report.against != nullptr ? fmt::format("{:>16}\n", "other run") : "\n");
    for (const SegmentFigure& figure : segmentFigures()) {
        out << fmt::format("{:<40}{:>16.6g}", figure.name, figure.of(own));
        if (report.against != nullptr) {
            out << fmt::format("{:>16.6g}", figure.of(report.against->metrics().current()));
        }
        out << fmt::format(" {}\n", figure.unit);
    }
}

Json segmentFiguresJson(const RunSession& session) {
    Json figures = Json::object();
    for (const SegmentFigure& figure : segmentFigures()) {
        figures[std::string(figure.name)] = figure.of(session.metrics().current());
    }
    return figures;
}

/// Both runs' figures and what this one has more (or less).
void printAgainst(const RunReport& report, std::ostream& out) {
    const RunSession& other = *report.against;
    const auto row = [&out](std::string_view name, double own, double others,
                            std::string_view unit) {
        out << fmt::format("{:<32}{:>20.8g}{:>20.8g}{:>+20.8g} {}\n", name, own, others,
                           own - others, unit);
    };
    out << fmt::format("\nagainst {}\n", fmt::join(other.options().against, ", "));
    out << fmt::format("{:<32}{:>20}{:>20}{:>20}\n", "", "this run", "other run", "difference");
    row("time", static_cast<double>(report.session.machine().timeCycles()),
        static_cast<double>(other.machine().timeCycles()), "cycles");
    for (const MetricInfo& info : allMetrics()) {
        const auto at = static_cast<std::size_t>(info.id);
        row(info.name, displayValue(info.id, report.session.metrics().current().values.at(at)),
            displayValue(info.id, other.metrics().current().values.at(at)), info.unit);
    }
}

void printExpectations(const RunReport& report, std::ostream& out) {
    for (const ExpectationResult& result : report.expectations) {
        out << fmt::format("{}  {}\n", result.passed ? "passed" : "FAILED", result.text());
    }
    if (report.expectations.empty() && !report.session.scenario().expect.empty()) {
        out << fmt::format("expectations  not looked at: {}\n", nameOf(report.end));
    }
}

} // namespace

void printText(const RunReport& report, std::ostream& out) {
    const RunSession& session = report.session;
    const Machine& machine = session.machine();
    const auto row = [&](std::string_view name, std::string_view value,
                         std::string_view unit = {}) {
        out << fmt::format("{:<32}{:>20}{}{}\n", name, value, unit.empty() ? "" : " ", unit);
    };
    out << fmt::format("{}: {}\n", session.scenario().name, session.scenario().title);
    row("seed", fmt::format("{}", session.scenario().config.seed));
    row("end", nameOf(report.end));
    if (machine.endRule() != Rule::None) {
        out << fmt::format("{:<32}{}\n", "", textOf(machine.endRule()));
    }
    row("steps", fmt::format("{}", machine.steps()));
    row("time", fmt::format("{}", machine.timeCycles()), "cycles");
    row("events", fmt::format("{}", machine.eventCount()));
    row("events_hash", hashText16(machine.eventHash()));
    row("state_hash", hashText16(machine.stateHash()));
    for (const MetricInfo& info : allMetrics()) {
        row(info.name, metricText(info, session.metrics().current()), info.unit);
    }
    if (session.recording()) {
        out << fmt::format("recorded  {}\n", recordingText(report));
    }
    printExpectations(report, out);
    if (report.against != nullptr) {
        printAgainst(report, out);
    }
    printSegmentFigures(report, out);
}

void printJson(const RunReport& report, std::ostream& out) {
    const RunSession& session = report.session;
    const Machine& machine = session.machine();
    Json json;
    json["scenario"] = session.scenario().name;
    json["title"] = session.scenario().title;
    json["seed"] = fmt::format("{}", session.scenario().config.seed);
    json["end"] = nameOf(report.end);
    json["rule"] = nameOf(machine.endRule());
    json["steps"] = machine.steps();
    json["time_cycles"] = machine.timeCycles();
    json["events"] = machine.eventCount();
    json["events_hash"] = hashText16(machine.eventHash());
    json["state_hash"] = hashText16(machine.stateHash());
    json["metrics"] = metricsJson(session);
    if (hasSegmentFigures(session.metrics().current())) {
        json["segment_figures"] = segmentFiguresJson(session);
    }
    if (report.against != nullptr) {
        json["against"] = {{"settings", report.against->options().against},
                           {"time_cycles", report.against->machine().timeCycles()},
                           {"metrics", metricsJson(*report.against)}};
        if (hasSegmentFigures(session.metrics().current())) {
            json["against"]["segment_figures"] = segmentFiguresJson(*report.against);
        }
    }
    json["expectations"] = expectationsJson(report);
    if (session.recording()) {
        json["recorded"] = recordingText(report);
    }
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

} // namespace fragscope
