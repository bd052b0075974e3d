#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fragscope {

/// The waits whose length in cycles is in [fromCycles, belowCycles).
struct HistogramBucket {
    std::uint64_t fromCycles = 0;
    std::uint64_t belowCycles = 0; ///< all ones for the last bucket of 64 bits
    std::uint64_t waits = 0;
};

/// Number of waits by length: bucket i holds waits of lower border `bucketStart(i)` up to the next
/// one. Log-linear: 16 buckets per power of two; below 32 cycles each length has its own.
class WaitHistogram {
public:
    static constexpr std::size_t bucketLimit = 976; ///< buckets that 64-bit lengths can need

    void add(std::uint64_t cycles);

    /// Length that `percent` (1 to 100) of the waits do not exceed: the largest length of its
    /// bucket; 0 without waits.
    [[nodiscard]] std::uint64_t percentile(unsigned percent) const;

    static std::size_t bucketOf(std::uint64_t cycles);

    /// All ones for bucketLimit and beyond.
    static std::uint64_t bucketStart(std::size_t bucket);

    [[nodiscard]] std::uint64_t total() const { return total_; }

    [[nodiscard]] std::span<const std::uint64_t> counts() const { return counts_; }

    /// The buckets that hold something, ascending.
    [[nodiscard]] std::vector<HistogramBucket> buckets() const;

private:
    std::vector<std::uint64_t> counts_; ///< as long as the longest wait needs
    std::uint64_t total_ = 0;
};

} // namespace fragscope
