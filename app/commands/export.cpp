#include "commands/export.h"

#include "fragscope/record/export/event_export.h"
#include "fragscope/record/export/metric_export.h"

#include "commands/command_line.h"
#include "commands/run_argument.h"
#include <CLI/CLI.hpp>

namespace fragscope {

namespace {

Expected<WriteEnd>
exportTable(RunFile& file, const RunRecord& run, const ExportArguments& arguments) {
    if (arguments.table == "events") {
        EventExportOptions options;
        options.format = arguments.format == "csv" ? EventFormat::Csv : EventFormat::JsonLines;
        return exportEvents(file, run.number, arguments.output, options);
    }
    if (arguments.table == "metrics") {
        const auto series = file.series(run.number);
        if (!series) {
            return series.error();
        }
        return exportMetrics(arguments.output, run.info, *series, MetricShape::Long);
    }
    const auto finals = file.finals(run.number);
    if (!finals) {
        return finals.error();
    }
    return exportSummary(arguments.output, run.info, *finals);
}

} // namespace

int runExportCommand(const ExportArguments& arguments, CommandStreams& streams) {
    if (arguments.format == "jsonl" && arguments.table != "events") {
        return reportError(streams, usageError("--format jsonl exists for --table events only"));
    }
    const auto address = parseRunArgument(arguments.run);
    if (!address) {
        return reportError(streams, address.error());
    }
    auto opened = RunFile::open(address->file);
    if (!opened) {
        return reportError(streams, opened.error());
    }
    RunFile file = std::move(opened).value();
    const auto run = file.run(address->run);
    if (!run) {
        return reportError(streams, run.error());
    }
    const auto written = exportTable(file, *run, arguments);
    return written ? static_cast<int>(ExitCode::Good) : reportError(streams, written.error());
}

void addExportCommand(CLI::App& app, ChosenCommand& chosen) {
    auto arguments = std::make_shared<ExportArguments>();
    CLI::App* command = app.add_subcommand("export", "Write a table of a recorded run");
    command->add_option("run", arguments->run, "FILE.db, or FILE.db#N for its N-th run")
        ->required()
        ->type_name("RUN");
    command->add_option("--table", arguments->table, "events, metrics or summary")
        ->required()
        ->check(CLI::IsMember({"events", "metrics", "summary"}));
    command->add_option("--format", arguments->format, "csv or jsonl")
        ->check(CLI::IsMember({"csv", "jsonl"}));
    command->add_option("-o,--output", arguments->output, "A file, or - for standard output")
        ->type_name("FILE");
    command->callback([arguments, &chosen] {
        chosen = [arguments](CommandStreams& streams) {
            return runExportCommand(*arguments, streams);
        };
    });
}

} // namespace fragscope
