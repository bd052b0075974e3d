#include "commands/run_session.h"

#include "fragscope/record/export/metric_export.h"

#include "commands/run_info.h"
#include "commands/run_limits.h"
#include <filesystem>

namespace fragscope {

namespace {

/// Micro-steps between two looks at limits and signals: well below a millisecond each.
constexpr std::uint64_t sliceSteps = 4096;

std::string inFolder(const std::string& folder, const char* name) {
    return (std::filesystem::path(folder) / name).string();
}

RunStatus statusOf(RunEnd end) {
    return end == RunEnd::Finished ? RunStatus::Finished : RunStatus::Stopped;
}

template <class T> void collect(std::vector<Error>& errors, const Expected<T>& result) {
    if (!result) {
        errors.push_back(result.error());
    }
}

} // namespace

std::string_view nameOf(RunEnd end) {
    switch (end) {
    case RunEnd::Finished:
        return "finished";
    case RunEnd::ConditionMet:
        return "condition met";
    case RunEnd::LimitSteps:
        return "limit of steps reached";
    case RunEnd::LimitTime:
        return "limit of time reached";
    case RunEnd::LimitMemory:
        return "limit of memory reached";
    case RunEnd::Interrupted:
        return "interrupted";
    }
    return {};
}

RunSession::RunSession(Scenario scenario, RunOptions options, std::optional<EventCondition> until)
    : scenario_(std::move(scenario)), options_(std::move(options)), until_(std::move(until)),
      info_(runInfoOf(scenario_, scenario_.config, options_.level, options_.set)),
      metrics_(shapeOf(scenario_.config)) {}

RunSession::~RunSession() = default;

Expected<Done> RunSession::open() {
    if (!options_.csv.empty()) {
        std::error_code problem;
        std::filesystem::create_directories(options_.csv, problem);
        if (problem) {
            return systemRefused(options_.csv, "cannot make this folder: " + problem.message());
        }
    }
    const KindSet structure = kindsOf(RecordLevel::Structure);
    bus_.attach(metrics_, structure);
    bus_.attach(counts_, structure);
    if (auto opened = openRecording(); !opened) {
        return opened;
    }
    if (auto opened = openEventTable(); !opened) {
        return opened;
    }
    auto machine = Machine::create(scenario_.config, bus_);
    if (!machine) {
        Error error = machine.error();
        error.file = error.file.empty() ? scenario_.file : error.file;
        return error;
    }
    machine_ = std::move(machine).value();
    return Done{};
}

Expected<Done> RunSession::openRecording() {
    if (options_.record.empty()) {
        return Done{};
    }
    auto recorder = Recorder::create(options_.record, info_);
    if (!recorder) {
        return recorder.error();
    }
    recorder_ = std::move(recorder).value();
    bus_.attach(*recorder_, Recorder::kinds(options_.level));
    return Done{};
}

Expected<Done> RunSession::openEventTable() {
    if (options_.csv.empty() || !options_.csvEvents) {
        return Done{};
    }
    auto table = EventExport::create(inFolder(options_.csv, "events.csv"), EventExportOptions{});
    if (!table) {
        return table.error();
    }
    eventTable_ = std::move(table).value();
    bus_.attach(*eventTable_, kindsOf(options_.level));
    return Done{};
}

std::uint64_t RunSession::nextSlice() const {
    if (until_ && until_->stepTarget()) {
        const std::uint64_t target = *until_->stepTarget();
        return std::min(sliceSteps, target - std::min(target, machine_->steps()));
    }
    return sliceSteps;
}

RunEnd RunSession::advance(const std::atomic<bool>& stop, CommandStreams& streams) {
    StopCondition* condition = until_ && !until_->stepTarget() ? &*until_ : nullptr;
    RunLimits limits(options_, streams);
    for (;;) {
        const std::uint64_t slice = nextSlice();
        if (slice == 0) {
            return RunEnd::ConditionMet;
        }
        const AdvanceEnd end = machine_->advance(condition, slice);
        limits.show(machine_->steps(), machine_->timeCycles());
        if (end == AdvanceEnd::Finished) {
            return machine_->endRule() == Rule::LimitSteps ? RunEnd::LimitSteps : RunEnd::Finished;
        }
        if (end == AdvanceEnd::ConditionMet) {
            return RunEnd::ConditionMet;
        }
        if (stop) {
            return RunEnd::Interrupted;
        }
        if (const auto reached = limits.reached()) {
            return *reached;
        }
    }
}

std::vector<Error> RunSession::finish(RunEnd end) {
    std::vector<Error> errors;
    if (recorder_) {
        RunOutcome outcome;
        outcome.status = statusOf(end);
        outcome.steps = machine_->steps();
        outcome.finals = metrics_.current();
        outcome.series = metrics_.series();
        outcome.pauses = metrics_.waits().buckets();
        outcome.streamHash = machine_->eventHash();
        outcome.stateHash = machine_->stateHash();
        collect(errors, recorder_->finish(outcome));
        recording_ = recorder_->summary();
    }
    for (Error& error : writeTables()) {
        errors.push_back(std::move(error));
    }
    return errors;
}

std::vector<Error> RunSession::writeTables() {
    std::vector<Error> errors;
    if (options_.csv.empty()) {
        return errors;
    }
    collect(errors, exportMetrics(inFolder(options_.csv, "metrics.csv"), info_, metrics_.series(),
                                  MetricShape::Long));
    collect(errors,
            exportSummary(inFolder(options_.csv, "summary.csv"), info_, metrics_.current()));
    collect(errors,
            exportPauses(inFolder(options_.csv, "pauses.csv"), info_, metrics_.waits().buckets()));
    if (eventTable_) {
        collect(errors, eventTable_->finish(info_));
    }
    return errors;
}

} // namespace fragscope
