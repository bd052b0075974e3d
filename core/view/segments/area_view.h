#pragma once

#include "fragscope/kernel/layout.h"
#include "fragscope/kernel/segments/segment_layout.h"

#include <cstdint>
#include <vector>

namespace fragscope {

/// An entry of a process's array of areas.
struct AreaView {
    std::size_t index = 0; ///< in the array
    VirtAddr start{};
    PageCount pages{}; ///< up to the next entry; 0 = empty, as while a mover works
    EntryKind kind = EntryKind::Block;
    SegmentId segment = 0;      ///< of a block; 0 = none
    std::uint32_t list = 0;     ///< of a free area: its list by length, 0 = that of large ones
    std::size_t inList = 0;     ///< likewise: place in that list from 1; 0 = it is not there
    std::size_t listLength = 0; ///< likewise: areas in that list

    friend bool operator==(const AreaView&, const AreaView&) = default;
};

/// The array of areas of a process (kernel/segments/area_array.h) as its bytes say, in its order,
/// without the limit; empty if its map has no room for the lists: then it is an ordinary map.
std::vector<AreaView> decodeAreas(const MemoryReader& memory, const ProcessInfo& process);

} // namespace fragscope
