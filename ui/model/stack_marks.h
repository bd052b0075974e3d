#pragma once

#include "fragscope/task/listing.h"
#include "fragscope/ui/map/virtual_map.h"
#include "fragscope/ui/model/scene.h"

#include <functional>
#include <vector>

namespace fragscope {

/// Where RSP of each thread of the chosen process points: the local variable `rsp` of the listing
/// that it runs, which holds also while it does not run. Threads without a stack are left out.
std::vector<StackMark> stackMarks(const Scene& scene,
                                  const std::function<const Listing*(ListingId)>& listingOf);

} // namespace fragscope
