#pragma once

#include "fragscope/base/units.h"
#include "fragscope/kernel/settings.h"

/// Choices of the movers. The first value of each hazard (DEFRAG 1.3) is the safe one and the
/// default.
namespace fragscope {

enum class MoverAlgorithm : std::uint8_t { None, StopTheWorld, EntryE };

/// Remap then copy: entry E covers the block before it is copied. The other order loses writes.
enum class MoveOrder : std::uint8_t { RemapThenCopy, CopyThenRemap };

enum class CandidateOrder : std::uint8_t { LowestAddress, Smallest, Largest };

/// When the old frames are given back: all at the end (the seed), or each transfer block at once.
enum class OldFrames : std::uint8_t { AtEnd, PerBlock };

/// Whether the mover may lose its CPU between A.start += t and E.start += t.
enum class PreemptInWindow : std::uint8_t { No, Yes };

/// Whether entry E is put into the map of every owner of the block or of one only.
enum class OwnersCovered : std::uint8_t { All, OnlyOne };

/// What the mover does with frames that are locked in place.
enum class PinnedFrames : std::uint8_t { Skip, Ignore };

/// What happens when the mover ends in the middle of a block: the map is the journal, or nothing.
enum class MoverDeath : std::uint8_t { Rollback, Nothing };

struct MoverSettings {
    MoverAlgorithm algorithm = MoverAlgorithm::EntryE;
    std::uint32_t cpu = 0;                 ///< CPU that the mover runs on
    ByteCount transferBlock = kib(64);     ///< whole pages; 0 = auto, from waitLimitCycles
    std::uint64_t waitLimitCycles = 20000; ///< for transferBlock auto (DEFRAG 1.5)
    bool startOnCommand = false;           ///< a script action `start-mover`
    bool startOnFramesFreed = true;
    std::uint64_t startPeriodCycles = 0; ///< 0 = never by period
    CandidateOrder candidates = CandidateOrder::LowestAddress;
    OldFrames oldFrames = OldFrames::AtEnd;
    MoverDeath death = MoverDeath::Rollback;
    SystemCallMode systemCall = SystemCallMode::FaultIn;
    ShootdownMode shootdown = ShootdownMode::Acknowledged;
    HandlerMode handler = HandlerMode::Rewalk;
    WaitMode wait = WaitMode::Predicate;
    MoveOrder order = MoveOrder::RemapThenCopy;
    WaitInterrupts waitInterrupts = WaitInterrupts::On;
    PreemptInWindow preemptInWindow = PreemptInWindow::No;
    PteClear pteClear = PteClear::Exchange;
    OwnersCovered ownersCovered = OwnersCovered::All;
    PinnedFrames pinned = PinnedFrames::Skip;
};

} // namespace fragscope
