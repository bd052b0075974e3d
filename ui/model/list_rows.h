#pragma once

#include "fragscope/ui/model/scene.h"
#include "fragscope/ui/panels/chain_view.h"

#include <vector>

namespace fragscope {

/// The lists of frames as rows: name, length, and the first frames, each linked to the next.
std::vector<ChainRow> listRows(const Scene& scene);

} // namespace fragscope
