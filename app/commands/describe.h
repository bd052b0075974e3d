#pragma once

#include "commands/streams.h"
#include <string>

namespace fragscope {

/// Everything about one name: a scenario (with all resolved settings), a setting, a choice of a
/// setting, an event kind, a metric or a rule. Returns the exit code.
int runDescribeCommand(const std::string& name, CommandStreams& streams);

/// Writes the reference of scenario files, docs/SCENARIOS.md.
int writeReference(CommandStreams& streams);

} // namespace fragscope
