#pragma once

#include "commands/streams.h"
#include <string>

namespace fragscope {

/// Names with one sentence each; `what` is one of scenarios, movers, settings, events, metrics,
/// allocators (with their settings and defaults), trial-figures, trace-formats, trace-generators
/// (with their settings and defaults), or empty for all of them.
int runListCommand(const std::string& what, CommandStreams& streams);

} // namespace fragscope
