#pragma once

#include "fragscope/base/units.h"

/// Choices of compaction (seed 001; DEFRAG 3.2 to 3.5).
namespace fragscope {

/// How much is compacted: everything, or only the youngest segments whose gaps are enough.
enum class CompactionExtent : std::uint8_t { Full, Suffix };

/// What becomes of the gap below a segment that is locked in place: it stays, or the oldest
/// segments above that fit move into it.
enum class LockedSegments : std::uint8_t { Above, Below };

/// What starts a compaction.
enum class CompactionTrigger : std::uint8_t { None, Failure };

struct CompactionSettings {
    CompactionTrigger trigger = CompactionTrigger::Failure;
    CompactionExtent extent = CompactionExtent::Full;
    std::uint32_t slackPercent = 0; ///< Suffix: room to win, in per cent of the zone, at least
    LockedSegments locked = LockedSegments::Above;
};

} // namespace fragscope
