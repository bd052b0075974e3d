#pragma once

#include "fragscope/hardware/swap/swap_device.h"
#include "fragscope/kernel/board.h"
#include "fragscope/kernel/paging/slot_map.h"

namespace fragscope {

/// The swap device and its books: slots of 4 KiB for pages that have no frame. A slot is in use as
/// long as an entry, or the side table, refers to it; several may after a fork.
class SwapSpace {
public:
    SwapSpace(const Board& board, KernelMemory& memory, const KernelPlan& plan)
        : board_(board), plan_(plan), map_(memory, plan.root.slotCount),
          device_(plan.root.slotCount) {}

    void boot() { map_.initialise(); }

    [[nodiscard]] std::uint64_t slotCount() const { return device_.slotCount(); }

    std::optional<std::uint64_t> take() { return map_.take(); }

    void addReference(std::uint64_t slot) { map_.addReference(slot); }

    /// One reference less; the last one frees the slot.
    void drop(std::uint64_t slot) {
        if (map_.drop(slot)) {
            device_.write(slot, PageRef());
        }
    }

    void write(std::uint64_t slot, PageRef page) { device_.write(slot, std::move(page)); }

    [[nodiscard]] const PageRef& read(std::uint64_t slot) const { return device_.read(slot); }

    // ---- observers: read the bytes, change nothing, cost nothing ----
    [[nodiscard]] std::uint64_t free() const;
    [[nodiscard]] std::uint64_t references(std::uint64_t slot) const;

private:
    const Board board_;
    const KernelPlan& plan_;
    SlotMap map_;
    SwapDevice device_;
};

} // namespace fragscope
