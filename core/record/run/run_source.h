#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"
#include "fragscope/record/run/run_file.h"

#include <memory>
#include <optional>
#include <vector>

namespace fragscope {

/// A recorded run as a source of events: whoever follows a machine can follow it instead. Attach
/// sinks to bus(). Events keep their recorded seq, time and place; each block is verified before
/// its first event is handed out, so that nothing damaged is ever shown. A micro-step is a TaskStep
/// event and all that follows up to the next one. What comes before the first TaskStep belongs to
/// the first micro-step. A run recorded below level Full has no TaskStep events: there each event
/// counts as one.
class RunSource : public EventSource {
public:
    /// Without a number the newest run of the file.
    static Expected<std::unique_ptr<RunSource>> open(const std::string& path,
                                                     std::optional<std::int64_t> run);

    RunSource(RunFile file, RunRecord record, std::vector<std::uint64_t> blockStarts);

    AdvanceEnd advance(StopCondition* stop, std::uint64_t maxSteps) override;

    [[nodiscard]] std::uint64_t steps() const override { return steps_; }

    EventBus& bus() { return bus_; }

    [[nodiscard]] const RunRecord& record() const { return record_; }

    RunFile& file() { return file_; }

    /// Damage that ended the replay early; advance() then says Finished.
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

private:
    const Event* peek();
    [[nodiscard]] bool beginsStep(const Event& event) const;

    RunFile file_;
    RunRecord record_;
    std::vector<std::uint64_t> blockStarts_;
    std::size_t nextBlock_ = 0;
    std::vector<Event> block_;
    std::size_t nextInBlock_ = 0;
    EventBus bus_;
    std::uint64_t steps_ = 0;
    std::optional<Error> failure_;
};

} // namespace fragscope
