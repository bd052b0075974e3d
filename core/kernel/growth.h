#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// What became of a request for memory.
enum class GrowthOutcome : std::uint8_t { InPlace, NewBlock, Refused };

/// The process asks for `size` bytes (whole pages) more at an end of its area. The block there
/// grows in place if the frames next to it are free; else a new block elsewhere becomes a new map
/// entry with its own offset (seed 000). Waits for a move under way in this process. `outcome` is
/// set at the end.
Steps growArea(
    Kernel& kernel, Process& process, MoveEnd end, ByteCount size, GrowthOutcome& outcome);

/// Gives back the last `size` bytes (whole pages) of the area. In the middle of a move it acts
/// between two transfer blocks if that part has not moved yet, else after the move.
Steps shrinkArea(Kernel& kernel, Process& process, ByteCount size);

/// Letter for pictures of the next block of a process ('A', 'B', ...; 'O' and 'E' are taken).
std::uint8_t nextLabel(const MemoryMap& map);

const Listing& growListing();
const Listing& shrinkListing();

} // namespace fragscope
