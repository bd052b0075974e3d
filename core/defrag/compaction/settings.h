#pragma once

#include "fragscope/base/units.h"

/// Choices of compaction (seed 001; DEFRAG 3.2 to 3.5).
namespace fragscope {

/// How much is compacted: everything, or only the youngest segments whose gaps are enough.
enum class CompactionExtent : std::uint8_t { Full, Suffix };

/// What becomes of the gap below a segment that is locked in place: it stays; or the oldest
/// segments above that fit move into it; or the compaction waits for the segment to be unlocked.
enum class LockedSegments : std::uint8_t { Above, Below, Wait };

/// What a compaction does when it has waited for too long.
enum class LockTimeout : std::uint8_t { Panic, Above, Fail };

/// What starts a compaction.
enum class CompactionTrigger : std::uint8_t { None, Failure, Background, Both };

/// How large segments whose alignment was relaxed get it again: not at all; all segments from the
/// top down go to the highest aligned place, then slide down; or only they go to the top (gives up
/// the order by age).
enum class Realign : std::uint8_t { Never, Up, ToTop };

struct CompactionSettings {
    CompactionTrigger trigger = CompactionTrigger::Failure;
    CompactionExtent extent = CompactionExtent::Full;
    std::uint32_t slackPercent = 0; ///< Suffix: room to win, in per cent of the zone, at least
    LockedSegments locked = LockedSegments::Above;
    std::uint64_t lockLimitCycles = 1'000'000; ///< Wait: for each locked segment, at most
    LockTimeout lockTimeout = LockTimeout::Panic;
    bool preferInTransit = false; ///< segments in messages fill gaps before any other moves
    std::uint64_t periodCycles = 2'000'000; ///< Background: between two looks
    ByteCount budget = mib(1);          ///< Background: bytes moved at a look, at least a segment
    std::uint32_t thresholdPercent = 5; ///< Background: gaps in per cent of the zone
    std::uint32_t cpu = 0;              ///< Background: where the task runs
    /// Large segments count as aligned to 4 KiB while free memory is below this, in per cent of the
    /// zone, or would be with the request that needs room.
    std::uint32_t relaxBelowPercent = 0;
    Realign realign = Realign::Never;
    std::uint32_t realignAbovePercent = 100; ///< and again as before while it is above this

    [[nodiscard]] bool onFailure() const {
        return trigger == CompactionTrigger::Failure || trigger == CompactionTrigger::Both;
    }

    [[nodiscard]] bool inBackground() const {
        return trigger == CompactionTrigger::Background || trigger == CompactionTrigger::Both;
    }
};

} // namespace fragscope
