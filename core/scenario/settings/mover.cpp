#include "fragscope/scenario/preset.h"
#include "fragscope/scenario/setting_builder.h"

/// Settings of the mover: when it starts, what it takes first, and the hazards, each with its safe
/// value as default.
namespace fragscope {

namespace {

std::vector<Setting> moverQuantities() {
    using S = MoverSettings;
    return {
        choice("mover.algorithm", &S::algorithm)
            .says("How a block is moved while its process runs.",
                  "seed 000: naive solution and entry E"),
        count("mover.cpu", &S::cpu)
            .between(0, 15)
            .says("CPU that the mover runs on: one of its own, or one shared with an application.",
                  "DEFRAG 1.3: mover loses its CPU inside the window"),
        size("mover.transfer_block", &S::transferBlock)
            .between(pageBytes, gib(16).value)
            .multipleOf(pageBytes)
            .word("auto", 0)
            .says("How much is moved at a time. `auto` takes the largest number of pages that "
                  "keeps a wait below mover.wait_limit.",
                  "seed 000: transfer block size; DEFRAG 1.5"),
        cycles("mover.wait_limit", &S::waitLimitCycles)
            .says("Longest wait of one access that transfer_block = `auto` aims at.",
                  "DEFRAG 1.5: W"),
        flag("mover.start_on_command", &S::startOnCommand)
            .says("The mover starts at the script action `start-mover`."),
        flag("mover.start_on_frames_freed", &S::startOnFramesFreed)
            .says("The mover starts as soon as the frames behind a block become free.",
                  "seed 000: enough free space behind the old block"),
        cycles("mover.start_period", &S::startPeriodCycles)
            .word("never", 0)
            .says("The mover also starts each time this many cycles have passed."),
        choice("mover.candidates", &S::candidates)
            .says("Which block is moved first if several could be."),
        choice("mover.old_frames", &S::oldFrames)
            .says("When the old frames are given back.", "DEFRAG 1.5: peak memory"),
    };
}

std::vector<Setting> moverHazards() {
    using S = MoverSettings;
    return {
        choice("mover.death", &S::death)
            .says("What happens if the mover ends in the middle of a transfer block.",
                  "DEFRAG 1.3: mover dies"),
        choice("mover.system_call", &S::systemCall)
            .says("What the kernel does if the buffer of a system call touches entry E.",
                  "DEFRAG 1.3: kernel touches E"),
        choice("mover.shootdown", &S::shootdown)
            .says("How other CPUs are made to drop translations of the transfer block.",
                  "DEFRAG 1.3: stale TLB entry; not in seed 000"),
        choice("mover.handler", &S::handler)
            .says("What the violation handler does if the address is not in entry E.",
                  "seed 000; DEFRAG 1.3: handler looks at E after the move went on"),
        choice("mover.wait", &S::wait)
            .says("What the handler waits for.",
                  "seed 000; DEFRAG 1.3: handler arms its wait after the check"),
        choice("mover.order", &S::order)
            .says("Whether the transfer block leaves the map before or after its copy.",
                  "seed 000; DEFRAG 1.3: copy before the entry moves"),
        choice("mover.wait_interrupts", &S::waitInterrupts)
            .says("Whether a waiting handler takes interrupts.",
                  "DEFRAG 1.3: handler waits with interrupts off"),
        choice("mover.preempt_in_window", &S::preemptInWindow)
            .says("Whether the mover may lose its CPU while entry E is not empty.",
                  "DEFRAG 1.3: mover loses its CPU inside the window"),
        choice("mover.pte_clear", &S::pteClear)
            .says("How a page-table entry is cleared.", "DEFRAG 1.3: PTE cleared by plain store"),
        choice("mover.owners_covered", &S::ownersCovered)
            .says("Whose maps get entry E when several processes have the block.",
                  "seed 004: list of owners; DEFRAG 1.3: two processes map the block"),
        choice("mover.pinned", &S::pinned)
            .says("What happens to a block with a locked frame.",
                  "DEFRAG 1.3: DMA to the old frames"),
    };
}

} // namespace

std::vector<Setting> moverSettings() {
    std::vector<Setting> all;
    all.push_back(presetSetting());
    for (Setting& setting : moverQuantities()) {
        all.push_back(std::move(setting));
    }
    for (Setting& setting : moverHazards()) {
        all.push_back(std::move(setting));
    }
    return all;
}

} // namespace fragscope
