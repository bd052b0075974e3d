#include "fragscope/experiment/fragmentation.h"

#include <bit>

namespace fragscope {

namespace {

struct FreeSums {
    std::uint64_t units = 0;
    std::uint64_t blocks = 0;
    std::uint64_t suitable = 0; ///< blocks of the order, larger ones cut into such
};

FreeSums sumsOf(std::span<const std::uint64_t> counts, unsigned order) {
    FreeSums sums;
    for (unsigned o = 0; o < counts.size(); ++o) {
        sums.units += counts[o] << o;
        sums.blocks += counts[o];
        if (o >= order) {
            sums.suitable += counts[o] << (o - order);
        }
    }
    return sums;
}

void cut(std::vector<std::uint64_t>& counts, std::uint64_t unit, const HeapBlock& block) {
    std::uint64_t first = (block.start.value + unit - 1) / unit;
    const std::uint64_t end = (block.start + block.length).value / unit;
    while (first < end) {
        const auto aligned = static_cast<unsigned>(first == 0 ? 63 : std::countr_zero(first));
        const auto fitting = static_cast<unsigned>(std::bit_width(end - first)) - 1;
        const unsigned order = aligned < fitting ? aligned : fitting;
        if (counts.size() <= order) {
            counts.resize(order + 1);
        }
        ++counts[order];
        first += std::uint64_t{1} << order;
    }
}

} // namespace

std::vector<std::uint64_t> freeCountsByOrder(const HeapPicture& heap, std::uint64_t unit) {
    std::vector<std::uint64_t> counts;
    for (const HeapBlock& block : heap.blocks) {
        if (!block.used && !block.books) {
            cut(counts, unit, block);
        }
    }
    return counts;
}

std::int64_t unusableFreeIndex(std::span<const std::uint64_t> counts, unsigned order) {
    const FreeSums sums = sumsOf(counts, order);
    if (sums.units == 0) {
        return 1000;
    }
    return static_cast<std::int64_t>((sums.units - (sums.suitable << order)) * 1000 / sums.units);
}

std::int64_t fragmentationIndex(std::span<const std::uint64_t> counts, unsigned order) {
    const FreeSums sums = sumsOf(counts, order);
    if (sums.blocks == 0) {
        return 0;
    }
    if (sums.suitable != 0) {
        return -1000;
    }
    const std::uint64_t requested = std::uint64_t{1} << order;
    const std::uint64_t part = (1000 + sums.units * 1000 / requested) / sums.blocks;
    return 1000 - static_cast<std::int64_t>(part);
}

} // namespace fragscope
