#include "fragscope/kernel/paging/slot_map.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/frames/frame_layout.h"

namespace fragscope {

namespace {

VirtAddr placeOf(std::uint64_t slot) {
    return kernel_space::slotMap + ByteCount(slot * wordBytes);
}

} // namespace

void SlotMap::initialise() {
    memory_.setVariable(kernel_variable::slotsFree, slots_);
}

std::optional<std::uint64_t> SlotMap::take() {
    const std::uint64_t free = memory_.variable(kernel_variable::slotsFree);
    if (free == 0) {
        return std::nullopt;
    }
    for (std::uint64_t slot = memory_.variable(kernel_variable::slotHint); slot < slots_; ++slot) {
        if (memory_.load(placeOf(slot)) == 0) {
            memory_.store(placeOf(slot), 1);
            memory_.setVariable(kernel_variable::slotsFree, free - 1);
            memory_.setVariable(kernel_variable::slotHint, slot + 1);
            return slot;
        }
    }
    return std::nullopt; // a stray write: the counter and the words differ
}

void SlotMap::addReference(std::uint64_t slot) {
    const std::uint64_t references = memory_.load(placeOf(slot));
    FRAGSCOPE_CHECK(references != 0, "a free slot has nothing to share");
    memory_.store(placeOf(slot), references + 1);
}

bool SlotMap::drop(std::uint64_t slot) {
    const std::uint64_t references = memory_.load(placeOf(slot));
    FRAGSCOPE_CHECK(references != 0, "the slot is free already");
    memory_.store(placeOf(slot), references - 1);
    if (references != 1) {
        return false;
    }
    memory_.setVariable(kernel_variable::slotsFree,
                        memory_.variable(kernel_variable::slotsFree) + 1);
    if (slot < memory_.variable(kernel_variable::slotHint)) {
        memory_.setVariable(kernel_variable::slotHint, slot);
    }
    return true;
}

std::uint64_t
decodeSlotReferences(const MemoryReader& memory, const KernelRoot& root, std::uint64_t slot) {
    return memory.read(root.slotMap + ByteCount(slot * wordBytes));
}

std::uint64_t decodeFreeSlots(const MemoryReader& memory) {
    return decodeVariable(memory, kernel_variable::slotsFree);
}

} // namespace fragscope
