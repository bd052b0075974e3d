#include "fragscope/view/machine_shape.h"

#include <algorithm>

namespace fragscope {

std::vector<MemorySpan> ramBetween(PageCount frames, const std::vector<MemorySpan>& holes) {
    std::vector<MemorySpan> sorted = holes;
    std::sort(sorted.begin(), sorted.end(),
              [](const MemorySpan& x, const MemorySpan& y) { return x.start < y.start; });
    std::vector<MemorySpan> ram;
    const PhysAddr end(bytesOf(frames).value);
    PhysAddr from(0);
    for (const MemorySpan& hole : sorted) {
        const PhysAddr until = std::min(hole.start, end);
        if (until > from) {
            ram.push_back({from, until - from});
        }
        from = std::max(from, hole.start + hole.length);
    }
    if (end > from) {
        ram.push_back({from, end - from});
    }
    return ram;
}

std::vector<MemorySpan> ramOf(const MachineShape& shape) {
    return shape.ram.empty() ? ramBetween(shape.frames, {}) : shape.ram;
}

} // namespace fragscope
