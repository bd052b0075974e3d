#pragma once

#include "fragscope/hardware/cost_model.h"
#include "fragscope/hardware/paging/mmu.h"
#include "fragscope/task/scheduler.h"

#include <vector>

namespace fragscope {

/// What the kernel runs on; all parts outlive it and belong to the machine.
struct Board {
    EventBus& events;
    PhysicalMemory& memory;
    Mmu& mmu;
    std::vector<Cpu>& cpus;
    Scheduler& scheduler;
    const CostModel& cost;
};

} // namespace fragscope
