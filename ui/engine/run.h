#pragma once

#include "fragscope/base/error.h"
#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"
#include "fragscope/view/replica.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fragscope {

/// A machine executes, a recording is read back; everything else about them is alike.
enum class RunKind : std::uint8_t { Machine, Recording };

/// What the window says about a run beside its events.
struct RunInfo {
    RunKind kind = RunKind::Machine;
    std::string title;    ///< "The concurrent move"
    std::string subtitle; ///< "entry E, seed 7"
    std::string path;     ///< of the scenario or the run file
    std::string banner;   ///< a caution shown with the run, e.g. "older program: metrics only"
    std::string lessonText;
    std::string lessonQuestion;
    std::vector<std::string> processNames; ///< by process number; [0] is not used
    std::uint64_t cpuHz = 0;               ///< for display of microseconds; 0 = cycles only
    std::uint64_t knownSteps = 0;          ///< length of a recording, 0 if not known beforehand
};

/// A run as the engine drives it: who makes the events and what the replica must know beforehand.
/// `owner` keeps machine or recording alive; `events` and `source` point into it.
struct Run {
    std::shared_ptr<void> owner;
    EventBus* events = nullptr;
    EventSource* source = nullptr;
    MachineShape shape;
    RunInfo info;
};

/// Makes a run from its start; called on the engine's thread, again for each restart.
/// Deterministic: each call gives the same events.
using RunFactory = std::function<Expected<Run>()>;

/// Makes a sink that records the run; called on the engine's thread.
using RecorderFactory = std::function<Expected<std::unique_ptr<EventSink>>()>;

} // namespace fragscope
