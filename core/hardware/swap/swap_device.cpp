#include "fragscope/hardware/swap/swap_device.h"

#include "fragscope/base/check.h"

#include <algorithm>

namespace fragscope {

std::optional<std::uint64_t> SwapDevice::take() {
    for (; lowest_ < slots_.size(); ++lowest_) {
        if (slots_[lowest_].references == 0) {
            slots_[lowest_] = {1, PageRef()};
            --free_;
            return lowest_;
        }
    }
    return std::nullopt;
}

void SwapDevice::addReference(std::uint64_t slot) {
    FRAGSCOPE_CHECK(slots_.at(slot).references != 0, "a free slot has nothing to share");
    ++slots_[slot].references;
}

void SwapDevice::drop(std::uint64_t slot) {
    FRAGSCOPE_CHECK(slots_.at(slot).references != 0, "the slot is free already");
    if (--slots_[slot].references == 0) {
        slots_[slot].page = PageRef();
        ++free_;
        lowest_ = std::min(lowest_, slot);
    }
}

} // namespace fragscope
