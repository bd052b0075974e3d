#pragma once

#include "commands/streams.h"
#include <string>

namespace fragscope {

/// What a scenario file is about, its expectations, the arithmetic of an automatic transfer block,
/// and all its settings resolved. Returns the exit code.
int describeScenario(const std::string& file, CommandStreams& streams);

} // namespace fragscope
