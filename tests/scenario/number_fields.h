#pragma once

#include "fragscope/machine/config.h"

#include <utility>
#include <vector>

namespace fragscope {

using NumberOf = std::uint64_t (*)(const RunConfig&);

/// A key and how to read its field.
#define FIELD(key, path)                                                                           \
    std::pair<const char*, NumberOf>(key, [](const RunConfig& c) { return std::uint64_t(c.path); })

/// The settings that are numbers. style: long, because it is a table
inline const std::vector<std::pair<const char*, NumberOf>> numberFields = {
    FIELD("seed", seed),
    FIELD("max_steps", maxSteps),
    FIELD("machine.tlb_sets", machine.tlbSets),
    FIELD("machine.tlb2_sets", machine.tlb2Sets),
    FIELD("machine.structure_cache", machine.structureCache),
    FIELD("machine.store_buffer", machine.storeBuffer),
    FIELD("machine.quantum", machine.quantumCycles),
    FIELD("machine.cpu_hz", machine.cpuHz),
    FIELD("cost.tlb_hit", machine.cost.tlbHit),
    FIELD("cost.walk_reference", machine.cost.walkReference),
    FIELD("cost.think", machine.cost.think),
    FIELD("cost.fault_entry", machine.cost.faultEntry),
    FIELD("cost.fault_exit", machine.cost.faultExit),
    FIELD("cost.interrupt_send", machine.cost.interruptSend),
    FIELD("cost.interrupt_latency", machine.cost.interruptLatency),
    FIELD("cost.interrupt_handle", machine.cost.interruptHandle),
    FIELD("cost.invalidate_page", machine.cost.invalidatePage),
    FIELD("cost.copy_page", machine.cost.copyPage),
    FIELD("cost.fill_page", machine.cost.fillPage),
    FIELD("cost.kernel_store", machine.cost.kernelStore),
    FIELD("cost.kernel_step", machine.cost.kernelStep),
    FIELD("cost.wake_up", machine.cost.wakeUp),
    FIELD("cost.swap_transfer", machine.cost.swapTransfer),
    FIELD("cost.context_switch", machine.cost.contextSwitch),
    FIELD("cost.device_burst", machine.cost.deviceBurst),
    FIELD("mover.wait_limit", mover.waitLimitCycles),
    FIELD("mover.start_period", mover.startPeriodCycles),
    FIELD("process.accesses", processes[1].accesses),
    FIELD("process.write_percent", processes[1].writePercent),
    FIELD("process.hot_size", processes[1].hotSize.value),
    FIELD("process.hot_percent", processes[1].hotPercent),
    FIELD("process.popular_percent", processes[1].segments.popularPercent),
    FIELD("process.large_percent", processes[1].segments.largePercent),
    FIELD("process.young_percent", processes[1].segments.youngPercent),
    FIELD("segments.round_to", segments.heap.roundTo.value),
    FIELD("segments.minimum_rest", segments.heap.minimumRest.value),
    FIELD("segments.align_above", segments.heap.alignAbove.value),
    FIELD("segments.alignment", segments.heap.alignment.value),
    FIELD("segments.survey_every", segments.heap.surveyEvery),
    FIELD("process.unmovable_percent", processes[1].segments.unmovablePercent),
    FIELD("process.sweeps", processes[1].segments.sweeps),
    FIELD("segments.descriptors", segments.descriptors),
    FIELD("segments.areas", segments.areas),
    FIELD("process.send_percent", processes[1].segments.sendPercent),
    FIELD("process.lock_percent", processes[1].segments.lockPercent),
    FIELD("process.lock_requests", processes[1].segments.lockRequests),
    FIELD("segments.message_places", segments.messages.places),
    FIELD("segments.device_cpu", segments.device.cpu),
    FIELD("compaction.lock_limit", compaction.lockLimitCycles),
    FIELD("compaction.slack_percent", compaction.slackPercent),
    FIELD("compaction.period", compaction.periodCycles),
    FIELD("compaction.budget", compaction.budget.value),
    FIELD("compaction.relax_below", compaction.relaxBelowPercent),
    FIELD("compaction.realign_above", compaction.realignAbovePercent),
    FIELD("compaction.threshold_percent", compaction.thresholdPercent),
    FIELD("process.think", processes[1].thinkCycles),
    FIELD("process.deadline", processes[1].deadlineCycles),
    FIELD("process.trace_operations", processes[1].traceOperations),
    FIELD("process.exit_at", processes[1].exitAtCycles),
    FIELD("action.at", script[0].atCycles),
    FIELD("action.size", script[0].size.value),
    FIELD("action.offset", script[0].offset.value),
};

#undef FIELD

} // namespace fragscope
