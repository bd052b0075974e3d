#pragma once

#include "gui/machine_run.h"

namespace fragscope::test {

/// A machine of 2 MiB whose mover joins two blocks of a running program, with a neighbour that ends
/// and so makes room. Small enough to run to its end in some milliseconds.
inline RunConfig smallMachine() {
    RunConfig config;
    config.seed = 7;
    config.machine.memory = mib(2);
    config.mover.transferBlock = kib(32);
    ProcessSettings program;
    program.name = "program";
    program.blocks = {{kib(256), 96}, {kib(128), 320}};
    program.accesses = 1500;
    ProcessSettings neighbour;
    neighbour.name = "neighbour";
    neighbour.blocks = {{kib(256), 160}};
    neighbour.cpus.clear();
    neighbour.exitAtCycles = 20'000;
    config.processes = {program, neighbour};
    return config;
}

/// The same with a deliberate mistake: translations are never shot down, so that writes are lost.
inline RunConfig machineWithoutShootdown() {
    RunConfig config = smallMachine();
    config.mover.shootdown = ShootdownMode::None;
    return config;
}

/// The same with a thread on each of four processors.
inline RunConfig machineOfFourThreads() {
    RunConfig config = machineWithoutShootdown();
    config.machine.cpus = 5;
    config.processes.front().cpus = {1, 2, 3, 4};
    return config;
}

inline RunFactory runOf(const RunConfig& config) {
    RunCaption caption;
    caption.title = "The concurrent move";
    caption.subtitle = "seed 7";
    caption.lessonText =
        "A program uses its memory while the mover joins its two blocks. The mover takes the next "
        "transfer block of **A** out of the map: entry **E** covers it. An access to it waits, but "
        "only until *this* block is done.";
    caption.lessonQuestion = "Halve the transfer block. What happens to the longest wait?";
    return machineRun(config, caption);
}

} // namespace fragscope::test
