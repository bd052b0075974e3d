#pragma once

#include "fragscope/machine/machine.h"
#include "fragscope/view/timeline.h"

#include <memory>

namespace fragscope::test {

inline MachineShape shapeOf(const RunConfig& config) {
    return {.frames = PageCount(config.machine.memory.value / pageBytes),
            .cpus = config.machine.cpus,
            .tlbSlots = config.machine.tlbSlots(),
            .ram = ramBetween(PageCount(config.machine.memory.value / pageBytes),
                              config.machine.holes)};
}

/// A machine with a timeline that has followed it from its creation.
struct LiveRun {
    explicit LiveRun(const RunConfig& config) : timeline(shapeOf(config)) {
        bus.attach(timeline, kindsOf(RecordLevel::Full));
        machine = Machine::create(config, bus).value().release();
        owner.reset(machine);
        timeline.setSource(*machine);
    }

    EventBus bus;
    Timeline timeline;
    std::unique_ptr<Machine> owner;
    Machine* machine = nullptr;
};

} // namespace fragscope::test
