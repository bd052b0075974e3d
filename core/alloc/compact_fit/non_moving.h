#pragma once

#include "fragscope/alloc/allocators/forms.h"

namespace fragscope {

/// Compact-fit, the non-moving form. A reconstruction: the papers name it, the published code does
/// not contain it.
MemoryPlan planNonMoving(const AllocatorSettings& settings);
const Listing& listingNonMoving();
template <class Memory>
std::unique_ptr<Allocator> makeNonMoving(const AllocatorSettings& settings, Memory& memory);

} // namespace fragscope
