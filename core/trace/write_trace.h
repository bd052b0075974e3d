#pragma once

#include "fragscope/base/error.h"
#include "fragscope/trace/trace.h"

#include <string>

namespace fragscope {

/// Writes a trace in the own format, compressed if the name ends in ".gz". The ids become dense
/// from 1, in the order of the operations, unless they are dense already. Operations of kind Bad
/// are left out; migrate types have no place in the format and are lost. The file appears when it
/// is whole, or not at all. Errors: the file cannot be made, written or replaced.
Expected<Done> writeTrace(const AllocationTrace& trace, const std::string& path);

} // namespace fragscope
