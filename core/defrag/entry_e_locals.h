#pragma once

#include "fragscope/defrag/entry_e.h"
#include "fragscope/defrag/map_patch.h"

namespace fragscope {

/// What survives a step; shown beside the listing in this order.
struct EntryE::Locals {
    std::uint64_t block;
    std::uint64_t start;
    std::uint64_t length;
    std::uint64_t source;
    std::uint64_t destination;
    std::uint64_t page;
    std::uint64_t round;
    std::uint64_t left;
};

/// O, E and A in a map once E has been added at the block's entry.
inline MoveEntries entriesOf(const BlockOwner& owner, MoveEnd end) {
    if (end == MoveEnd::High) {
        return {.o = owner.entry - 1, .e = owner.entry, .a = owner.entry + 1};
    }
    return {.o = owner.entry + 2, .e = owner.entry + 1, .a = owner.entry};
}

/// Virtual address of the transfer block in the address space of one owner.
inline VirtAddr blockIn(const BlockOwner& owner) {
    return VirtAddr(owner.process->move.blockStart);
}

} // namespace fragscope
