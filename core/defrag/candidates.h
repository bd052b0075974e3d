#pragma once

#include "fragscope/defrag/mover.h"

namespace fragscope {

/// All blocks that could lie next to their neighbour: the frames behind (or in front of) it are
/// free or its own, and every owner of the block has the same neighbour. In the order of the
/// settings. Emits MoveSkipped for what is in the way.
std::vector<MoveJob> findCandidates(Kernel& kernel, const MoverSettings& settings);

/// Transfer block of the settings in bytes, `auto` resolved.
ByteCount transferBlockOf(const Kernel& kernel, const MoverSettings& settings);

} // namespace fragscope
