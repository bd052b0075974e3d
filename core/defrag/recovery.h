#pragma once

#include "fragscope/defrag/mover.h"

namespace fragscope {

/// After the mover has ended in the middle of a move: the map is the journal. What lies below
/// E.start has moved, the rest has not; A.start := E.start takes the open transfer block back
/// (DEFRAG 1.3, "mover dies"). Where another owner of the block has got its part of the new place
/// already, the block is taken forward instead, so that all owners keep the same frames. `mover` is
/// the task that died; its locks are taken over. Simplified: a map is a journal in the
/// representation StartOnly; the others may be torn by a death between two stores of one change.
Steps recoverMoves(Kernel& kernel, std::uint32_t mover);

const Listing& recoveryListing();

} // namespace fragscope
