#pragma once

#include "fragscope/alloc/allocator_settings.h"

namespace fragscope {

/// The allocators that can be made (makeAllocator), in the order of allocatorInfos.
std::vector<AllocatorKind> availableAllocators();

} // namespace fragscope
