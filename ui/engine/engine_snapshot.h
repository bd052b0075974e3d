#pragma once

#include "fragscope/base/error.h"
#include "fragscope/ui/engine/run.h"
#include "fragscope/view/snapshot.h"

#include <memory>
#include <optional>
#include <string>

namespace fragscope {

/// What the engine is doing.
enum class EnginePhase : std::uint8_t {
    Empty,   ///< no run is open
    Paused,  ///< waits for commands
    Playing, ///< makes steps at the chosen speed
    Working, ///< a long seek or run; can be cancelled
};

/// What the engine does and where its run stands. Immutable once published.
struct EngineSnapshot {
    std::uint64_t number = 0;    ///< of the publication, ascending
    std::uint64_t runNumber = 0; ///< changes when another run is opened or a run is started anew
    EnginePhase phase = EnginePhase::Empty;
    double progress = -1;       ///< 0 to 1 while Working, negative if not known
    std::string task;           ///< what is being worked on, for people
    std::string notice;         ///< what came of the last command, if that needs saying
    std::optional<Error> error; ///< of the last command, if it failed

    std::shared_ptr<const RunCaption> caption; ///< null if no run is open
    SnapshotRef moment;                        ///< null if no run is open
    std::uint64_t homeSeq = 0;  ///< where the run begins: seq of its first micro-step
    std::uint64_t allSteps = 0; ///< micro-steps known now, or the length of a recording
    bool recording = false;
};

using EngineSnapshotRef = std::shared_ptr<const EngineSnapshot>;

} // namespace fragscope
