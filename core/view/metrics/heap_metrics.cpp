// Metrics of heaps of processes.
#include "fragscope/event/event_kind.h"
#include "fragscope/view/metrics/metric_fold.h"

#include <algorithm>

namespace fragscope {

void MetricFold::setHeapUse() {
    value(MetricId::HeapLive) = heaps_.live().value;
    value(MetricId::HeapFootprint) = bytesOf(heaps_.pools()).value;
}

bool MetricFold::heapUse(const Event& event) {
    const bool changed = heaps_.apply(event);
    setHeapUse();
    return changed;
}

bool MetricFold::heaps(const Event& event) {
    const auto atLeast = [this](MetricId metric, std::uint64_t seen) {
        value(metric) = std::max(value(metric), seen);
    };
    switch (event.kind) {
    case EventKind::HeapAllocated:
        atLeast(MetricId::MallocLongest, event.a);
        return heapUse(event);
    case EventKind::HeapFreed:
        return heapUse(event);
    case EventKind::PoolCall:
        heapUse(event);
        return count(event);
    case EventKind::HeapBlockMoved:
        ++value(MetricId::HeapMoves);
        value(MetricId::HeapBytesMoved) += event.value;
        return true;
    case EventKind::HeapFreeDone: {
        freeCycles_ += event.value;
        const std::uint64_t frees = ++value(MetricId::HeapFrees);
        value(MetricId::FreeCycles) = freeCycles_ / frees;
        atLeast(MetricId::FreeLongest, event.value);
        return true;
    }
    case EventKind::BlockChecked: {
        const bool damaged = event.rule == Rule::LiveBlock && (event.a | event.b) != 0;
        value(MetricId::BlocksDamaged) += damaged ? 1 : 0;
        return damaged;
    }
    case EventKind::CacheUsed:
        ++value(event.value != 0 ? MetricId::CacheHits : MetricId::CacheMisses);
        return true;
    default:
        return scavengers(event);
    }
}

} // namespace fragscope
