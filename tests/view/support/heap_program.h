#pragma once

#include "fragscope/machine/machine.h"

namespace fragscope::test {

/// A process on a heap by an allocator, which replays a generated trace.
inline ProcessSettings
heapProcess(AllocatorKind allocator, std::vector<std::string> settings, std::uint32_t cpu = 0) {
    ProcessSettings process;
    process.name = std::string(allocatorInfo(allocator).name);
    process.blocks.clear();
    process.cpus = {cpu};
    process.trace = "generate:random,ops=200,live=40,min=1200,max=4000,sizes=uniform";
    process.heap.kind = HeapKind::Allocator;
    process.heap.allocator = allocator;
    process.heap.allocatorSettings = std::move(settings);
    return process;
}

/// The same trace on each of these heaps, a CPU each.
inline RunConfig heapProgram(std::vector<ProcessSettings> processes) {
    RunConfig config;
    config.machine.memory = mib(8);
    config.machine.cpus = static_cast<std::uint32_t>(processes.size());
    config.mover.algorithm = MoverAlgorithm::None;
    config.processes = std::move(processes);
    return config;
}

} // namespace fragscope::test
