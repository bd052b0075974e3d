#include "fragscope/kernel/segments/segment_memory.h"

#include "fragscope/kernel/segments/paged_calls.h"

namespace fragscope {

SegmentMemory::SegmentMemory(Kernel& kernel,
                             const SegmentPlan& plan,
                             const SegmentMemorySettings& settings)
    : kernel_(kernel), plan_(plan), settings_(settings), words_(kernel.memory()),
      table_(words_, plan.shape, settings.heap.hasLists()),
      heap_(kernel.board().events, table_, settings.heap), messages_(words_, plan.shape),
      driver_(kernel.board()) {}

void SegmentMemory::format() {
    table_.format(plan_.zones);
    messages_.format();
    for (std::uint32_t zone = 0; zone < plan_.shape.zones; ++zone) {
        const SegmentTable::ZoneSpec& spec = plan_.zones[zone];
        kernel_.board().events.emit({.kind = EventKind::SegmentZoneMade,
                                     .rule = Rule::KernelOwn,
                                     .object = zone,
                                     .paddr = startOf(spec.begin).value,
                                     .value = (spec.end - spec.begin).value});
    }
}

AreaArray& SegmentMemory::areasOf(const Process& process) {
    if (areas_.size() < process.number) {
        areas_.resize(process.number);
    }
    auto& areas = areas_[process.number - 1];
    if (!areas) {
        Process& owner = *kernel_.processes()[process.number - 1];
        areas = std::make_unique<AreaArray>(owner.map, kernel_.board().memory, settings_.areaJoin);
        areas->initialise();
    }
    return *areas;
}

std::uint64_t SegmentMemory::releaseAll(Process& process) {
    std::uint64_t frames = plan_.paged ? releasePagedAreas(kernel_, process) : 0;
    messages_.forget(process.number);
    if (driver_.stop(process.number)) {
        heap_.locks().device = 0;
    }
    const std::uint32_t zones = table_.shape().zones;
    for (std::uint32_t zone = 0; zone < zones; ++zone) {
        for (SegmentId id = table_.first(zone); id != 0; id = table_.next(id)) {
            const Segment segment = table_.segment(id);
            const bool held =
                segment.state == SegmentState::Used || segment.state == SegmentState::InTransit;
            if (held && segment.owner == process.number) {
                frames += segment.frames.value;
                id = heap_.releaseAtOnce(id, Rule::EndOfProcess);
            }
        }
    }
    return frames;
}

} // namespace fragscope
