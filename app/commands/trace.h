#pragma once

#include "commands/allocator_options.h"
#include "commands/streams.h"
#include <cstdint>
#include <string>
#include <vector>

namespace fragscope {

struct TraceOptions {
    std::vector<std::string> files; ///< or "generate:NAME,KEY=VALUE,..."
    std::string format = "auto";
    AllocatorOptions allocators;
    std::uint64_t series = 0; ///< samples; 0 = no series.csv
    bool steps = false;
    bool lenient = false;
    std::string csv; ///< folder; empty: the summary goes to `output`
    std::string output = "-";
    std::string exportTo; ///< file: the trace in the own format
    std::string start;    ///< FILE or FILE:NODE:ZONE: free pages at the start
};

/// Replays allocation traces through allocators and writes their tables. Returns the exit code.
int runTraceCommand(const TraceOptions& options, CommandStreams& streams);

} // namespace fragscope
