#include "fragscope/workload/shadow.h"

/// Blocks of heaps that are in use: the pages that hold them are nobody's to take.
namespace fragscope {

void Shadow::onHeap(const Event& event) {
    const std::pair block{event.object, event.vaddr};
    if (event.kind == EventKind::HeapBlockMoved) {
        const auto moved = liveBlocks_.extract({event.object, event.a});
        if (!moved.empty()) {
            liveBlocks_[block] = event.vaddr + (moved.mapped() - event.a);
        }
    } else if (event.kind == EventKind::HeapAllocated) {
        liveBlocks_[block] = event.vaddr + event.value;
    } else {
        liveBlocks_.erase(block);
    }
}

bool Shadow::holdsLiveBlock(std::uint32_t process, std::uint64_t page) const {
    const std::uint64_t start = page << pageShift;
    auto after = liveBlocks_.lower_bound({process, start + pageBytes});
    if (after == liveBlocks_.begin()) {
        return false;
    }
    const auto& [block, end] = *--after;
    return block.first == process && end > start;
}

} // namespace fragscope
