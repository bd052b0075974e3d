#include "fragscope/machine/heap_setup.h"

#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/mark_sweeper.h"
#include "fragscope/workload/heap/scavenger.h"

#include <algorithm>

namespace fragscope {

namespace {

void startHelper(Machine::Parts& parts, ProcessHeap& heap) {
    const HeapSettings& settings = heap.settings();
    if (settings.scavenge == ScavengeTrigger::Never) {
        return;
    }
    const bool background = settings.scavenge == ScavengeTrigger::Background;
    TaskSpec spec{.process = heap.process().number,
                  .role = TaskRole::Application,
                  .cpu = settings.cpu,
                  .listing = background ? ListingId::Scavenger : ListingId::MemoryThread,
                  .background = background};
    parts.kernel.threadStarted(heap.process(), settings.cpu);
    if (background) {
        parts.scheduler.spawn(spec, runScavenger(heap));
        return;
    }
    heap.listen(parts.kernel.paging().lowMemory(), settings.scavenge == ScavengeTrigger::OnNotice);
    parts.scheduler.spawn(spec, runMemoryThread(heap));
}

bool marksPages(const ProcessSettings& process) {
    return process.heap.kind != HeapKind::None && process.heap.onFree == OnFree::Mark;
}

} // namespace

void makeHeaps(Machine::Parts& parts) {
    for (std::size_t i = 0; i < parts.config.processes.size(); ++i) {
        const HeapSettings& settings = parts.config.processes[i].heap;
        if (settings.kind != HeapKind::None) {
            Process& process = *parts.kernel.processes()[i];
            process.demandPaged = true;
            parts.heaps.emplace_back(parts.kernel, process, settings);
        }
    }
}

ProcessHeap* heapOf(Machine::Parts& parts, const Process& process) {
    for (ProcessHeap& heap : parts.heaps) {
        if (heap.process().number == process.number) {
            return &heap;
        }
    }
    return nullptr;
}

void startHeapTasks(Machine::Parts& parts) {
    for (ProcessHeap& heap : parts.heaps) {
        startHelper(parts, heap);
    }
    const auto& processes = parts.config.processes;
    if (std::any_of(processes.begin(), processes.end(), marksPages)) {
        const TaskSpec spec{.role = TaskRole::Kernel,
                            .cpu = parts.config.paging.sweepCpu,
                            .listing = ListingId::MarkSweeper,
                            .background = true};
        parts.sweeper.emplace(parts.kernel, conditionOf<&Machine::Parts::programsOver>(parts));
        parts.scheduler.spawn(spec, runMarkSweeper(*parts.sweeper));
    }
}

} // namespace fragscope
