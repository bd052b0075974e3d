#include "fragscope/alloc/compact_fit/size_classes.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::uint64_t smallest = 16;
constexpr std::uint64_t largestGrown = 8000;

} // namespace

SizeClasses::SizeClasses(const AllocatorSettings& settings)
    : pageData_(settings.pageSize - headerBytes),
      oneUp_(settings.preset == AllocatorPreset::Reference2009), word_(oneUp_ ? 4 : 8),
      increment_(settings.increment) {
    if (settings.blockSize != 0) {
        addClass(std::min(settings.blockSize, pageData_));
    } else {
        addGrowingClasses();
        addClass(pageData_);
    }
    fillMap();
}

void SizeClasses::addGrowingClasses() {
    std::uint64_t block = smallest;
    addClass(block);
    while (block * 9 < largestGrown * 8) { // 1.125 times it is below the largest
        block = (block * 9 / 8 + word_ - 1) / word_ * word_;
        if (block > pageData_ / 2) {
            return;
        }
        addClass(block);
    }
    if (largestGrown <= pageData_ / 2) {
        addClass(largestGrown);
    }
}

void SizeClasses::addClass(std::uint64_t blockBytes) {
    blocks_[count_] = blockBytes;
    capacities_[count_] = std::min(pageData_ / blockBytes, mostBlocks);
    ++count_;
}

/// Slot i holds the class of totals that are, in whole words, i (reference) or at most 4 * i.
void SizeClasses::fillMap() {
    std::uint32_t sizeClass = 0;
    for (slots_ = 0; slots_ < mapSize; ++slots_) {
        const std::uint64_t needed = oneUp_ ? 4 * slots_ + 1 : 4 * slots_;
        while (sizeClass + 1 < count_ && blocks_[sizeClass] < needed) {
            ++sizeClass;
        }
        if (sizeClass + 1 == count_) {
            return;
        }
        map_[slots_] = static_cast<std::uint8_t>(sizeClass);
    }
}

} // namespace fragscope
