#include "fragscope/scenario/validate_parts.h"

#include <bit>
#include <fmt/format.h>

/// What must hold between the settings of segments and all others.
namespace fragscope {

namespace {

void checkHeapDesign(const SegmentMemorySettings& segments, IssueList& issues) {
    if (!std::has_single_bit(segments.heap.alignment.value)) {
        issues.add("segments.alignment",
                   fmt::format("{} is not a power of two", segments.heap.alignment.value));
    }
    if (segments.heap.rounding == SegmentRounding::Sizes && segments.heap.sizes.empty()) {
        issues.add("segments.sizes", "rounding = `sizes` needs a list of sizes");
    }
    if (!std::is_sorted(segments.heap.sizes.begin(), segments.heap.sizes.end())) {
        issues.add("segments.sizes", "the sizes must ascend");
    }
}

/// What the designs that segments are compared with need, and cannot do.
void checkBaselines(const RunConfig& config, IssueList& issues) {
    const SegmentPlacement placement = config.segments.heap.placement;
    const bool design =
        placement == SegmentPlacement::QuickFit || placement == SegmentPlacement::Top;
    const bool physical = config.segments.addresses == SegmentAddresses::Physical;
    if ((!design || physical) && config.compaction.trigger != CompactionTrigger::None) {
        issues.add("compaction.trigger",
                   "only the placements quick-fit and top are compacted, and only where addresses "
                   "are virtual: set trigger = `none`");
    }
    if (physical && placement == SegmentPlacement::Paged) {
        issues.add("segments.addresses", "plain paging needs addresses = `virtual`");
    }
    for (std::size_t item = 0; item < config.processes.size(); ++item) {
        const ProcessSettings& process = config.processes[item];
        if (process.segments.promote && process.pattern == Pattern::Checkerboard &&
            placement != SegmentPlacement::Paged) {
            issues.add("process.promote", item,
                       "large pages are made of small ones where segments.placement = `paged`");
        }
    }
}

void checkMachine(const RunConfig& config, IssueList& issues) {
    if (config.machine.translation != TranslationMode::Paging) {
        issues.add("segments.placement",
                   "segments need machine.translation = `paging`: the list of ranges of the other "
                   "machine is the map of a single area");
    }
    if (config.paging.needsSideTables()) {
        issues.add("segments.placement",
                   "segments need entries that say all: paging.replacement = `none`, entry_bits = "
                   "10 and absent_states = true");
    }
    const ByteCount memory = config.machine.memory;
    const ByteCount kernel = config.segments.kernelMemory;
    if (kernel >= memory && config.segments.heap.placement != SegmentPlacement::Paged) {
        issues.add("segments.kernel_memory", "nothing would be left for the segment heap");
    }
    const bool moves = config.compaction.trigger != CompactionTrigger::None;
    if (moves && config.mover.algorithm == MoverAlgorithm::None) {
        issues.add("compaction.trigger",
                   "compaction needs a mover that carries the segments: set mover.algorithm, or "
                   "trigger = `none`");
    }
    if (config.compaction.cpu >= config.machine.cpus) {
        issues.add("compaction.cpu", noSuchCpu(config.compaction.cpu, config.machine.cpus));
    }
    if (!config.script.empty()) {
        const auto found =
            std::find_if(config.script.begin(), config.script.end(),
                         [](const ScriptAction& action) { return action.action != Action::Exit; });
        if (found != config.script.end()) {
            issues.add("action.action", static_cast<std::size_t>(found - config.script.begin()),
                       "with segments the only action is `exit`");
        }
    }
}

void checkRealign(const CompactionSettings& compaction, IssueList& issues) {
    if (compaction.realign == Realign::Never) {
        return;
    }
    if (compaction.realignAbovePercent <= compaction.relaxBelowPercent) {
        issues.add("compaction.realign_above",
                   fmt::format("the high mark ({} %) must be above compaction.relax_below ({} %)",
                               compaction.realignAbovePercent, compaction.relaxBelowPercent));
    }
    if (compaction.trigger == CompactionTrigger::None) {
        issues.add("compaction.realign", "it needs compaction: set compaction.trigger");
    }
}

void checkProgram(const ProcessSettings& process, std::size_t item, IssueList& issues) {
    const SegmentLoad& load = process.segments;
    if (process.accesses == 0 && process.pattern == Pattern::Segments) {
        issues.add("process.accesses", item, "pattern = `segments` needs a number of requests");
    }
    if (process.cpus.size() != 1) {
        issues.add("process.cpus", item, "a program with segments is one thread");
    }
    if (load.least > load.most) {
        issues.add("process.segment_least", item, "it is more than segment_most");
    }
    if (load.largeLeast > load.largeMost) {
        issues.add("process.large_least", item, "it is more than large_most");
    }
    if (load.popularPercent != 0 && load.popular.empty()) {
        issues.add("process.popular_percent", item, "there are no popular_sizes");
    }
    if (load.popularPercent + load.largePercent > 100) {
        issues.add("process.large_percent", item,
                   "popular_percent and large_percent are more than 100 together");
    }
}

} // namespace

bool hasSegments(const ProcessSettings& process) {
    return process.pattern == Pattern::Segments || process.pattern == Pattern::Checkerboard ||
           hasSegmentScript(process);
}

void checkSegments(const RunConfig& config, IssueList& issues) {
    const bool enabled = config.segments.enabled();
    for (std::size_t item = 0; item < config.processes.size(); ++item) {
        const ProcessSettings& process = config.processes[item];
        if (hasSegments(process) && !enabled) {
            issues.add("process.pattern", item, "there are no segments: set segments.placement");
        }
        if (process.pattern == Pattern::Segments) {
            checkProgram(process, item, issues);
        }
        const bool other = !process.blocks.empty() || process.reserve.value != 0 ||
                           process.file.value != 0 || process.stack.value != 0 ||
                           process.heap.kind != HeapKind::None || !process.trace.empty();
        if (enabled && (other || !hasSegments(process))) {
            issues.add("process.pattern", item,
                       "where memory is segments, every process has pattern = `segments` or "
                       "`checkerboard`, or a script that uses them, and no blocks, reserve, file, "
                       "stack, heap or trace");
        }
    }
    if (enabled) {
        checkHeapDesign(config.segments, issues);
        checkMachine(config, issues);
        checkRealign(config.compaction, issues);
        checkBaselines(config, issues);
        checkMessages(config, issues);
    }
}

} // namespace fragscope
