#pragma once

#include "fragscope/base/error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fragscope {

/// Free blocks of one zone (and migrate type) of a page allocator.
struct ZoneFreeBlocks {
    std::uint64_t node = 0;
    std::string zone;                  ///< "DMA32", "Normal", ...
    std::string migrateType;           ///< "Unmovable", "Movable", ...; empty in /proc/buddyinfo
    std::vector<std::uint64_t> blocks; ///< by order: free blocks of 2^order pages
    bool atLeast = false; ///< the kernel stopped counting some list (it prints ">100000")
};

/// What Linux tells of its free pages.
struct SystemState {
    std::uint64_t pageBlockOrder = 0; ///< order of a page block; 0 in /proc/buddyinfo
    std::vector<ZoneFreeBlocks> zones;
};

/// Reads a copy of /proc/buddyinfo or /proc/pagetypeinfo, or the file itself; plain, gzip or zstd.
/// Errors name file and line: no such file, neither of the two, a malformed line.
/// Source: mm/vmstat.c of Linux, frag_show_print and pagetypeinfo_showfree_print.
Expected<SystemState> readSystemState(const std::string& path);

} // namespace fragscope
