#pragma once

#include "fragscope/base/page.h"

#include <vector>

namespace fragscope {

/// A device with slots of 4 KiB for pages that have no frame. What is in use the kernel knows
/// (kernel/paging/slot_map.h). Simplified: a transfer happens at once; its time is
/// cost.swap_transfer.
class SwapDevice {
public:
    explicit SwapDevice(std::uint64_t count) : slots_(count) {}

    [[nodiscard]] std::uint64_t slotCount() const { return slots_.size(); }

    /// An empty page clears the slot.
    void write(std::uint64_t slot, PageRef page) { slots_.at(slot) = std::move(page); }

    [[nodiscard]] const PageRef& read(std::uint64_t slot) const { return slots_.at(slot); }

private:
    std::vector<PageRef> slots_;
};

} // namespace fragscope
