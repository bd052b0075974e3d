#pragma once

#include "fragscope/task/listing.h"

namespace fragscope {

enum class DlmallocLine : std::uint16_t {
    Pad = 1,
    SmallMap,
    TakeSmall,
    AskVictim,
    NextSmall,
    TreeMap,
    WalkTree,
    Leftmost,
    GiveFront,
    GiveWhole,
    NewVictim,
    UseVictim,
    UseTop,
    MapArea,
    Extend,
    Segment,
    Free,
    Unmap,
    Before,
    Behind,
    IntoTop,
    IntoVictim,
    SetFree,
    UnlinkSmall,
    UnlinkTree,
    InsertSmall,
    InsertTree,
    Trim,
    Release,
};

struct DlmallocLocals {
    std::uint64_t size = 0;  ///< of the chunk that the request needs
    std::uint64_t bin = 0;   ///< small bin or tree
    std::uint64_t chunk = 0; ///< address
    std::uint64_t bytes = 0; ///< of the chunk
    std::uint64_t rest = 0;
    std::uint64_t neighbour = 0;
    std::uint64_t victim = 0; ///< bytes
    std::uint64_t top = 0;    ///< bytes
};

const Listing& listingDlmalloc();

} // namespace fragscope
