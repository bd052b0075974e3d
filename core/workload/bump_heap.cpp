#include "fragscope/workload/bump_heap.h"

#include <bit>
#include <utility>

namespace fragscope {

std::uint64_t BumpHeap::classSize(std::uint64_t size) {
    constexpr std::uint64_t granule = 16;
    constexpr std::uint64_t smallest = 1024;
    if (size <= smallest) {
        return size <= granule ? granule : (size + granule - 1) / granule * granule;
    }
    const std::uint64_t step = std::bit_floor(size - 1) / 4;
    return (size + step - 1) / step * step;
}

std::optional<VirtAddr> BumpHeap::reuse(std::uint64_t size) {
    auto& list = free_[classSize(size)];
    if (list.empty()) {
        return std::nullopt;
    }
    const VirtAddr block = list.back();
    list.pop_back();
    return block;
}

VirtAddr BumpHeap::bump(std::uint64_t size) {
    return std::exchange(top_, topAfter(size));
}

void BumpHeap::free(VirtAddr block, std::uint64_t size) {
    free_[classSize(size)].push_back(block);
}

} // namespace fragscope
