#pragma once

#include "fragscope/base/error.h"
#include "fragscope/machine/parts.h"

namespace fragscope {

/// Attaches the memory of processes that share from the start (actions `share` at time 0).
Expected<Done> shareInitially(Machine::Parts& parts);

/// Makes a task for each other action of the script and for each process that exits at a time.
void startScript(Machine::Parts& parts);

const Listing& scriptListing();

} // namespace fragscope
