#pragma once

#include "commands/streams.h"
#include <string>

namespace fragscope {

/// `runs FILE.db list`: one line per run. `runs FILE.db show [RUN]`: everything known of one run,
/// by its number (the newest without one). Returns the exit code.
int runRunsCommand(const std::string& file,
                   const std::string& action,
                   const std::string& run,
                   CommandStreams& streams);

} // namespace fragscope
