#include "commands/trace.h"

#include "fragscope/base/text.h"
#include "fragscope/trace/read_trace.h"
#include "fragscope/trace/write_trace.h"

#include "commands/command_line.h"
#include "commands/run.h"
#include "commands/trace_start.h"
#include "commands/trace_tables.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr std::uint64_t progressEvery = 1U << 14;
constexpr std::uint64_t mostSamples = 1'000'000;

Expected<AllocationTrace>
loadTrace(const std::string& file, const TraceOptions& options, CommandStreams& streams) {
    ReadOptions read;
    const auto format = parseTraceFormat(options.format);
    if (!format) {
        return usageError(fmt::format("--format: there is no format `{}`", options.format));
    }
    read.format = *format;
    read.lenient = options.lenient;
    auto trace = readTrace(file, read, [&](const ReadProgress& progress) {
        if (streams.showProgress) {
            streams.err << fmt::format("\r\033[K{}: {} operations", file, progress.operations)
                        << std::flush;
        }
        return !stopWasRequested();
    });
    if (streams.showProgress) {
        streams.err << "\r\033[K";
    }
    if (trace) {
        for (const BadLine& bad : trace->bad) {
            streams.err << fmt::format("{}:{}: {}\n", file, bad.line, bad.reason);
        }
        if (!trace->bad.empty()) {
            streams.err << fmt::format("{}: {} bad lines\n", file, trace->bad.size());
        }
    }
    return trace;
}

/// Samples after so many operations; the last one at the end.
bool sampleDue(std::uint64_t done, std::uint64_t all, std::uint64_t samples) {
    return samples != 0 && done * samples / all != (done - 1) * samples / all;
}

Error damaged(const AllocationTrace& trace,
              const TraceTrial& trial,
              const HeapDamaged& found,
              const std::string& file) {
    Error error = badInput(fmt::format("{}: the words of the heap are damaged: {} at address {}",
                                       allocatorInfo(trial.settings().kind).name, found.found,
                                       found.at.value));
    error.code = ExitCode::ExpectationFailed;
    error.file = file;
    error.line = trial.totals().operations < trace.operations.size()
                     ? trace.operations[trial.totals().operations].line
                     : 0;
    return error;
}

Expected<Done> runTrial(const AllocationTrace& trace,
                        const std::string& file,
                        const NamedAllocator& allocator,
                        const TraceOptions& options,
                        const std::optional<FreePageCounts>& start,
                        TraceTables& tables,
                        CommandStreams& streams) {
    TraceTrial trial(trace, allocator.settings, start);
    const std::string& name = allocator.name;
    tellStart(trial, start, options.start, streams);
    const std::uint64_t all = trace.operations.size();
    tables.begin(trace.name, name);
    try {
        while (!trial.done()) {
            const OperationResult result = trial.step();
            const std::uint64_t done = trial.totals().operations;
            tables.step(trial, result);
            if (sampleDue(done, all, options.series)) {
                tables.series(trial);
            }
            if (done % progressEvery != 0) {
                continue;
            }
            if (stopWasRequested()) {
                Error error = badInput("interrupted");
                error.code = ExitCode::Interrupted;
                return error;
            }
            if (streams.showProgress) {
                streams.err << fmt::format("\r\033[K{} {}: {} of {}", trace.name, name, done, all)
                            << std::flush;
            }
        }
        trial.finish();
    } catch (const HeapDamaged& found) {
        return damaged(trace, trial, found, file);
    }
    if (streams.showProgress) {
        streams.err << "\r\033[K";
    }
    tables.end(trial);
    return Done{};
}

TraceTableOptions tableOptions(const TraceOptions& options,
                               const std::vector<NamedAllocator>& all) {
    TraceTableOptions tables;
    tables.folder = options.csv;
    tables.summary = options.output;
    tables.series = options.series != 0;
    tables.steps = options.steps;
    tables.compactFit = std::any_of(all.begin(), all.end(), [](const NamedAllocator& allocator) {
        return allocator.settings.kind == AllocatorKind::CompactFit;
    });
    return tables;
}

Expected<Done> checkOptions(const TraceOptions& options) {
    if (options.allocators.allocators.empty() && options.exportTo.empty()) {
        return usageError("--allocator says which allocators replay the trace");
    }
    if (options.csv.empty() && (options.steps || options.series != 0)) {
        return usageError("--steps and --series write tables: --csv DIR says where");
    }
    if (options.series > mostSamples) {
        return usageError(fmt::format("--series: at most {} samples", mostSamples));
    }
    if (!options.exportTo.empty() && options.files.size() != 1) {
        return usageError("--export writes one trace: give one file");
    }
    return Done{};
}

Expected<Done> runTraces(const TraceOptions& options, CommandStreams& streams) {
    if (auto checked = checkOptions(options); !checked) {
        return checked;
    }
    const auto all = prepareAllocators(options.allocators);
    if (!all) {
        return all.error();
    }
    const auto start = readStart(options.start, *all);
    if (!start) {
        return start.error();
    }
    std::vector<AllocationTrace> traces;
    for (const std::string& file : options.files) {
        auto trace = loadTrace(file, options, streams);
        if (!trace) {
            return trace.error();
        }
        traces.push_back(std::move(trace).value());
    }
    if (!options.exportTo.empty()) {
        if (auto written = writeTrace(traces.front(), options.exportTo); !written) {
            return written;
        }
    }
    if (all->empty()) {
        return Done{};
    }
    auto created = TraceTables::create(tableOptions(options, *all));
    if (!created) {
        return created.error();
    }
    TraceTables tables = std::move(created).value();
    for (std::size_t i = 0; i < traces.size(); ++i) {
        for (const NamedAllocator& allocator : *all) {
            if (auto ran = runTrial(traces[i], options.files[i], allocator, options, *start, tables,
                                    streams);
                !ran) {
                return ran;
            }
        }
    }
    return tables.finish();
}

/// `--allocator NAME NAME`: the parser takes the second for a file. It is meant as one if there is
/// no such file.
void takeAllocatorNames(TraceOptions& options) {
    std::vector<std::string> files;
    for (const std::string& file : options.files) {
        const bool isName = !options.allocators.allocators.empty() &&
                            bool(parseAllocatorKind(file)) && !std::filesystem::exists(file);
        (isName ? options.allocators.allocators : files).push_back(file);
    }
    options.files = files;
}

} // namespace

int runTraceCommand(const TraceOptions& options, CommandStreams& streams) {
    const auto ran = runTraces(options, streams);
    return ran ? static_cast<int>(ExitCode::Good) : reportError(streams, ran.error());
}

void addTraceCommand(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<TraceOptions>();
    CLI::App* command =
        app.add_subcommand("trace", "Replay allocation traces through heap allocators");
    command
        ->add_option("FILE", options->files,
                     "Traces, plain, gzip or zstd; or generate:NAME,KEY=VALUE,...")
        ->required();
    addAllocatorOptions(*command, options->allocators);
    std::string formats;
    for (const TraceFormatInfo& format : traceFormats()) {
        formats += (formats.empty() ? "" : ", ") + std::string(format.name);
    }
    command->add_option("--format", options->format, formats)->type_name("NAME");
    command->add_option("--csv", options->csv, "Folder for summary.csv, placement.csv and others")
        ->type_name("DIR");
    command
        ->add_option("-o,--output", options->output,
                     "Without --csv: where the summary goes, - for standard output")
        ->type_name("FILE");
    command->add_option("--series", options->series, "Samples in the course of each trace")
        ->type_name("N");
    command->add_flag("--steps", options->steps, "A row for each operation, with the free list");
    command->add_flag("--lenient", options->lenient,
                      "Malformed lines are reported and change nothing");
    command
        ->add_option("--start", options->start,
                     "A copy of /proc/buddyinfo or /proc/pagetypeinfo: the free pages that the "
                     "page-allocator starts with, those of the largest zone or of NODE and ZONE")
        ->type_name("FILE[:NODE:ZONE]");
    command->add_option("--export", options->exportTo, "Write the trace in the own format")
        ->type_name("FILE");
    command->callback([options, &chosen] {
        takeAllocatorNames(*options);
        chosen = [options](CommandStreams& streams) { return runTraceCommand(*options, streams); };
    });
}

} // namespace fragscope
