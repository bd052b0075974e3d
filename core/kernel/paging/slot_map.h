#pragma once

#include "fragscope/kernel/frames/kernel_memory.h"

#include <optional>
#include <vector>

namespace fragscope {

/// The books of the swap device, in emulated memory: a word for each slot, the number of entries
/// that refer to it; and the variables slotsFree and slotHint of the root block.
///
/// Invariants: (1) slotsFree counts the words that are 0; (2) no slot below slotHint is free. Each
/// operation is part of one micro-step under the lock of the virtual memory manager.
class SlotMap {
public:
    SlotMap(KernelMemory& memory, std::uint64_t count) : memory_(memory), slots_(count) {}

    /// To be called once, at boot.
    void initialise();

    /// The lowest free slot, with one reference; nothing if all are in use.
    std::optional<std::uint64_t> take();

    void addReference(std::uint64_t slot);

    /// One reference less; true if it was the last one.
    bool drop(std::uint64_t slot);

private:
    KernelMemory& memory_;
    std::uint64_t slots_;
};

/// References of a slot, and the free ones, as the bytes say.
std::uint64_t
decodeSlotReferences(const MemoryReader& memory, const KernelRoot& root, std::uint64_t slot);
std::uint64_t decodeFreeSlots(const MemoryReader& memory);

} // namespace fragscope
