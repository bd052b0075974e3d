#pragma once

#include "fragscope/defrag/mover.h"

namespace fragscope {

/// What every mover does to the books at the beginning and the end of a move.

/// An owner whose map somebody is changing or waits to change, or nullptr.
[[nodiscard]] Process* lockedOwner(const MoveJob& job);

/// True if the block still is what the candidate search found: same place, same length, in every
/// owner.
[[nodiscard]] bool stillValid(const MoveJob& job);

/// Takes the frames of the destination that are free (all but what overlaps the source) and
/// publishes the move. False if the destination was taken meanwhile; nothing is changed then.
[[nodiscard]] bool beginMove(Kernel& kernel, const MoveJob& job);

/// Gives back the source frames [first, first + count) of the block that no map leads to any more.
void giveBackUnmapped(
    Kernel& kernel, const MoveJob& job, FrameNumber first, PageCount count, Rule why);

/// Ends the move: unlocks, reaps processes that ended meanwhile, and emits MoveDone.
void endMove(Kernel& kernel, const MoveJob& job, std::uint64_t busyCycles);

/// Says that a candidate is not moved, and why.
void skipMove(Kernel& kernel, const MoveJob& job, Rule why);

/// A page that was copied, `index` pages into the whole block.
struct CopiedPage {
    std::uint64_t index = 0;
    PhysAddr from;
    PhysAddr to;
    std::uint64_t block = 0; ///< number of its transfer block
};

/// Copies one page of the block and says so for each owner; only the first owner's event counts the
/// bytes.
void copyPage(const Board& board, const MoveJob& job, const CopiedPage& page);

/// Stop the world: copies the page after those already copied, next to O first.
void copyNextPage(const Board& board, const MoveJob& job);

/// True if the entry covers nothing (its start is the next one's).
[[nodiscard]] bool isEmptyEntry(const MemoryMap& map, std::size_t index);

/// True while all owners are alive.
[[nodiscard]] bool ownersAlive(const MoveJob& job);

/// Frames of [first, first + count) that some process's map leads to.
[[nodiscard]] bool isMapped(Kernel& kernel, FrameNumber frame);

} // namespace fragscope
