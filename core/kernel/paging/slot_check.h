#pragma once

#include "fragscope/kernel/layout.h"

#include <string>

namespace fragscope {

/// I15 (properties of the slots of the swap device): the references of each slot are the entries
/// and side words that name it, and slotsFree counts those without. A pure function of the bytes;
/// looks at the tables of all processes. Returns what is wrong. Not to be asked in the middle of a
/// change, while somebody has the lock of the virtual memory manager.
std::optional<std::string> checkSlots(const MemoryReader& memory);

} // namespace fragscope
