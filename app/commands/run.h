#pragma once

#include "commands/run_options.h"
#include "commands/streams.h"
#include <atomic>

namespace fragscope {

/// Runs a scenario to its end, a condition or a limit; records it, writes its tables and prints a
/// summary. Returns the exit code. SIGINT and SIGTERM end the run after the current steps
/// (requestStop()).
int runRunCommand(const RunOptions& options, CommandStreams& streams);

/// Makes a run that is under way stop soon; may be called from a signal handler.
void requestStop() noexcept;

/// For other commands that take long.
bool stopWasRequested() noexcept;
const std::atomic<bool>& stopFlag() noexcept;

} // namespace fragscope
