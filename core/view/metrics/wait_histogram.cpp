#include "fragscope/view/metrics/wait_histogram.h"

#include <bit>

namespace fragscope {

namespace {

constexpr unsigned subBits = 4; ///< log2 of the buckets per power of two
constexpr std::uint64_t subBuckets = 1ULL << subBits;
constexpr std::uint64_t wholePercent = 100;

} // namespace

std::size_t WaitHistogram::bucketOf(std::uint64_t cycles) {
    if (cycles < subBuckets) {
        return cycles;
    }
    const auto exponent = static_cast<unsigned>(std::bit_width(cycles)) - 1;
    const std::uint64_t sub = (cycles >> (exponent - subBits)) - subBuckets;
    return (exponent - subBits + 1) * subBuckets + sub;
}

std::uint64_t WaitHistogram::bucketStart(std::size_t bucket) {
    if (bucket < subBuckets) {
        return bucket;
    }
    if (bucket >= bucketLimit) {
        return ~0ULL;
    }
    const std::uint64_t sub = bucket % subBuckets;
    return (subBuckets + sub) << (bucket / subBuckets - 1);
}

void WaitHistogram::add(std::uint64_t cycles) {
    const std::size_t bucket = bucketOf(cycles);
    if (bucket >= counts_.size()) {
        counts_.resize(bucket + 1);
    }
    ++counts_[bucket];
    ++total_;
}

std::uint64_t WaitHistogram::percentile(unsigned percent) const {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen != 0 && seen * wholePercent >= percent * total_) {
            return i + 1 < bucketLimit ? bucketStart(i + 1) - 1 : ~0ULL;
        }
    }
    return 0;
}

std::vector<HistogramBucket> WaitHistogram::buckets() const {
    std::vector<HistogramBucket> filled;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] != 0) {
            filled.push_back({bucketStart(i), bucketStart(i + 1), counts_[i]});
        }
    }
    return filled;
}

} // namespace fragscope
