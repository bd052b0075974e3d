#include "fragscope/base/text.h"
#include "fragscope/scenario/setting_builder.h"

#include <fmt/format.h>

/// Settings of the run as a whole, of the machine and of its cost model.
namespace fragscope {

namespace {

constexpr std::string_view holeForm = "SIZE @ ADDRESS, both whole 4 KiB pages (`64 KiB @ 1 MiB`)";

std::optional<std::uint64_t> parseAddress(std::string_view text) {
    if (const auto size = parseSize(text)) {
        return size->value;
    }
    return parseUnsigned(text);
}

std::optional<MemorySpan> parseHole(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const auto size = parseSize(trimBlanks(text.substr(0, at)));
    const auto start = parseAddress(trimBlanks(text.substr(at + 1)));
    if (!size || !start || size->value == 0 || (size->value | *start) % pageBytes != 0) {
        return std::nullopt;
    }
    return MemorySpan{PhysAddr(*start), *size};
}

std::string printHole(const MemorySpan& hole) {
    return fmt::format("{} @ {:#x}", text(hole.length), hole.start.value);
}

} // namespace

std::vector<Setting> runSettings() {
    using S = RunConfig;
    return {
        count("seed", &S::seed)
            .says("Seed of everything random; the same scenario and seed give the same events."),
        count("max_steps", &S::maxSteps)
            .word("none", 0)
            .says("The run ends after this many micro-steps."),
        flag("check", &S::check)
            .says("Keep the shadow copy and check the invariants after every step.",
                  "DEFRAG 1.2: invariants I1 to I8"),
    };
}

std::vector<Setting> machineSettings() {
    using S = MachineSettings;
    return {
        size("machine.memory", &S::memory)
            .between(kib(256).value, gib(16).value)
            .multipleOf(pageBytes)
            .says("Physical memory from address 0, holes included."),
        Row("machine.holes", &S::holes, holeForm, parseHole, printHole)
            .says("Ranges of physical addresses without memory: they read all ones and drop "
                  "writes."),
        count("machine.cpus", &S::cpus)
            .between(1, 16)
            .says("Number of CPUs, each with its own TLB and clock."),
        count("machine.tlb_sets", &S::tlbSets)
            .between(1, 1024)
            .says("Sets of each TLB; must be a power of two."),
        count("machine.tlb_ways", &S::tlbWays).between(1, 16).says("Entries in each set of a TLB."),
        choice("machine.tlb_replacement", &S::tlbReplacement)
            .says("Which entry of a full set of a TLB gives way."),
        count("machine.tlb2_sets", &S::tlb2Sets)
            .between(0, 4096)
            .says("Sets of the second-level TLB of each CPU; 0 = none, else a power of two."),
        count("machine.tlb2_ways", &S::tlb2Ways)
            .between(1, 16)
            .says("Entries in each set of the second-level TLB."),
        count("machine.structure_cache", &S::structureCache)
            .between(0, 64)
            .says("Entries of each paging-structure cache (PML4, PDPT and PD); 0 = none.",
                  "SDM vol. 3A, 4.10.3"),
        count("machine.store_buffer", &S::storeBuffer)
            .between(0, 64)
            .says("Stores that wait in each CPU before others can see them; 0 = visible at once.",
                  "SDM vol. 3A, 8.2.2"),
        choice("machine.translation", &S::translation)
            .says("What a TLB miss reads.", "seed 000: the memory map"),
        choice("machine.map_representation", &S::mapRepresentation)
            .says("How an entry of the memory map says where it leads; acts where translation is "
                  "`ranges`.",
                  "seed 000: atomic patch; DEFRAG 1.1; hazard: two-field or two-entry update"),
        choice("machine.schedule", &S::schedule).says("Which CPU makes the next micro-step."),
        cycles("machine.quantum", &S::quantumCycles)
            .between(1, 1ULL << 48)
            .says("Cycles that a task may run while others wait for the same CPU."),
        count("machine.cpu_hz", &S::cpuHz)
            .between(1, 1'000'000'000'000)
            .says("Turns cycles into microseconds, for display only."),
        flag("machine.kernel_uses_tlb", &S::kernelUsesTlb)
            .says("The kernel's accesses to its books of frames take TLB entries."),
    };
}

std::vector<Setting> costSettings() {
    using S = CostModel;
    return {
        cycles("cost.tlb_hit", &S::tlbHit).says("A load or store whose translation is cached."),
        cycles("cost.walk_reference", &S::walkReference)
            .says("One table entry read by the page walk."),
        cycles("cost.think", &S::think).says("Work of an application between two accesses."),
        cycles("cost.fault_entry", &S::faultEntry)
            .says("From the faulting access into the handler."),
        cycles("cost.fault_exit", &S::faultExit)
            .says("From the handler back to the faulting access."),
        cycles("cost.interrupt_send", &S::interruptSend)
            .says("Sending an interrupt to one other CPU."),
        cycles("cost.interrupt_latency", &S::interruptLatency)
            .says("From sending to the receiver's next instruction boundary."),
        cycles("cost.interrupt_handle", &S::interruptHandle)
            .says("Entry, dropping the translations and acknowledgement at the receiver."),
        cycles("cost.invalidate_page", &S::invalidatePage)
            .says("Dropping the translation of one page."),
        cycles("cost.copy_page", &S::copyPage).says("Copying 4 KiB.", "DEFRAG 1.5: B"),
        cycles("cost.fill_page", &S::fillPage).says("Clearing 4 KiB."),
        cycles("cost.kernel_store", &S::kernelStore)
            .says("One store to a map entry or a page-table entry."),
        cycles("cost.kernel_step", &S::kernelStep)
            .says("Any other micro-step of a kernel algorithm."),
        cycles("cost.wake_up", &S::wakeUp)
            .says("From a condition becoming true to the waiter running."),
        cycles("cost.swap_transfer", &S::swapTransfer)
            .says("A page to or from the swap device, or from a file."),
        cycles("cost.context_switch", &S::contextSwitch)
            .says("From one task to another on the same CPU."),
        cycles("cost.device_burst", &S::deviceBurst)
            .says("A device writes 4 KiB to memory, beside the CPUs."),
    };
}

} // namespace fragscope
