#include "fragscope/view/metrics/heap_fold.h"

#include "fragscope/event/event_kind.h"

#include <algorithm>

namespace fragscope {

bool HeapFold::apply(const Event& event) {
    Heap heap = heaps_[event.object];
    switch (event.kind) {
    case EventKind::HeapAllocated:
        heap.live += ByteCount(event.value);
        break;
    case EventKind::HeapFreed:
        heap.live -= std::min(heap.live, ByteCount(event.value));
        break;
    case EventKind::PoolCall:
        heap.pool = PageCount(event.b);
        break;
    default:
        return false;
    }
    endProcess(event.object);
    live_ += heap.live;
    pools_ += heap.pool;
    heaps_[event.object] = heap;
    return true;
}

void HeapFold::endProcess(std::uint32_t process) {
    if (const auto found = heaps_.find(process); found != heaps_.end()) {
        live_ -= found->second.live;
        pools_ -= found->second.pool;
        heaps_.erase(found);
    }
}

} // namespace fragscope
