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
enum class PageReplacement : std::uint8_t {
    None,
    Fifo,
    Lru,
    Mru,
    Clock,
    Random,
    Nfu,
    Aging,
    Opt,
    WorkingSet,
};

/// Whose pages a replacement may take.
enum class ReplacementScope : std::uint8_t { Global, Process };

/// How the policy learns which pages were used.
enum class UseSource : std::uint8_t { AccessedBits, EveryAccess };

/// Which pages of a stack a reclaim takes. The first is right, the other one a mistake.
enum class StackReclaim : std::uint8_t { KeepRedZone, BelowRsp };

/// Bits of a present x86-64 entry that are the operating system's: 11:9 and 58:52.
inline constexpr std::uint64_t osBits = 10;

/// Bits that say the state of a present page.
inline constexpr std::uint64_t stateBits = 2;

/// When the entries of an attached shared object lead to its frames.
enum class AttachMode : std::uint8_t { AtOnce, OnTouch };

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
    std::uint64_t entryBits = osBits; ///< of a present entry, for the kernel
    bool absentStates = true;         ///< an absent entry holds the state of its page
    bool clockLoadedBit = true;       ///< Clock: loading a page sets its reference bit
    AttachMode attach = AttachMode::AtOnce;
    std::uint64_t window = 10; ///< WorkingSet: references that count

    /// The entries have no room for all that must be known of a page.
    [[nodiscard]] bool needsSideTables() const {
        return replacement != PageReplacement::None || entryBits < stateBits || !absentStates;
    }
};

} // namespace fragscope
