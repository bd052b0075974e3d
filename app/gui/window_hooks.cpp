#include "gui/window_hooks.h"

#include "fragscope/machine/listings.h"
#include "fragscope/record/export/event_export.h"
#include "fragscope/record/export/metric_export.h"
#include "fragscope/record/run/run_address.h"
#include "fragscope/scenario/scenario.h"

#include "commands/run_info.h"
#include "commands/scenario_folder.h"
#include "gui/machine_run.h"
#include "gui/recorded_run.h"
#include "gui/run_recorder.h"
#include <fmt/format.h>
#include <fstream>
#include <utility>

namespace fragscope {

namespace {

bool isDatabase(const std::string& path) {
    std::ifstream file(parseRunAddress(path).file, std::ios::binary);
    std::string head(15, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    return head == "SQLite format 3";
}

RunCaption captionOf(const Scenario& scenario, const std::string& path) {
    RunCaption caption;
    caption.title = scenario.title.empty() ? scenario.name : scenario.title;
    caption.subtitle = fmt::format("seed {}", scenario.config.seed);
    caption.path = path;
    caption.lessonText = scenario.explanation;
    caption.lessonQuestion = scenario.question;
    return caption;
}

/// All tables of a run up to a moment, into a folder.
Expected<Done>
exportTables(const RunInfo& info, const Snapshot& moment, const std::string& folder) {
    const auto path = [&](const char* name) { return folder + "/" + name; };
    if (const auto wrote =
            exportMetrics(path("metrics.csv"), info, *moment.series, MetricShape::Wide);
        !wrote) {
        return wrote.error();
    }
    if (const auto wrote = exportSummary(path("summary.csv"), info, moment.latest); !wrote) {
        return wrote.error();
    }
    if (const auto wrote = exportPauses(path("pauses.csv"), info, moment.waits->buckets());
        !wrote) {
        return wrote.error();
    }
    Expected<std::unique_ptr<EventExport>> events =
        EventExport::create(path("events.csv"), EventExportOptions{});
    if (!events) {
        return events.error();
    }
    for (std::uint64_t seq = moment.log.firstSeq(); seq < moment.log.endSeq(); ++seq) {
        events.value()->onEvent(moment.log.at(seq));
    }
    if (const auto wrote = events.value()->finish(info); !wrote) {
        return wrote.error();
    }
    return Done{};
}

} // namespace

std::string programVersion() {
    return FRAGSCOPE_VERSION;
}

Expected<RunFactory> RunOpener::open(const std::string& path) {
    return isDatabase(path) ? openRun(path) : openScenario(path);
}

Expected<RunFactory> RunOpener::openScenario(const std::string& path) {
    const Expected<std::string> file = findScenario(path);
    if (!file) {
        return file.error();
    }
    const Expected<Scenario> scenario = loadScenario(*file);
    if (!scenario) {
        return scenario.error();
    }
    known_[path] = {runInfoOf(*scenario, scenario->config, RecordLevel::Full),
                    fragscope::shapeOf(scenario->config)};
    return machineRun(scenario->config, captionOf(*scenario, path));
}

Expected<RunFactory> RunOpener::openRun(const std::string& path) {
    Expected<RecordedRun> run = openRecordedRun(path);
    if (!run) {
        return run.error();
    }
    known_[path] = {run->info, run->shape};
    return std::move(run).value().factory;
}

RunInfo RunOpener::infoOf(const std::string& path) const {
    const auto found = known_.find(path);
    return found == known_.end() ? RunInfo{} : found->second.info;
}

MachineShape RunOpener::shapeOf(const std::string& path) const {
    const auto found = known_.find(path);
    return found == known_.end() ? MachineShape{} : found->second.shape;
}

Hooks windowHooks(const std::shared_ptr<RunOpener>& opener) {
    Hooks hooks;
    hooks.open = [opener](const std::string& path) { return opener->open(path); };
    hooks.record = [opener](const RunCaption& run, const std::string& path) -> RecorderFactory {
        return [path, info = opener->infoOf(run.path), shape = opener->shapeOf(run.path)] {
            return RunRecorder::create(path, info, shape);
        };
    };
    hooks.exportCsv = [opener](const RunCaption& run, const SnapshotRef& moment,
                               const std::string& folder) -> Hooks::Job {
        return [info = opener->infoOf(run.path), moment, folder] {
            return exportTables(info, *moment, folder);
        };
    };
    hooks.listings = allListings();
    hooks.version = programVersion();
    return hooks;
}

} // namespace fragscope
