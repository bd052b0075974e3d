#pragma once

#include "fragscope/alloc/arena_reader.h"

#include <string_view>
#include <vector>

namespace fragscope {

/// A block as it lies in the arena, with its header.
struct HeapBlock {
    VirtAddr start;
    ByteCount length;
    bool used = false;

    friend bool operator==(const HeapBlock&, const HeapBlock&) = default;
};

/// A heap decoded from its bytes: blocks by address; together they cover the arena behind the
/// heap's own variables.
struct HeapPicture {
    std::vector<HeapBlock> blocks;
    std::string_view fault; ///< what is wrong, empty if nothing
    VirtAddr faultAt{};

    [[nodiscard]] bool whole() const { return fault.empty(); }

    /// The picture up to here, with what is wrong.
    HeapPicture& broken(std::string_view what, VirtAddr at) {
        fault = what;
        faultAt = at;
        return *this;
    }
};

} // namespace fragscope
