#pragma once

#include "fragscope/base/page.h"

#include <optional>
#include <vector>

namespace fragscope {

/// A device with slots of 4 KiB for pages that have no frame. A slot is in use as long as somebody
/// refers to it; several processes may after a fork.
///
/// Invariants: (1) free() counts the slots without reference; (2) a slot keeps its contents as long
/// as it is in use. Simplified: the books of the slots lie with the device, not in emulated memory,
/// and a transfer happens at once; its time is cost.swap_transfer.
class SwapDevice {
public:
    explicit SwapDevice(std::uint64_t slots) : slots_(slots), free_(slots) {}

    [[nodiscard]] std::uint64_t slotCount() const { return slots_.size(); }

    [[nodiscard]] std::uint64_t free() const { return free_; }

    /// The lowest free slot, with one reference; nothing if all are in use.
    std::optional<std::uint64_t> take();

    void addReference(std::uint64_t slot);

    /// One reference less; the last one frees the slot.
    void drop(std::uint64_t slot);

    [[nodiscard]] std::uint64_t references(std::uint64_t slot) const {
        return slots_.at(slot).references;
    }

    void write(std::uint64_t slot, PageRef page) { slots_.at(slot).page = std::move(page); }

    [[nodiscard]] const PageRef& read(std::uint64_t slot) const { return slots_.at(slot).page; }

private:
    struct Slot {
        std::uint64_t references = 0;
        PageRef page;
    };

    std::vector<Slot> slots_;
    std::uint64_t free_;
    std::uint64_t lowest_ = 0; ///< no slot below it is free
};

} // namespace fragscope
