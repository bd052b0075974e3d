#pragma once

#include "fragscope/event/rule.h"
#include "fragscope/kernel/frames/frame_layout.h"

#include <optional>
#include <set>
#include <string>

namespace fragscope {

/// What does not agree in the books of frames.
struct FrameIssue {
    unsigned number = 0; ///< of the invariant, 9 to 14
    Rule rule = Rule::None;
    std::uint32_t process = 0;
    FrameNumber frame; ///< 0 = none in particular
    std::string text;
};

/// What the check cannot know from the bytes.
struct FrameCheckContext {
    std::set<std::uint32_t> changing; ///< processes in the middle of a change: I11 waits for them
    bool usesTables = true;           ///< translation by page tables
};

/// Checks the books of frames against each other and against all page tables (a full scan): I9 each
/// frame is in exactly one list; I10 references = owner records; I11 owner records and table
/// entries agree; I12 the sum; I13 page tables are booked as such; I14 the dead own nothing.
/// Returns the first that is broken.
std::optional<FrameIssue> checkFrames(const MemoryReader& memory, const FrameCheckContext& context);

} // namespace fragscope
