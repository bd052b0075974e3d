#pragma once

#include "commands/streams.h"
#include <string>

namespace fragscope {

/// What `fragscope-cli sweep` is asked to do.
struct SweepOptions {
    std::string file;         ///< the sweep
    std::string output = "-"; ///< the table
    bool mean = false;        ///< one row for all seeds of a combination
    bool list = false;        ///< print the points, run nothing
};

/// Runs a scenario with every combination of settings and writes a table, one row for each run.
/// All points are checked before the first one runs. An interrupted sweep keeps its rows.
int runSweepCommand(const SweepOptions& options, CommandStreams& streams);

} // namespace fragscope
