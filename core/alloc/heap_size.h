#pragma once

#include "fragscope/base/units.h"

/// Arithmetic of blocks that the heaps share.
namespace fragscope {

inline constexpr std::uint64_t heapGranule = 16; ///< lengths and addresses are multiples of it

constexpr std::uint64_t roundUp(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit * unit;
}

/// Where a block starts inside a free one, so that its payload (`header` bytes behind) is aligned
/// and what is left in front is nothing or a block of at least `least` bytes.
constexpr std::uint64_t placeInside(std::uint64_t free,
                                    std::uint64_t header,
                                    std::uint64_t alignment,
                                    std::uint64_t least) {
    std::uint64_t start = roundUp(free + header, alignment) - header;
    while (start != free && start - free < least) {
        start += alignment;
    }
    return start;
}

} // namespace fragscope
