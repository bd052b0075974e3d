#pragma once

#include "fragscope/kernel/frames/frame_layout.h"

#include <array>
#include <vector>

namespace fragscope {

/// How a walk along a list of frames ended.
enum class ListEnd : std::uint8_t {
    Whole,  ///< at the last element
    Longer, ///< it goes on: `length` is a lower bound
    Broken, ///< at an element that does not exist or does not lead back
};

/// One list of the frame table, from its head on.
struct FrameListView {
    FrameList list = FrameList::FreeData;
    std::uint64_t length = 0; ///< elements walked
    ListEnd end = ListEnd::Whole;
    std::vector<FrameNumber> first; ///< the first of them
};

inline constexpr std::uint64_t mostListWalked = 8192; ///< elements
inline constexpr std::size_t mostListShown = 64;

/// Walks the three lists; nothing is changed and nothing costs the machine time.
std::array<FrameListView, 3> readFrameLists(const MemoryReader& memory, const KernelRoot& root);

} // namespace fragscope
