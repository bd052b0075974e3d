#include "gui/recorded_run.h"

#include "fragscope/record/run/run_address.h"
#include "fragscope/record/run/run_source.h"
#include "fragscope/scenario/scenario.h"

#include "commands/run_argument.h"
#include "commands/run_info.h"
#include "gui/machine_run.h"
#include <fmt/format.h>
#include <memory>

namespace fragscope {

namespace {

RunCaption captionOf(const RunRecord& record, const std::string& path, const Scenario* scenario) {
    RunCaption caption;
    caption.kind = RunKind::Recording;
    caption.path = path;
    caption.title =
        scenario != nullptr && !scenario->title.empty() ? scenario->title : record.info.name;
    caption.subtitle =
        fmt::format("run {}, seed {}, {}", record.number, record.info.seed, nameOf(record.status));
    caption.knownSteps = record.steps;
    if (scenario != nullptr) {
        caption.lessonText = scenario->explanation;
        caption.lessonQuestion = scenario->question;
    }
    if (record.status != RunStatus::Finished && record.status != RunStatus::Stopped) {
        caption.banner =
            fmt::format("This recording is not complete: {}.",
                        record.error.empty() ? std::string(nameOf(record.status)) : record.error);
    }
    return caption;
}

/// A run that is read back: the source brings its own bus.
RunFactory
readBack(const RunAddress& address, const MachineShape& shape, const RunCaption& caption) {
    return [address, shape, caption]() -> Expected<Run> {
        Expected<std::unique_ptr<RunSource>> opened = RunSource::open(address.file, address.run);
        if (!opened) {
            return opened.error();
        }
        const std::shared_ptr<RunSource> source = std::move(opened).value();
        Run run;
        run.owner = source;
        run.events = &source->bus();
        run.start = [&source = *source]() -> Expected<EventSource*> {
            return static_cast<EventSource*>(&source);
        };
        run.failure = [&source = *source] { return source.failure(); };
        run.shape = shape;
        run.caption = caption;
        return run;
    };
}

} // namespace

Expected<RecordedRun> openRecordedRun(const std::string& address) {
    const Expected<RunAddress> parsed = parseRunArgument(address);
    if (!parsed) {
        return parsed.error();
    }
    const RunAddress& place = parsed.value();
    Expected<RunFile> file = RunFile::open(place.file);
    if (!file) {
        return file.error();
    }
    Expected<RunRecord> record = file.value().run(place.run);
    if (!record) {
        return record.error();
    }
    const RunInfo& info = record->info;
    const Expected<Scenario> resolved = parseScenario(info.configText, address);
    if (!resolved) {
        return resolved.error();
    }
    const Expected<Scenario> lesson = parseScenario(info.scenarioText, address);
    RunCaption caption = captionOf(*record, address, lesson ? &lesson.value() : nullptr);
    caption.cpuHz = resolved->config.machine.cpuHz;
    caption.names = namesOf(resolved->config);
    const MachineShape shape = shapeOf(resolved->config);
    if (info.level == RecordLevel::Full) {
        const RunAddress exact{place.file, record->number};
        return RecordedRun{readBack(exact, shape, caption), info, shape};
    }
    if (info.behaviourVersion != behaviourVersion) {
        return badInput(fmt::format(
            "{} was recorded at level {} by a program that behaves otherwise (version {}, "
            "this one is {}): it can be neither read back nor executed again",
            address, nameOf(info.level), info.behaviourVersion, behaviourVersion));
    }
    caption.banner = fmt::format("Recorded at level {}: executed again from its configuration.",
                                 nameOf(info.level));
    return RecordedRun{machineRun(resolved->config, caption), info, shape};
}

} // namespace fragscope
