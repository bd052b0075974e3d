#pragma once

#include "fragscope/kernel/memory_access.h"

namespace fragscope {

/// What happens to an access that cannot be done at once: the page-fault handler of the kernel's
/// setting (re-walk, or as seed 000 wrote it), or waiting while the process is stopped. Repeats the
/// access until it succeeds or the process is ended (request.killed).
Steps resolveAccess(Kernel& kernel, AccessRequest& request, bool translateOnly);

const Listing& handlerRewalkListing();
const Listing& handlerAsWrittenListing();
const Listing& stoppedThreadListing();

} // namespace fragscope
