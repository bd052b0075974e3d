#include "commands/list.h"

#include "fragscope/base/text.h"
#include "fragscope/experiment/trial_figures.h"
#include "fragscope/scenario/scenario.h"
#include "fragscope/trace/generator.h"
#include "fragscope/trace/trace_format.h"

#include "commands/command_line.h"
#include "commands/scenario_folder.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

using Row = std::pair<std::string, std::string>; ///< name, sentence

std::vector<Row> scenarioRows() {
    std::vector<Row> rows;
    for (const ShippedScenario& shipped : shippedScenarios()) {
        const auto scenario = loadScenario(shipped.file.string());
        rows.emplace_back(shipped.name, scenario ? scenario->title
                                                 : "cannot be read: " + scenario.error().text());
    }
    return rows;
}

std::vector<Row> moverRows() {
    std::vector<Row> rows;
    for (const Choice& choice : choicesOf<MoverAlgorithm>()) {
        rows.emplace_back(choice.name, choice.sentence);
    }
    return rows;
}

std::vector<Row> settingRows() {
    std::vector<Row> rows;
    for (const Setting& setting : allSettings()) {
        rows.emplace_back(setting.key, setting.sentence);
    }
    return rows;
}

std::vector<Row> eventRows() {
    std::vector<Row> rows;
    for (const EventKindInfo& info : allEventKinds()) {
        rows.emplace_back(info.name, info.sentence);
    }
    return rows;
}

std::vector<Row> metricRows() {
    std::vector<Row> rows;
    for (const MetricInfo& info : allMetrics()) {
        rows.emplace_back(info.name, info.description);
    }
    return rows;
}

std::vector<Row> allocatorRows() {
    std::vector<Row> rows;
    for (const AllocatorInfo& info : allocatorInfos()) {
        rows.emplace_back(info.name, fmt::format("{} [{}]", info.meaning, info.source));
        const AllocatorSettings defaults = defaultSettings(info.kind);
        for (const AllocatorSettingRow& row : allocatorSettingRows()) {
            if ((row.allocators & allocatorBit(info.kind)) != 0) {
                rows.emplace_back(fmt::format("  {}={}", row.key, row.get(defaults)),
                                  fmt::format("{} ({})", row.meaning, row.values));
            }
        }
    }
    return rows;
}

std::vector<Row> trialFigureRows() {
    std::vector<Row> rows;
    for (const TrialFigure& figure : trialFigures()) {
        rows.emplace_back(figure.name, figure.source.empty()
                                           ? std::string(figure.formula)
                                           : fmt::format("{} [{}]", figure.formula, figure.source));
    }
    return rows;
}

std::vector<Row> traceFormatRows() {
    std::vector<Row> rows;
    for (const TraceFormatInfo& format : traceFormats()) {
        rows.emplace_back(format.name, format.sentence);
    }
    return rows;
}

std::vector<Row> traceGeneratorRows() {
    std::vector<Row> rows;
    for (const GeneratorInfo& generator : traceGenerators()) {
        rows.emplace_back(generator.name, generator.sentence);
        for (const GeneratorKey& key : generatorKeys()) {
            const auto& own = generator.keys;
            if (std::find(own.begin(), own.end(), key.name) != own.end()) {
                rows.emplace_back(fmt::format("  {}={}", key.name, key.value), key.sentence);
            }
        }
    }
    return rows;
}

struct Group {
    std::string_view name;
    std::vector<Row> (*rows)();
};

constexpr std::array<Group, 9> groups{{{"scenarios", scenarioRows},
                                       {"movers", moverRows},
                                       {"settings", settingRows},
                                       {"events", eventRows},
                                       {"metrics", metricRows},
                                       {"allocators", allocatorRows},
                                       {"trial-figures", trialFigureRows},
                                       {"trace-formats", traceFormatRows},
                                       {"trace-generators", traceGeneratorRows}}};

void printGroup(const Group& group, std::ostream& out) {
    const std::vector<Row> rows = group.rows();
    std::size_t width = 0;
    for (const Row& row : rows) {
        width = std::max(width, row.first.size());
    }
    for (const auto& [name, sentence] : rows) {
        out << fmt::format("{:<{}}  {}\n", name, width, sentence);
    }
}

} // namespace

int runListCommand(const std::string& what, CommandStreams& streams) {
    for (const Group& group : groups) {
        if (what.empty()) {
            streams.out << fmt::format("{}{}:\n", group.name == groups.front().name ? "" : "\n",
                                       group.name);
        }
        if (what.empty() || what == group.name) {
            printGroup(group, streams.out);
        }
    }
    return static_cast<int>(ExitCode::Good);
}

void addListCommand(CLI::App& app, ChosenCommand& chosen) {
    auto what = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("list", "List scenarios, settings, allocators and all "
                                                   "else that has a name, with one sentence each");
    std::vector<std::string> names;
    for (const Group& group : groups) {
        names.emplace_back(group.name);
    }
    command->add_option("what", *what, "Only one group of them")->check(CLI::IsMember(names));
    command->callback([what, &chosen] {
        chosen = [what](CommandStreams& streams) { return runListCommand(*what, streams); };
    });
}

} // namespace fragscope
