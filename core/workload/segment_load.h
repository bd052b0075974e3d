#pragma once

#include "fragscope/base/units.h"

#include <string>
#include <vector>

namespace fragscope {

/// Which words of its segments a program writes, and reads again before it frees them.
enum class SegmentStamps : std::uint8_t { Pages, Ends, None };

/// A program that asks for segments and frees them (pattern Segments): sizes, lives, and how much
/// it holds (DEFRAG 3.8).
struct SegmentLoad {
    ByteCount limit =
        mib(4); ///< it frees before a request until it holds at most this with it; counted as given
    ByteCount least = kib(4);         ///< small segments: uniform, in whole pages
    ByteCount most = kib(256);        ///< likewise
    std::vector<ByteCount> popular;   ///< sizes that are asked for often
    std::uint32_t popularPercent = 0; ///< share of the requests that want one of them
    std::uint32_t largePercent = 0;   ///< share of the requests for large segments
    ByteCount largeLeast = mib(4);    ///< uniform, in whole pages
    ByteCount largeMost = mib(12);    ///< likewise
    std::uint32_t youngPercent = 50;  ///< share of the frees that hit the younger quarter
    SegmentStamps stamps = SegmentStamps::Pages;
    std::uint64_t pauseCycles = 0;      ///< it sleeps so long before each request
    bool freeAtEnd = false;             ///< after its last request it frees all that it holds
    std::uint32_t unmovablePercent = 0; ///< share of the requests that are unmovable (buddy)
    std::uint32_t sweeps = 0;           ///< pattern Checkerboard: looks at each page of the array
    bool promote = false;               ///< pattern Checkerboard: asks for large pages before
    std::string peer;                   ///< process that gets messages; it has the same stamps
    std::uint32_t sendPercent = 0;      ///< share of the segments that are sent there, not freed
    std::uint32_t lockPercent = 0;      ///< share of the segments that are locked for a while
    std::uint32_t lockRequests = 8;     ///< how long, in requests of the program
};

} // namespace fragscope
