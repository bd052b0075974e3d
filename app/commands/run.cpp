#include "commands/run.h"

#include "fragscope/base/text.h"

#include "commands/command_line.h"
#include "commands/prepare_scenario.h"
#include "commands/run_report.h"
#include "commands/run_session.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

namespace fragscope {

namespace {

std::atomic<bool> stopRequested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set by a signal handler");

ExitCode codeOf(const RunReport& report) {
    const bool failed = std::any_of(report.expectations.begin(), report.expectations.end(),
                                    [](const ExpectationResult& result) { return !result.passed; });
    switch (report.end) {
    case RunEnd::Interrupted:
        return ExitCode::Interrupted;
    case RunEnd::LimitSteps:
    case RunEnd::LimitTime:
    case RunEnd::LimitMemory:
        return ExitCode::LimitReached;
    case RunEnd::Finished:
    case RunEnd::ConditionMet:
        return failed ? ExitCode::ExpectationFailed : ExitCode::Good;
    }
    return ExitCode::Good;
}

/// The same scenario with the settings of `--against`, run to its end without writing anything.
std::unique_ptr<RunSession>
runAgainst(const RunOptions& options, CommandStreams& streams, std::vector<Error>& errors) {
    RunOptions other = options;
    other.set.insert(other.set.end(), options.against.begin(), options.against.end());
    other.record.clear();
    other.csv.clear();
    other.csvEvents = false;
    auto scenario = prepareScenario(other.scenario, other.set, other.check, errors);
    if (!scenario) {
        return nullptr;
    }
    auto session =
        std::make_unique<RunSession>(std::move(*scenario), std::move(other), std::nullopt);
    if (const auto opened = session->open(); !opened) {
        errors.push_back(opened.error());
        return nullptr;
    }
    session->advance(stopRequested, streams);
    return session;
}

int runSession(RunSession& session, const RunSession* against, CommandStreams& streams) {
    if (const auto opened = session.open(); !opened) {
        return reportError(streams, opened.error());
    }
    const RunEnd end = session.advance(stopRequested, streams);
    const std::vector<Error> errors = session.finish(end);
    RunReport report{session, end, against, {}};
    if (end == RunEnd::Finished) {
        report.expectations =
            evaluate(session.scenario().expect, session.metrics().current(), session.counts());
    }
    if (session.options().json) {
        printJson(report, streams.out);
    } else {
        printText(report, streams.out);
    }
    if (!errors.empty()) {
        return reportErrors(streams, errors);
    }
    return static_cast<int>(codeOf(report));
}

void addOutputOptions(CLI::App& command, RunOptions& options) {
    static const std::map<std::string, RecordLevel> levels{{"metrics", RecordLevel::Metrics},
                                                           {"structure", RecordLevel::Structure},
                                                           {"full", RecordLevel::Full}};
    command
        .add_option_function<std::string>(
            "--level", [&options](const std::string& name) { options.level = levels.at(name); },
            "How much is recorded: metrics, structure or full")
        ->check(CLI::IsMember({"metrics", "structure", "full"}))
        ->type_name("LEVEL");
    command.add_option("--record", options.record, "Record the run into this SQLite file")
        ->type_name("FILE.db");
    command.add_option("--csv", options.csv, "Write metrics.csv, summary.csv and pauses.csv there")
        ->type_name("DIR");
    command.add_flag("--csv-events", options.csvEvents, "With --csv: write events.csv as well");
    command.add_flag("--json", options.json, "Print the summary as JSON");
}

void addLimitOptions(CLI::App& command, RunOptions& options, std::string& maxMemory) {
    const auto assign = [&options](const char* key) {
        return [&options, key](const std::string& value) {
            options.set.push_back(fmt::format("{}={}", key, value));
        };
    };
    command.add_option_function<std::string>("--seed", assign("seed"), "The same as --set seed=N")
        ->type_name("N");
    command
        .add_option_function<std::string>("--max-steps", assign("max_steps"),
                                          "End after N micro-steps")
        ->type_name("N");
    command.add_option("--max-time", options.maxSeconds, "End after S seconds")
        ->type_name("S")
        ->check(CLI::PositiveNumber);
    command.add_option("--max-memory", maxMemory, "End if this program needs more than SIZE")
        ->type_name("SIZE");
}

} // namespace

void requestStop() noexcept {
    stopRequested = true;
}

const std::atomic<bool>& stopFlag() noexcept {
    return stopRequested;
}

bool stopWasRequested() noexcept {
    return stopRequested;
}

int runRunCommand(const RunOptions& options, CommandStreams& streams) {
    std::optional<EventCondition> until;
    RunOptions resolved = options;
    if (!options.until.empty()) {
        auto parsed = EventCondition::parse(options.until);
        if (!parsed) {
            Error error = parsed.error();
            error.key = "--until";
            return reportError(streams, error);
        }
        until = std::move(parsed).value();
    }
    if (options.csvEvents && options.csv.empty()) {
        return reportError(streams, usageError("--csv-events needs --csv DIR"));
    }
    std::vector<Error> errors;
    auto scenario = prepareScenario(options.scenario, options.set, options.check, errors);
    if (!scenario) {
        return reportErrors(streams, errors);
    }
    std::unique_ptr<RunSession> against;
    if (!options.against.empty()) {
        against = runAgainst(options, streams, errors);
        if (!against) {
            return reportErrors(streams, errors);
        }
    }
    RunSession session(std::move(*scenario), std::move(resolved), std::move(until));
    return runSession(session, against.get(), streams);
}

void addRunCommand(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<RunOptions>();
    auto maxMemory = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("run", "Run a scenario and print what came out");
    command->add_option("scenario", options->scenario, "A scenario file, or the name of one")
        ->required()
        ->type_name("SCENARIO");
    command->add_option("--set", options->set, "Change a setting; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command
        ->add_option(
            "--against", options->against,
            "Run the scenario also with this setting and print both runs' figures; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command
        ->add_option("--until", options->until,
                     "Stop at the first event that this condition holds for")
        ->type_name("COND");
    command->add_flag("--check", options->check,
                      "Check everything, and fail if something is lost that the scenario does not "
                      "expect to be lost");
    addOutputOptions(*command, *options);
    addLimitOptions(*command, *options, *maxMemory);
    command->callback([options, maxMemory, &chosen] {
        chosen = [options, maxMemory](CommandStreams& streams) {
            if (!maxMemory->empty()) {
                const auto size = parseSize(*maxMemory);
                if (!size || size->value == 0) {
                    return reportError(streams, usageError("--max-memory: `" + *maxMemory +
                                                           "` is not a size such as `512 MiB`"));
                }
                options->maxMemoryBytes = size->value;
            }
            return runRunCommand(*options, streams);
        };
    });
}

} // namespace fragscope
