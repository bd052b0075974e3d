#include "gui/machine_run.h"

#include "fragscope/machine/machine.h"

#include "commands/run_info.h"
#include <memory>
#include <utility>

namespace fragscope {

namespace {

/// Keeps a machine and its bus together; the bus outlives the machine.
struct LiveMachine {
    EventBus events;
    std::unique_ptr<Machine> machine;
};

Expected<EventSource*> start(LiveMachine& live, const RunConfig& config) {
    Expected<std::unique_ptr<Machine>> made = Machine::create(config, live.events);
    if (!made) {
        return made.error();
    }
    live.machine = std::move(made).value();
    return static_cast<EventSource*>(live.machine.get());
}

} // namespace

Names namesOf(const RunConfig& config) {
    Names names;
    for (std::size_t i = 0; i < config.processes.size(); ++i) {
        names.setProcess(static_cast<std::uint32_t>(i + 1), config.processes[i].name);
    }
    return names;
}

RunFactory machineRun(RunConfig config, RunCaption caption) {
    caption.kind = RunKind::Machine;
    caption.cpuHz = config.machine.cpuHz;
    caption.names = namesOf(config);
    return [config = std::move(config), caption = std::move(caption)]() -> Expected<Run> {
        auto live = std::make_shared<LiveMachine>();
        Run run;
        run.owner = live;
        run.events = &live->events;
        run.start = [&live = *live, config] { return start(live, config); };
        run.shape = shapeOf(config);
        run.caption = caption;
        return run;
    };
}

} // namespace fragscope
