#pragma once

#include "commands/streams.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fragscope {

struct PagingOptions {
    std::string policy;
    std::uint64_t frames = 0;
    std::optional<std::string> refs;     ///< the reference string itself, or
    std::optional<std::string> refsFile; ///< the file that holds it
    std::vector<std::string> set;        ///< KEY=VALUE
    std::uint64_t seed = 1;              ///< of the policy `random`
    std::string output = "-";            ///< file, or - for standard output
};

/// Replays a reference string under a replacement policy. Writes one CSV row per reference (step
/// from 1, page, hit, victim, frames; for Clock also refbits and hand) and the totals to standard
/// error. Returns the exit code.
int runPagingCommand(const PagingOptions& options, CommandStreams& streams);

} // namespace fragscope
