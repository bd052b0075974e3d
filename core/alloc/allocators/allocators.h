#pragma once

#include "fragscope/alloc/allocator.h"
#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/memory/observed_memory.h"

#include <memory>

namespace fragscope {

/// The memory that an allocator with these settings needs.
MemoryPlan memoryPlan(const AllocatorSettings& settings);

/// The allocator of these settings over `memory`, which was made of the plan above and outlives it.
/// Not initialised yet. There are two forms: over flat memory, for speed, and over an observed one.
std::unique_ptr<Allocator> makeAllocator(const AllocatorSettings& settings, FlatMemory& memory);
std::unique_ptr<Allocator> makeAllocator(const AllocatorSettings& settings, ObservedMemory& memory);

/// Programs hold handles that lead to their blocks, entries of a table or, without one, variables
/// that compaction rewrites, and not the addresses of those.
bool handsOutHandles(const AllocatorSettings& settings);

/// The listings of all allocators.
std::vector<const Listing*> allocatorListings();

} // namespace fragscope
