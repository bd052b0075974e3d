#include "commands/describe.h"

#include "fragscope/base/text.h"
#include "fragscope/scenario/reference.h"
#include "fragscope/scenario/scenario.h"

#include "commands/command_line.h"
#include "commands/describe_scenario.h"
#include "commands/scenario_folder.h"
#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace fragscope {

namespace {

void row(std::ostream& out, std::string_view name, std::string_view value) {
    if (!value.empty()) {
        out << fmt::format("  {:<10}{}\n", name, value);
    }
}

bool describeSetting(std::string_view name, std::ostream& out) {
    const Setting* setting = settingNamed(name);
    if (setting == nullptr) {
        return false;
    }
    out << fmt::format("setting {}\n  {}\n", setting->key, setting->sentence);
    row(out, "type", setting->typeText());
    row(out, "default", setting->defaultText());
    row(out, "source", setting->source);
    for (const Choice& choice : setting->choices) {
        out << fmt::format("  = {}: {}\n", choice.name, choice.sentence);
    }
    return true;
}

bool describeChoice(std::string_view name, std::ostream& out) {
    bool found = false;
    for (const Setting& setting : allSettings()) {
        for (const Choice& choice : setting.choices) {
            if (choice.name == name) {
                out << fmt::format("choice {} = {}\n  {}\n", setting.key, name, choice.sentence);
                found = true;
            }
        }
    }
    return found;
}

bool describeEvent(std::string_view name, std::ostream& out) {
    const auto kind = eventKindNamed(name);
    if (!kind) {
        return false;
    }
    const EventKindInfo& info = infoOf(*kind);
    out << fmt::format("event {}\n  {}\n", info.name, info.sentence);
    row(out, "level", choiceName(info.level));
    row(out, "object", info.object);
    row(out, "value", info.value);
    row(out, "a", info.a);
    row(out, "b", info.b);
    return true;
}

bool describeMetric(std::string_view name, std::ostream& out) {
    const auto metric = metricNamed(name);
    if (!metric) {
        return false;
    }
    const MetricInfo& info = infoOf(*metric);
    constexpr std::array<std::string_view, 3> better{"lower", "higher", ""};
    out << fmt::format("metric {}\n  {}\n", info.name, info.description);
    row(out, "unit", info.unit);
    row(out, "better", better.at(static_cast<std::size_t>(info.better)));
    return true;
}

bool describeRule(std::string_view name, std::ostream& out) {
    const auto rule = ruleNamed(name);
    if (rule && *rule != Rule::None) {
        out << fmt::format("rule {}\n  {}\n", nameOf(*rule), textOf(*rule));
    }
    return rule && *rule != Rule::None;
}

std::string nearestOfAll(const std::string& name) {
    std::vector<std::string_view> known;
    for (const Setting& setting : allSettings()) {
        known.push_back(setting.key);
        for (const Choice& choice : setting.choices) {
            known.push_back(choice.name);
        }
    }
    for (const EventKindInfo& info : allEventKinds()) {
        known.push_back(info.name);
    }
    for (const MetricInfo& info : allMetrics()) {
        known.push_back(info.name);
    }
    return nearestWord(name, known);
}

int notFound(const std::string& name, const Error& asScenario, CommandStreams& streams) {
    const std::string nearest = nearestOfAll(name);
    return reportError(streams,
                       nearest.empty()
                           ? asScenario
                           : badInput(fmt::format("there is nothing called `{}`; did you mean "
                                                  "`{}`?",
                                                  name, nearest)));
}

} // namespace

int runDescribeCommand(const std::string& name, CommandStreams& streams) {
    bool found = false;
    for (auto* describe :
         {describeSetting, describeChoice, describeEvent, describeMetric, describeRule}) {
        found = describe(name, streams.out) || found;
    }
    const auto file = findScenario(name);
    if (file) {
        return describeScenario(*file, streams);
    }
    return found ? static_cast<int>(ExitCode::Good) : notFound(name, file.error(), streams);
}

int writeReference(CommandStreams& streams) {
    streams.out << scenarioReference();
    return static_cast<int>(ExitCode::Good);
}

void addDescribeCommand(CLI::App& app, ChosenCommand& chosen) {
    auto name = std::make_shared<std::string>();
    auto markdown = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand(
        "describe", "Describe a scenario, setting, choice, event, metric or rule");
    auto* nameOption = command->add_option("name", *name, "What to describe")->type_name("NAME");
    command->add_flag("--markdown", *markdown, "Write the reference of scenario files instead")
        ->excludes(nameOption);
    command->callback([name, markdown, &chosen] {
        if (name->empty() && !*markdown) {
            throw CLI::RequiredError("name");
        }
        chosen = [name, markdown](CommandStreams& streams) {
            return *markdown ? writeReference(streams) : runDescribeCommand(*name, streams);
        };
    });
}

} // namespace fragscope
