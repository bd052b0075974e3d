#pragma once

#include "fragscope/task/listing.h"

#include <vector>

namespace fragscope {

/// Every listing of the machine, in the order of ListingId.
std::vector<const Listing*> allListings();

} // namespace fragscope
