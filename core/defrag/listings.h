#pragma once

#include "fragscope/task/listing.h"

#include <vector>

namespace fragscope {

/// The listings of the algorithms of this layer.
std::vector<const Listing*> defragListings();

} // namespace fragscope
