#pragma once

#include "fragscope/base/error.h"
#include "fragscope/trace/trace_format.h"

#include <string_view>

namespace fragscope {

/// Finds the format by the first lines of a file. Errors: nothing in it, not text, not known. The
/// error's line is that of the first line that is not a comment.
Expected<TraceFormat> detectFormat(std::string_view head);

} // namespace fragscope
