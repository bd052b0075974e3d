#include "commands/runs.h"

#include "fragscope/record/run/run_file.h"
#include "fragscope/scenario/names.h"

#include "commands/command_line.h"
#include "commands/metric_text.h"
#include "commands/run_argument.h"
#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace fragscope {

namespace {

int listRuns(RunFile& file, CommandStreams& streams) {
    const auto runs = file.runs();
    if (!runs) {
        return reportError(streams, runs.error());
    }
    streams.out << fmt::format("{:>5}  {:<12}{:<11}{:>10}  {:<24}  {}\n", "run", "status", "level",
                               "events", "started", "name");
    for (const RunRecord& run : *runs) {
        streams.out << fmt::format("{:>5}  {:<12}{:<11}{:>10}  {:<24}  {} (seed {})\n", run.number,
                                   nameOf(run.status), choiceName(run.info.level), run.events,
                                   run.startedUtc, run.info.name, run.info.seed);
    }
    return static_cast<int>(ExitCode::Good);
}

void printRecord(const RunRecord& run, std::ostream& out) {
    const auto row = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            out << fmt::format("{:<18}{}\n", name, value);
        }
    };
    row("run", fmt::format("{}", run.number));
    row("name", run.info.name);
    row("scenario", run.info.scenarioName);
    row("seed", fmt::format("{}", run.info.seed));
    row("run_key", run.runKey);
    row("attempt", fmt::format("{}", run.attempt));
    row("status", std::string(nameOf(run.status)));
    row("level", std::string(choiceName(run.info.level)));
    row("started", run.startedUtc);
    row("finished", run.finishedUtc);
    row("events", fmt::format("{}", run.events));
    row("lost_events", run.lost == 0 ? std::string() : fmt::format("{}", run.lost));
    row("steps", fmt::format("{}", run.steps));
    row("time_cycles", fmt::format("{}", run.timeCycles));
    row("events_hash", run.streamHash);
    row("state_hash", run.stateHash);
    row("program_version", run.info.programVersion);
    row("behaviour_version", fmt::format("{}", run.info.behaviourVersion));
    row("error", run.error);
    for (const auto& [name, value] : run.info.parameters) {
        out << fmt::format("  {:<28}{}\n", name, value);
    }
}

int showRun(RunFile& file, std::optional<std::int64_t> number, CommandStreams& streams) {
    const auto run = file.run(number);
    if (!run) {
        return reportError(streams, run.error());
    }
    printRecord(*run, streams.out);
    const auto finals = file.finals(run->number);
    if (!finals) {
        return reportError(streams, finals.error());
    }
    for (const MetricInfo& info : allMetrics()) {
        streams.out << fmt::format("  {:<34}{:>14} {}\n", info.name, metricText(info, *finals),
                                   info.unit);
    }
    return static_cast<int>(ExitCode::Good);
}

} // namespace

int runRunsCommand(const std::string& file,
                   const std::string& action,
                   const std::string& run,
                   CommandStreams& streams) {
    const auto address = run.empty() ? parseRunArgument(file) : parseRunArgument(file + "#" + run);
    if (!address) {
        return reportError(streams, address.error());
    }
    auto opened = RunFile::open(address->file);
    if (!opened) {
        return reportError(streams, opened.error());
    }
    RunFile runs = std::move(opened).value();
    return action == "list" ? listRuns(runs, streams) : showRun(runs, address->run, streams);
}

void addRunsCommand(CLI::App& app, ChosenCommand& chosen) {
    struct Arguments {
        std::string file;
        std::string action;
        std::string run;
    };

    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("runs", "Show what a run file holds");
    command->add_option("file", arguments->file, "A run file")->required()->type_name("FILE.db");
    command->add_option("action", arguments->action, "list or show")
        ->required()
        ->check(CLI::IsMember({"list", "show"}));
    command->add_option("run", arguments->run, "show: number of the run (else the newest)")
        ->type_name("N");
    command->callback([arguments, &chosen] {
        chosen = [arguments](CommandStreams& streams) {
            return runRunsCommand(arguments->file, arguments->action, arguments->run, streams);
        };
    });
}

} // namespace fragscope
