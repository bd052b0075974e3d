#pragma once

#include "fragscope/kernel/memory_map.h"
#include "fragscope/kernel/process.h"

#include <vector>

namespace fragscope {

/// One aligned store to a word of a map entry.
struct MapPatch {
    std::size_t entry = 0;
    std::uint64_t field = 0;
    std::uint64_t value = 0;
};

/// The three neighbours of a move in one map: indices of the entries O (grows), E (no access) and A
/// (shrinks).
struct MoveEntries {
    std::size_t o = 0;
    std::size_t e = 0;
    std::size_t a = 0;
};

/// "Increase the address of A by t": entry E covers the next transfer block. One store if the map
/// is StartOnly; the other representations need two or three, with a torn map in between
/// (DEFRAG 1.1).
std::vector<MapPatch>
coverPatches(const MemoryMap& map, const MoveEntries& entries, MoveEnd end, std::uint64_t bytes);

/// Without entry E: O, at index `o`, takes over the `bytes` of its neighbour A, whose entry is
/// deleted next. At the high end of a StartOnly map nothing is to be stored.
std::vector<MapPatch>
takeOverPatches(const MemoryMap& map, std::size_t o, MoveEnd end, std::uint64_t bytes);

/// "Increase the address of E by t": the grown entry O takes the block over at its new place.
std::vector<MapPatch>
reopenPatches(const MemoryMap& map, const MoveEntries& entries, MoveEnd end, std::uint64_t bytes);

} // namespace fragscope
