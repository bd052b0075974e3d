#pragma once

#include "fragscope/kernel/memory_access.h"

namespace fragscope {

/// The fault handlers of a process with areas of demand: the checking one, which looks at the state
/// of the page, and the quick-and-dumb one of seed 002, which maps a frame at any fault. Ends when
/// the access is done, left out (request.skipped) or the process is ended (request.killed).
Steps resolveDemandFault(Kernel& kernel, AccessRequest& request, bool translateOnly);

/// Before an access: pages that have left the working set lose their frames, by the lines of the
/// checking handler that make room; then the access is made, with a fault if it comes to that.
Steps trimWorkingSet(Kernel& kernel, AccessRequest& request, bool translateOnly);

const Listing& checkingHandlerListing();
const Listing& dumbHandlerListing();

} // namespace fragscope
