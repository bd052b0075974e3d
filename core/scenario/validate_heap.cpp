#include "fragscope/alloc/allocators/allocators.h"
#include "fragscope/scenario/settings/heap_words.h"
#include "fragscope/scenario/validate_parts.h"
#include "fragscope/workload/heap/allocator_choice.h"

#include <fmt/format.h>
#include <set>

namespace fragscope {

namespace {

constexpr std::uint64_t largestBlock = 1ULL << 36;

/// What a process with a heap cannot have besides: its pool lies alone in its address space.
void checkAlone(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ProcessSettings& process = config.processes[item];
    if (!process.blocks.empty() || demandSize(process).value != 0) {
        issues.add("process.heap", item,
                   "a process with a heap has no other memory: leave out blocks, reserve and file");
    }
    const bool uses = process.pattern == Pattern::Script || !process.trace.empty();
    if (process.cpus.size() != 1 || !uses) {
        issues.add("process.heap", item,
                   "the heap is used by one thread with pattern = `script` or a trace");
    }
    for (std::size_t i = 0; i < process.script.size(); ++i) {
        const Verb verb = process.script[i].verb;
        if (verb == Verb::Reserve || verb == Verb::Convert || verb == Verb::Unmap ||
            verb == Verb::Fork) {
            issues.add(
                "process.script", item, i,
                "the pages of a process with a heap are the heap's to reserve and give back");
        }
    }
    if (process.heap.cpu >= config.machine.cpus) {
        issues.add("process.scavenge_cpu", item, noSuchCpu(process.heap.cpu, config.machine.cpus));
    }
}

/// What goes with what.
/// Two for the state of the page, one for each mark (kernel/paging/page_marks.h).
constexpr std::uint64_t markBits = 4;

void checkChoices(const RunConfig& config, std::size_t item, IssueList& issues) {
    const HeapSettings& heap = config.processes[item].heap;
    const bool leavesFrames = heap.onFree == OnFree::Leak || heap.onFree == OnFree::Mark;
    if (heap.layers == HeapLayers::Two && heap.onFree != OnFree::Unmap &&
        heap.onFree != OnFree::Leak) {
        issues.add("process.on_free", item,
                   "with two layers a freed block is an area that goes back: `unmap` or `leak`");
    }
    if (leavesFrames && config.paging.replacement != PageReplacement::None) {
        issues.add("process.on_free", item,
                   "`leak` and `mark` need paging.replacement = `none`: an entry that changes when "
                   "its page leaves would lose the mark");
    }
    if (leavesFrames && config.paging.entryBits < markBits) {
        issues.add("paging.entry_bits",
                   fmt::format("`leak` and `mark` keep their marks in bits of the entry: at least "
                               "{} are needed",
                               markBits));
    }
    const bool waits = heap.scavenge == ScavengeTrigger::AtExhaustion ||
                       heap.scavenge == ScavengeTrigger::OnNotice || heap.onFree == OnFree::Mark;
    if (waits && config.paging.handler != DemandHandler::Checking) {
        issues.add("paging.handler", "`quick-and-dumb` asks nobody for frames: it needs "
                                     "scavenge = `never` or `background`, and no marks");
    }
    if (heap.scavenge == ScavengeTrigger::OnNotice && config.paging.lowWatermark == 0) {
        issues.add("process.scavenge", item, "`on-notice` needs a paging.low_watermark");
    }
}

/// The settings of the allocator, and what it cannot do.
void checkAllocator(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ProcessSettings& process = config.processes[item];
    const HeapSettings& heap = process.heap;
    if (heap.kind != HeapKind::Allocator) {
        if (!heap.allocatorSettings.empty()) {
            issues.add("process.allocator_settings", item,
                       "they are those of process.heap = `allocator`");
        }
        return;
    }
    if (const auto settings = allocatorSettingsOf(heap, process.start); !settings) {
        const Error& error = settings.error();
        if (error.column != 0) {
            issues.add("process.allocator_settings", item, error.column - 1, error.reason);
        } else {
            issues.add("process.allocator_settings", item, error.reason);
        }
    } else if (memoryPlan(*settings).heapStart != process.start.value) {
        issues.add("process.start", item,
                   "the allocator needs a heap that begins at a multiple of its page size");
    }
    if (heap.layers != HeapLayers::Three || heap.onFree == OnFree::Unmap ||
        heap.onFree == OnFree::Leak) {
        issues.add("process.on_free", item,
                   "an allocator decides itself when its heap shrinks: `keep`, `convert` or "
                   "`mark`, and three layers");
    }
    if (heap.poolStep.value != pageBytes) {
        issues.add("process.pool_step", item,
                   "an allocator says itself by how much its heap grows: leave it at 4 KiB");
    }
}

/// A block must have been asked for before it is used.
void checkWords(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ProcessSettings& process = config.processes[item];
    std::set<std::string_view> known;
    for (std::size_t i = 0; i < process.script.size(); ++i) {
        const ScriptedAccess& element = process.script[i];
        if (!usesHeap(element.verb)) {
            continue;
        }
        if (process.heap.kind == HeapKind::None) {
            issues.add("process.script", item, i, "the process has no heap: set process.heap");
            return;
        }
        if (element.verb == Verb::Malloc || element.verb == Verb::Cache) {
            known.insert(element.other);
        } else if (!element.other.empty() && !known.contains(element.other)) {
            issues.add("process.script", item, i,
                       fmt::format("no `malloc` or `cache` before names `{}`", element.other));
        }
        if (element.size.value > largestBlock) {
            issues.add("process.script", item, i, "a block has at most 64 GiB");
        }
    }
}

} // namespace

bool hasHeap(const ProcessSettings& process) {
    return process.heap.kind != HeapKind::None;
}

void checkHeaps(const RunConfig& config, IssueList& issues) {
    for (std::size_t item = 0; item < config.processes.size(); ++item) {
        checkWords(config, item, issues);
        if (hasHeap(config.processes[item])) {
            checkAlone(config, item, issues);
            checkChoices(config, item, issues);
            checkAllocator(config, item, issues);
        }
    }
    if (config.paging.sweepCpu >= config.machine.cpus) {
        issues.add("paging.sweep_cpu", noSuchCpu(config.paging.sweepCpu, config.machine.cpus));
    }
}

} // namespace fragscope
