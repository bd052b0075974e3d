#pragma once

#include "fragscope/scenario/settings.h"

namespace fragscope {

/// Settings that do not fit each other or the machine.
struct ConfigIssue {
    std::string_view key;                      ///< of the registry: "process.blocks"
    std::size_t item = 0;                      ///< which process or action
    std::size_t element = SettingIssue::whole; ///< of a list
    std::string reason;
};

/// Everything that is wrong with a configuration whose single values are in range; empty if it can
/// run.
std::vector<ConfigIssue> validate(const RunConfig& config);

/// The same as errors for the user, keys in full ("process.application.blocks"), no place.
std::vector<Error> validationErrors(const RunConfig& config);

/// Frames at the start of memory that the kernel keeps its books and their page tables in
/// (kernel/frames/kernel_plan.h); no block may lie there.
std::uint64_t kernelFrames(ByteCount memory,
                           const FrameSettings& settings = {},
                           const PagingSettings& paging = {});

} // namespace fragscope
