#include "commands/trace.h"

#include "fragscope/base/text.h"
#include "fragscope/trace/read_trace.h"

#include "commands/command_line.h"
#include "commands/run.h"
#include "commands/trace_tables.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr std::uint64_t progressEvery = 1U << 14;
constexpr std::uint64_t mostSamples = 1'000'000;

/// KEY=VALUE, for one allocator or for all that have such a setting.
struct Assignment {
    std::string text;
    std::string allocator; ///< empty: all
    std::string key;
    std::string value;
};

Error inSet(std::string_view assignment, Error error) {
    error.code = ExitCode::Usage;
    error.file = "--set";
    error.reason = fmt::format("`{}`: {}", assignment, error.reason);
    error.key.clear();
    return error;
}

Expected<std::vector<Assignment>> parseAssignments(const std::vector<std::string>& texts) {
    std::vector<Assignment> assignments;
    for (const std::string& text : texts) {
        const std::size_t sign = text.find('=');
        if (sign == std::string::npos) {
            return inSet(text, badInput("is not KEY=VALUE"));
        }
        Assignment assignment{text, "", text.substr(0, sign), text.substr(sign + 1)};
        if (const std::size_t dot = assignment.key.find('.'); dot != std::string::npos) {
            assignment.allocator = assignment.key.substr(0, dot);
            assignment.key = assignment.key.substr(dot + 1);
        }
        assignments.push_back(std::move(assignment));
    }
    // a preset gives values that the others change
    std::stable_partition(assignments.begin(), assignments.end(),
                          [](const Assignment& a) { return a.key == "preset"; });
    return assignments;
}

bool hasSetting(AllocatorKind kind, std::string_view key) {
    const auto rows = allocatorSettingRows();
    return std::any_of(rows.begin(), rows.end(), [&](const AllocatorSettingRow& row) {
        return row.key == key && (row.allocators & allocatorBit(kind)) != 0;
    });
}

/// Settings for each allocator, in the order of the command line.
Expected<std::vector<AllocatorSettings>> prepareAllocators(const TraceOptions& options) {
    std::vector<AllocatorSettings> all;
    for (const std::string& name : options.allocators) {
        const auto kind = parseAllocatorKind(name);
        if (!kind) {
            Error error = kind.error();
            error.code = ExitCode::Usage;
            error.file = "--allocator";
            return error;
        }
        all.push_back(defaultSettings(*kind));
    }
    const auto assignments = parseAssignments(options.set);
    if (!assignments) {
        return assignments.error();
    }
    for (const Assignment& assignment : *assignments) {
        bool used = false;
        for (AllocatorSettings& settings : all) {
            const std::string_view name = allocatorInfo(settings.kind).name;
            const bool meant = assignment.allocator.empty()
                                   ? hasSetting(settings.kind, assignment.key) || all.size() == 1
                                   : assignment.allocator == name;
            if (!meant) {
                continue;
            }
            used = true;
            const auto set = setAllocatorSetting(settings, assignment.key, assignment.value);
            if (!set) {
                return inSet(assignment.text, set.error());
            }
        }
        if (!used) {
            return inSet(assignment.text, badInput("none of the allocators has this setting"));
        }
    }
    for (const AllocatorSettings& settings : all) {
        if (const auto fits = checkAllocatorSettings(settings); !fits) {
            return inSet(allocatorInfo(settings.kind).name, fits.error());
        }
    }
    return all;
}

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
                        const AllocatorSettings& settings,
                        const TraceOptions& options,
                        TraceTables& tables,
                        CommandStreams& streams) {
    TraceTrial trial(trace, settings, {options.interleave});
    const std::string_view name = allocatorInfo(settings.kind).name;
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
                               const std::vector<AllocatorSettings>& all) {
    TraceTableOptions tables;
    tables.folder = options.csv;
    tables.summary = options.output;
    tables.series = options.series != 0;
    tables.steps = options.steps;
    tables.compactFit = std::any_of(all.begin(), all.end(), [](const AllocatorSettings& settings) {
        return settings.kind == AllocatorKind::CompactFit;
    });
    return tables;
}

Expected<Done> checkOptions(const TraceOptions& options) {
    if (options.allocators.empty() && options.exportTo.empty()) {
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
    const auto all = prepareAllocators(options);
    if (!all) {
        return all.error();
    }
    std::vector<AllocationTrace> traces;
    for (const std::string& file : options.files) {
        auto trace = loadTrace(file, options, streams);
        if (!trace) {
            return trace.error();
        }
        traces.push_back(std::move(trace).value());
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
        for (const AllocatorSettings& settings : *all) {
            if (auto ran =
                    runTrial(traces[i], options.files[i], settings, options, tables, streams);
                !ran) {
                return ran;
            }
        }
    }
    return tables.finish();
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
    std::string names;
    for (const AllocatorInfo& info : allocatorInfos()) {
        names += (names.empty() ? "" : ", ") + std::string(info.name);
    }
    command->add_option("--allocator", options->allocators, names)
        ->type_name("NAME")
        ->delimiter(',')
        ->allow_extra_args(false);
    command
        ->add_option("--set", options->set,
                     "Change a setting of the allocators that have it, or, as NAME.KEY=VALUE, of "
                     "one; may be repeated (`fragscope-cli list allocators`)")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
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
    command->add_flag("--interleave", options->interleave,
                      "Copies in parts go on between the operations that follow");
    command->add_option("--export", options->exportTo, "Write the trace in the own format")
        ->type_name("FILE");
    command->callback([options, &chosen] {
        chosen = [options](CommandStreams& streams) { return runTraceCommand(*options, streams); };
    });
}

} // namespace fragscope
