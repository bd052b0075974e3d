#pragma once

#include "fragscope/defrag/mover.h"

namespace fragscope {

/// After the mover has ended in the middle of a move: the map is the journal. What lies below
/// E.start has moved, the rest has not; A.start := E.start takes the open transfer block back
/// (DEFRAG 1.3, "mover dies").
Steps recoverMoves(Kernel& kernel);

const Listing& recoveryListing();

} // namespace fragscope
