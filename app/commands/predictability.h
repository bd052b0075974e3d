#pragma once

#include "commands/allocator_options.h"
#include "commands/streams.h"

namespace fragscope {

struct PredictabilityOptions {
    AllocatorOptions allocators; ///< none: all that serve requests of any size
    std::uint64_t orders = 100;  ///< random orders of the same operations
    std::uint64_t seed = 1;
    std::string csv; ///< folder; empty: the solution space goes to standard output
};

/// Measures how far the cost of operations and the room that is left depend on anything but the
/// sizes of objects, and writes its tables. Returns the exit code.
int runPredictabilityCommand(const PredictabilityOptions& options, CommandStreams& streams);

} // namespace fragscope
