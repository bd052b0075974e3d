#pragma once

#include "fragscope/kernel/memory_access.h"

namespace fragscope {

/// The fault handlers of a process with areas of demand: the checking one, which looks at the state
/// of the page, and the quick-and-dumb one of seed 002, which maps a frame at any fault. Ends when
/// the access is done, left out (request.skipped) or the process is ended (request.killed).
Steps resolveDemandFault(Kernel& kernel, AccessRequest& request, bool translateOnly);

const Listing& checkingHandlerListing();
const Listing& dumbHandlerListing();

} // namespace fragscope
