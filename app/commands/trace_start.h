#pragma once

#include "fragscope/experiment/start_state.h"
#include "fragscope/experiment/trace_trial.h"

#include "commands/allocator_options.h"
#include "commands/streams.h"

namespace fragscope {

/// The free pages that `--start FILE` or `--start FILE:NODE:ZONE` names; nothing for an empty text.
/// Errors: no page-allocator among the allocators, those of readSystemState, no such zone.
Expected<std::optional<FreePageCounts>> readStart(const std::string& text,
                                                  const std::vector<NamedAllocator>& allocators);

/// Tells what of the wanted free pages the heap had no room for.
void tellStart(const TraceTrial& trial,
               const std::optional<FreePageCounts>& wanted,
               const std::string& text,
               CommandStreams& streams);

} // namespace fragscope
