#include "fragscope/record/run/run_source.h"

namespace fragscope {

Expected<std::unique_ptr<RunSource>> RunSource::open(const std::string& path,
                                                     std::optional<std::int64_t> run) {
    Expected<RunFile> file = RunFile::open(path);
    if (!file) {
        return file.error();
    }
    Expected<RunRecord> record = file.value().run(run);
    if (!record) {
        return record.error();
    }
    auto starts = file.value().blockStarts(record->number);
    if (!starts) {
        return starts.error();
    }
    return std::make_unique<RunSource>(std::move(file).value(), std::move(record).value(),
                                       std::move(starts).value());
}

RunSource::RunSource(RunFile file, RunRecord record, std::vector<std::uint64_t> blockStarts)
    : file_(std::move(file)), record_(std::move(record)), blockStarts_(std::move(blockStarts)) {}

bool RunSource::beginsStep(const Event& event) const {
    return record_.info.level != RecordLevel::Full || event.kind == EventKind::TaskStep;
}

/// The next event, not yet handed out; nullptr at the end or after damage.
const Event* RunSource::peek() {
    while (nextInBlock_ == block_.size()) {
        if (failure_ || nextBlock_ == blockStarts_.size()) {
            return nullptr;
        }
        auto loaded = file_.loadBlock(record_.number, blockStarts_[nextBlock_++]);
        if (!loaded) {
            failure_ = loaded.error();
            return nullptr;
        }
        block_ = std::move(loaded).value();
        nextInBlock_ = 0;
    }
    return &block_[nextInBlock_];
}

AdvanceEnd RunSource::advance(StopCondition* stop, std::uint64_t maxSteps) {
    const std::uint64_t first = steps_;
    bool reached = false;
    while (const Event* event = peek()) {
        if (beginsStep(*event)) {
            const std::uint64_t made = steps_ - first;
            if (made > 0 && (reached || made >= maxSteps)) {
                return reached ? AdvanceEnd::ConditionMet : AdvanceEnd::BudgetSpent;
            }
            ++steps_;
        }
        ++nextInBlock_;
        bus_.replay(*event);
        reached = (stop != nullptr && stop->reached(*event)) || reached;
    }
    return reached ? AdvanceEnd::ConditionMet : AdvanceEnd::Finished;
}

} // namespace fragscope
