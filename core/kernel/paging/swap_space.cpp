#include "fragscope/kernel/paging/swap_space.h"

#include "fragscope/kernel/memory_bytes.h"

namespace fragscope {

std::uint64_t SwapSpace::free() const {
    return slotCount() == 0 ? 0 : decodeFreeSlots(MachineBytes(board_.memory));
}

std::uint64_t SwapSpace::references(std::uint64_t slot) const {
    return decodeSlotReferences(MachineBytes(board_.memory), plan_.root, slot);
}

} // namespace fragscope
