#pragma once

#include "fragscope/base/error.h"
#include "fragscope/record/run/run_address.h"

#include <string>

namespace fragscope {

/// RUN on the command line: FILE.db or FILE.db#N. A usage error if what follows the # is no number.
Expected<RunAddress> parseRunArgument(const std::string& text);

} // namespace fragscope
