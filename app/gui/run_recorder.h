#pragma once

#include "fragscope/event/event_hash.h"
#include "fragscope/record/run/recorder.h"
#include "fragscope/ui/engine/run.h"
#include "fragscope/view/metrics.h"

#include <memory>
#include <string>

namespace fragscope {

/// Records what the window shows. Folds metrics beside the recording, and ends the run in the file
/// when it is given up.
class RunRecorder : public Recording {
public:
    static Expected<std::unique_ptr<Recording>>
    create(const std::string& path, RunInfo info, const MachineShape& shape);

    RunRecorder(std::unique_ptr<Recorder> recorder, const MachineShape& shape);
    ~RunRecorder() override;

    void onEvent(const Event& event) override;
    [[nodiscard]] std::optional<Error> failure() const override;
    Expected<Done> finish() override;

private:
    std::unique_ptr<Recorder> recorder_;
    Metrics metrics_;
    EventHash hash_;
    std::uint64_t steps_ = 0;
    bool ended_ = false;    ///< the run
    bool finished_ = false; ///< the recording
};

} // namespace fragscope
