#pragma once

#include "fragscope/alloc/allocators/allocators.h"

/// What each allocator's file offers: its plan, its listing and its two forms. A template is
/// instantiated in that file for FlatMemory and ObservedMemory.
namespace fragscope {

/// The usual plan: heap_size at the start, growing to heap_limit (64 GiB if none is given).
MemoryPlan growingPlan(const AllocatorSettings& settings, std::uint64_t booksBytes);

/// The heap does not grow.
MemoryPlan fixedPlan(const AllocatorSettings& settings, std::uint64_t booksBytes);

#define FRAGSCOPE_ALLOCATOR_FORM(Name)                                                             \
    MemoryPlan plan##Name(const AllocatorSettings& settings);                                      \
    const Listing& listing##Name();                                                                \
    template <class Memory>                                                                        \
    std::unique_ptr<Allocator> make##Name(const AllocatorSettings& settings, Memory& memory)

#define FRAGSCOPE_INSTANTIATE_ALLOCATOR(Name)                                                      \
    template std::unique_ptr<Allocator> make##Name(const AllocatorSettings&, FlatMemory&);         \
    template std::unique_ptr<Allocator> make##Name(const AllocatorSettings&, ObservedMemory&)

/// The allocators there are, all of AllocatorKind in its order; a line each.
// clang-format off
#define FRAGSCOPE_ALLOCATORS(A)                                                                    \
    A(SequentialFit)                                                                               \
    A(QuickFit)                                                                                    \
    A(Buddy)                                                                                       \
    A(PageAllocator)                                                                               \
    A(Slab)                                                                                        \
    A(Segregated)                                                                                  \
    A(HalfFit)                                                                                     \
    A(Tlsf)                                                                                        \
    A(Dlmalloc)                                                                                    \
    A(CompactFit)                                                                                  \
    A(Bump)                                                                                        \
    A(Region)                                                                                      \
    A(Sliding)
// clang-format on

#define FRAGSCOPE_DECLARE_ALLOCATOR(Name) FRAGSCOPE_ALLOCATOR_FORM(Name);
FRAGSCOPE_ALLOCATORS(FRAGSCOPE_DECLARE_ALLOCATOR)
#undef FRAGSCOPE_DECLARE_ALLOCATOR

} // namespace fragscope
