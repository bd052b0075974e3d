#pragma once

#include "fragscope/kernel/frames/frame_layout.h"

#include <optional>
#include <vector>

namespace fragscope {

/// Where the books of frames have a frame.
enum class FrameHome : std::uint8_t { FreeKernel, FreeData, Used, Reserved, Counted };

/// Element of a frame and what hangs on it, as docs/FRAMES.md describes them.
struct FrameBook {
    FrameInfo info;
    FrameHome home = FrameHome::Reserved;
    std::optional<FrameNumber> next;     ///< in its list; nothing at the end, or without a list
    std::optional<FrameNumber> previous; ///< likewise at the head
    bool linked = true;                  ///< both neighbours, or the list's head, lead back here
    std::vector<FrameOwner> owners;      ///< every entry that is noted to lead to the frame
};

/// Reads the element of a frame, which must exist. Which list it is in follows from its use, as in
/// the check of I9; `linked` looks at the neighbours alone, not at the whole list. A link beyond
/// the last frame counts as none, and as not linked.
FrameBook readFrameBook(const MemoryReader& memory, const KernelRoot& root, FrameNumber frame);

} // namespace fragscope
