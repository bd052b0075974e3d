#pragma once

#include "fragscope/base/units.h"

#include <deque>

namespace fragscope {

/// A store that its CPU has executed but no other CPU can see yet.
struct PendingStore {
    VirtAddr vaddr; ///< for people; the physical address was fixed when the store was executed
    PhysAddr paddr;
    std::uint64_t value = 0;
    unsigned bytes = wordBytes;
};

/// The store buffer of a CPU under TSO (SDM vol. 3A, 8.2.2): first in, first out; the own loads see
/// it. Capacity 0 (the default) means that stores are visible at once. Drain points: a full buffer,
/// locked read-modify-write, fences, writes of control registers and invalidations (serialising
/// instructions), and whoever calls Mmu::drainStores (interrupt entry, halt). Page walks never read
/// the buffer.
///
/// Modelled: a store buffer per CPU, if configured: stores become visible later and in order, the
/// own loads see them at once.
///
/// Simplified: a store leaves only at a drain point, where a processor also writes back whenever
/// its cache has the line; so that "not yet visible" lasts long enough to be seen.
///
/// Simplified: a load that overlaps a buffered store only in part takes those bytes from the
/// buffer; a processor waits for the drain, which gives the same value later.
class StoreBuffer {
public:
    explicit StoreBuffer(std::size_t capacity) : capacity_(capacity) {}

    [[nodiscard]] bool enabled() const { return capacity_ != 0; }

    [[nodiscard]] bool empty() const { return stores_.empty(); }

    [[nodiscard]] bool full() const { return stores_.size() >= capacity_; }

    [[nodiscard]] const std::deque<PendingStore>& stores() const { return stores_; }

    void push(const PendingStore& store) { stores_.push_back(store); }

    /// Removes and returns the oldest store; the buffer must not be empty.
    PendingStore pop();

    /// `value` as read from memory, with the bytes of buffered stores laid over it, oldest first.
    [[nodiscard]] std::uint64_t forward(PhysAddr paddr, unsigned bytes, std::uint64_t value) const;

private:
    std::size_t capacity_;
    std::deque<PendingStore> stores_;
};

} // namespace fragscope
