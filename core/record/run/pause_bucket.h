#pragma once

#include <cstdint>
#include <vector>

namespace fragscope {

class WaitHistogram;

/// Number of waits whose length in cycles is in [fromCycles, belowCycles).
struct PauseBucket {
    std::uint64_t fromCycles = 0;
    std::uint64_t belowCycles = 0;
    std::uint64_t waits = 0;

    friend bool operator==(const PauseBucket&, const PauseBucket&) = default;
};

/// The buckets that hold something, ascending.
std::vector<PauseBucket> pauseBuckets(const WaitHistogram& histogram);

} // namespace fragscope
