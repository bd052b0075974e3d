#pragma once

#include "fragscope/machine/config.h"
#include "fragscope/ui/engine/run.h"

namespace fragscope {

/// A factory of runs of a machine: each call builds the machine anew from its configuration.
RunFactory machineRun(RunConfig config, RunCaption caption);

/// Names of the processes, by number.
Names namesOf(const RunConfig& config);

} // namespace fragscope
