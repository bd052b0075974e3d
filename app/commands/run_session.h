#pragma once

#include "fragscope/machine/machine.h"
#include "fragscope/record/export/event_export.h"
#include "fragscope/record/run/recorder.h"
#include "fragscope/scenario/condition.h"
#include "fragscope/scenario/scenario.h"

#include "commands/run_options.h"
#include "commands/streams.h"
#include <atomic>

namespace fragscope {

/// Why `run` stopped advancing.
enum class RunEnd : std::uint8_t {
    Finished,
    ConditionMet,
    LimitSteps,
    LimitTime,
    LimitMemory,
    Interrupted
};

std::string_view nameOf(RunEnd end); ///< "finished", "condition met", "limit of steps", ...

/// A machine with everything that follows it in one run of the command line.
class RunSession {
public:
    RunSession(Scenario scenario, RunOptions options, std::optional<EventCondition> until);
    ~RunSession();

    RunSession(const RunSession&) = delete;
    RunSession& operator=(const RunSession&) = delete;

    /// Opens what is written and builds the machine.
    Expected<Done> open();

    /// Goes on until the end, the condition, a limit or `stop`.
    RunEnd advance(const std::atomic<bool>& stop, CommandStreams& streams);

    /// Ends the recording and writes the tables. All errors, what could be written is kept.
    std::vector<Error> finish(RunEnd end);

    [[nodiscard]] const Scenario& scenario() const { return scenario_; }

    [[nodiscard]] const RunOptions& options() const { return options_; }

    [[nodiscard]] const RunInfo& info() const { return info_; }

    [[nodiscard]] const Machine& machine() const { return *machine_; }

    [[nodiscard]] const Metrics& metrics() const { return metrics_; }

    [[nodiscard]] const EventCounts& counts() const { return counts_; }

    [[nodiscard]] const std::optional<RunSummary>& recording() const { return recording_; }

private:
    Expected<Done> openRecording();
    Expected<Done> openEventTable();
    std::vector<Error> writeTables();
    [[nodiscard]] std::uint64_t nextSlice() const;

    Scenario scenario_;
    RunOptions options_;
    std::optional<EventCondition> until_;
    RunInfo info_;
    EventBus bus_;
    Metrics metrics_;
    EventCounts counts_;
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<EventExport> eventTable_;
    std::unique_ptr<Machine> machine_;
    std::optional<RunSummary> recording_;
};

} // namespace fragscope
