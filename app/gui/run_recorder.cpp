#include "gui/run_recorder.h"

#include "fragscope/event/event_kind.h"

#include <utility>

namespace fragscope {

Expected<std::unique_ptr<Recording>>
RunRecorder::create(const std::string& path, RunInfo info, const MachineShape& shape) {
    info.level = RecordLevel::Full;
    Expected<std::unique_ptr<Recorder>> made = Recorder::create(path, info);
    if (!made) {
        return made.error();
    }
    return std::unique_ptr<Recording>(
        std::make_unique<RunRecorder>(std::move(made).value(), shape));
}

RunRecorder::RunRecorder(std::unique_ptr<Recorder> recorder, const MachineShape& shape)
    : recorder_(std::move(recorder)), metrics_(shape) {}

RunRecorder::~RunRecorder() {
    (void)finish(); // what was saved stays saved, and the file says how far
}

Expected<Done> RunRecorder::finish() {
    if (std::exchange(finished_, true)) {
        return Done{};
    }
    RunOutcome outcome;
    outcome.status = ended_ ? RunStatus::Finished : RunStatus::Stopped;
    outcome.steps = steps_;
    outcome.finals = metrics_.current();
    outcome.series = metrics_.series();
    outcome.pauses = metrics_.waits().buckets();
    outcome.streamHash = hash_.value();
    const Expected<RunSummary> saved = recorder_->finish(outcome);
    if (!saved) {
        return saved.error();
    }
    return Done{};
}

std::optional<Error> RunRecorder::failure() const {
    return recorder_->failure();
}

void RunRecorder::onEvent(const Event& event) {
    recorder_->onEvent(event);
    metrics_.onEvent(event);
    if (EventHash::kinds().test(static_cast<std::size_t>(event.kind))) {
        hash_.onEvent(event);
    }
    steps_ += event.kind == EventKind::TaskStep ? 1 : 0;
    ended_ = ended_ || event.kind == EventKind::RunEnded;
}

} // namespace fragscope
