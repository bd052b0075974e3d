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
    bool books = false;      ///< neither free nor given out: the allocator's own, or room that it
                             ///< cannot give out (the end of a page)
    std::uint32_t group = 0; ///< of the allocator: its size class, order or page, if it has such

    friend bool operator==(const HeapBlock&, const HeapBlock&) = default;
};

/// A free area as a member of a list.
struct FreeListMember {
    VirtAddr start;   ///< of the block, header included
    ByteCount length; ///< header included

    friend bool operator==(const FreeListMember&, const FreeListMember&) = default;
};

/// One list of free areas, in the order in which it is searched. Lists of allocators with two
/// indices (TLSF: first and second level; page allocator: order and migrate type) have both.
struct FreeListPicture {
    std::string_view name; ///< "list", "small bin", "order", "level", ...
    std::uint32_t row = 0; ///< first index
    std::uint32_t column = 0;
    ByteCount least{}; ///< sizes that belong here
    ByteCount most{};
    std::vector<FreeListMember> members;
};

/// A heap decoded from its bytes: blocks by address; together they cover the arena behind the
/// heap's own variables.
struct HeapPicture {
    std::vector<HeapBlock> blocks;
    std::vector<FreeListPicture> lists; ///< in the order in which an allocation looks at them;
                                        ///< empty lists may be left out
    std::string_view fault;             ///< what is wrong, empty if nothing
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
