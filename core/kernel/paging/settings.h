#pragma once

#include "fragscope/base/units.h"

/// Choices of demand paging (seed 002). They act on areas that a process reserves; without any,
/// nothing of this is ever run.
namespace fragscope {

/// What the page-fault handler of reserved areas does.
enum class DemandHandler : std::uint8_t { Checking, QuickAndDumb };

/// What happens to a process that accesses a page that it may not.
enum class InvalidReaction : std::uint8_t { Kill, Signal, Stop };

/// What the process's own handler does with the signal.
enum class OnSignal : std::uint8_t { End, Skip, Reserve };

/// Who gives way when no frame is left.
enum class OutOfMemoryMode : std::uint8_t { KillLargest, KillFaulting, FailRequest };

/// Which page leaves when the frames are all in use (kernel/replacement).
enum class PageReplacement : std::uint8_t { None, Fifo, Lru, Mru, Clock, Random, Nfu, Aging };

/// Whose pages a replacement may take.
enum class ReplacementScope : std::uint8_t { Global, Process };

/// How the policy learns which pages were used.
enum class UseSource : std::uint8_t { AccessedBits, EveryAccess };

/// Which pages of a stack a reclaim takes. The first is right, the other one a mistake.
enum class StackReclaim : std::uint8_t { KeepRedZone, BelowRsp };

struct PagingSettings {
    DemandHandler handler = DemandHandler::Checking;
    InvalidReaction invalidAccess = InvalidReaction::Kill;
    OutOfMemoryMode outOfMemory = OutOfMemoryMode::KillLargest;
    ByteCount commitLimit{}; ///< most that may be promised altogether; 0 = no limit
    PageReplacement replacement = PageReplacement::None;
    ReplacementScope scope = ReplacementScope::Global;
    UseSource use = UseSource::AccessedBits;
    std::uint64_t frames = 0;       ///< for resident pages, altogether or of each process; 0 = all
    std::uint64_t swapSlots = 0;    ///< pages of the swap device
    bool zeroPage = false;          ///< pages read before they are written share one frame
    std::uint64_t lowWatermark = 0; ///< fewer free frames: processes are told; 0 = never
    std::uint64_t sweepQuantum = 4; ///< marked pages that are taken at a time
    std::uint32_t sweepCpu = 0;
    StackReclaim stackReclaim = StackReclaim::KeepRedZone;
};

} // namespace fragscope
