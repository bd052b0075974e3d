#pragma once

#include "fragscope/base/error.h"
#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"
#include "fragscope/view/explain.h"
#include "fragscope/view/timeline.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace fragscope {

/// A machine executes, a recording is read back; everything else about them is alike.
enum class RunKind : std::uint8_t { Machine, Recording };

/// What the window says about a run beside its events.
struct RunCaption {
    RunKind kind = RunKind::Machine;
    std::string title;    ///< "The concurrent move"
    std::string subtitle; ///< "entry E, seed 7"
    std::string path;     ///< of the scenario or the run file
    std::string banner;   ///< a caution shown with the run, e.g. "older program: metrics only"
    std::string lessonText;
    std::string lessonQuestion;
    Names names;                  ///< of the processes
    std::uint64_t cpuHz = 0;      ///< for display of microseconds; 0 = cycles only
    std::uint64_t knownSteps = 0; ///< length of a recording, 0 if not known beforehand
};

/// A run as the engine drives it. The engine attaches its timeline to `events`, then calls `start`,
/// which makes machine or recording (and may emit the events of the initial state at once) and
/// says where more events come from. `owner` keeps what `events` and the source belong to alive.
struct Run {
    std::shared_ptr<void> owner;
    EventBus* events = nullptr;
    std::function<Expected<EventSource*>()> start;

    /// Why the source ended before its time, if it did (a damaged recording). May be empty.
    std::function<std::optional<Error>()> failure;
    MachineShape shape;
    StepUnit unit = StepUnit::TaskStep;
    RunCaption caption;
};

/// Makes a run from its start; called on the engine's thread, again for each restart.
/// Deterministic: each call gives the same events.
using RunFactory = std::function<Expected<Run>()>;

/// A recording under way. Used by the engine's thread only.
class Recording : public EventSink {
public:
    /// Why recording has stopped, if it has (disk full). The run itself goes on.
    [[nodiscard]] virtual std::optional<Error> failure() const = 0;

    /// Saves what is still on its way, once; after a failure, its error.
    virtual Expected<Done> finish() = 0;
};

/// Begins a recording; called on the engine's thread.
using RecorderFactory = std::function<Expected<std::unique_ptr<Recording>>()>;

} // namespace fragscope
