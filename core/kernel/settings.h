#pragma once

#include "fragscope/kernel/frames/settings.h"
#include "fragscope/kernel/layout.h"
#include "fragscope/kernel/paging/settings.h"
#include "fragscope/kernel/replacement/reference.h"
#include "fragscope/kernel/segments/settings.h"

#include <vector>

/// Choices of the kernel and of the hazards of a concurrent move (DEFRAG 1.3) that act in the
/// kernel. The first value of each is the safe one and the default.
namespace fragscope {

/// What answers a TLB miss: page tables, or the ordered list of map entries itself (the machine of
/// seed 000).
enum class TranslationMode : std::uint8_t { Paging, Ranges };

/// The custom violation handler: looks at the map again, or does only what the seed's text says.
enum class HandlerMode : std::uint8_t { Rewalk, AsWritten };

/// What a waiting handler waits for: that the address has left entry E, or the next "block done"
/// signal.
enum class WaitMode : std::uint8_t { Predicate, Edge };

/// Whether the handler waits with interrupts on; off deadlocks with an acknowledged shootdown.
enum class WaitInterrupts : std::uint8_t { On, Off };

/// When acknowledgements of a shootdown are awaited.
enum class ShootdownMode : std::uint8_t { Acknowledged, Unacknowledged, AfterCopy, None };

/// How a present page-table entry is taken out: exchanged, so that A and D bits set meanwhile are
/// kept.
enum class PteClear : std::uint8_t { Exchange, PlainStore };

/// A system call whose buffer touches entry E: fault the buffer in first, or return an error and
/// repeat.
enum class SystemCallMode : std::uint8_t { FaultIn, Repeat };

struct KernelSettings {
    TranslationMode translation = TranslationMode::Paging;
    MapRepresentation representation = MapRepresentation::StartOnly;
    HandlerMode handler = HandlerMode::Rewalk;
    WaitMode wait = WaitMode::Predicate;
    WaitInterrupts waitInterrupts = WaitInterrupts::On;
    SystemCallMode systemCall = SystemCallMode::FaultIn;
    FrameSettings frames;
    bool kernelUsesTlb = true; ///< the kernel's accesses take entries of the TLB
    PagingSettings paging{};
    SegmentMemorySettings segments{};
    std::vector<replacement::Reference> future{}; ///< of all accesses, for PageReplacement::Opt
};

} // namespace fragscope
