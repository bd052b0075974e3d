#pragma once

#include "fragscope/machine/machine.h"
#include "fragscope/view/timeline.h"
#include "fragscope/workload/heap/allocator_choice.h"

#include <memory>

namespace fragscope::test {

/// Of the processes that have an allocator.
inline std::vector<HeapShape> heapShapes(const RunConfig& config) {
    std::vector<HeapShape> heaps;
    for (std::size_t i = 0; i < config.processes.size(); ++i) {
        const ProcessSettings& process = config.processes[i];
        if (process.heap.kind == HeapKind::Allocator) {
            heaps.push_back({static_cast<std::uint32_t>(i + 1),
                             allocatorSettingsOf(process.heap, process.start).value()});
        }
    }
    return heaps;
}

inline MachineShape shapeOf(const RunConfig& config) {
    return {
        .frames = PageCount(config.machine.memory.value / pageBytes),
        .cpus = config.machine.cpus,
        .tlbSlots = config.machine.tlbSlots(),
        .ram = ramBetween(PageCount(config.machine.memory.value / pageBytes), config.machine.holes),
        .heaps = heapShapes(config)};
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
