#include "fragscope/record/run/pause_bucket.h"

#include "fragscope/view/metrics.h"

namespace fragscope {

std::vector<PauseBucket> pauseBuckets(const WaitHistogram& histogram) {
    std::vector<PauseBucket> buckets;
    const std::span<const std::uint64_t> counts = histogram.counts();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] != 0) {
            buckets.push_back(
                {WaitHistogram::bucketStart(i), WaitHistogram::bucketStart(i + 1), counts[i]});
        }
    }
    return buckets;
}

} // namespace fragscope
