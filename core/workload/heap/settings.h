#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/heaps.h"

/// The heap of a process and what it gives back (seed 002).
namespace fragscope {

/// Two: each block is an area of the virtual memory manager. Three: a pool lies between.
enum class HeapLayers : std::uint8_t { Two, Three };

/// What free() does with the pages below the freed block. The first three are the seed's answers;
/// Leak is its problem, Mark its "might as well deallocate it right?".
enum class OnFree : std::uint8_t { Keep, Convert, Unmap, Leak, Mark };

/// Who starts the scavenger, besides the script.
enum class ScavengeTrigger : std::uint8_t { Never, AtExhaustion, Background, OnNotice };

/// For which free areas the scavenger calls its functor.
enum class ScavengeThreshold : std::uint8_t { LargerThan4Kib, WholePage };

struct HeapSettings {
    HeapKind kind = HeapKind::None;
    AllocatorKind allocator = AllocatorKind::SequentialFit; ///< HeapKind::Allocator: which one
    std::vector<std::string> allocatorSettings{};           ///< its settings, "KEY=VALUE" each
    HeapLayers layers = HeapLayers::Three;
    OnFree onFree = OnFree::Keep;
    ByteCount poolStep{pageBytes}; ///< the pool grows by at least so much
    ByteCount unmapAbove{};        ///< OnFree Unmap, Leak: more free memory at its end goes back
    bool pageAligned = true;       ///< blocks of a page or more begin at a page
    ScavengeTrigger scavenge = ScavengeTrigger::Never;
    ScavengeThreshold threshold = ScavengeThreshold::WholePage;
    std::uint64_t quantum = 4; ///< pages that the scavenger gives back at a time
    std::uint32_t cpu = 0;     ///< of the scavenger, or of the thread that is told of low memory
};

} // namespace fragscope
