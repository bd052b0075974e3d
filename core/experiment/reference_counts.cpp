#include "fragscope/experiment/reference_counts.h"

#include <bit>

namespace fragscope {

void ReferenceCounts::add(const ReferenceCounts& others) {
    for (const auto& [references, operations] : others.counts_) {
        counts_[references] += operations;
    }
    operations_ += others.operations_;
    sum_ += others.sum_;
}

std::uint64_t ReferenceCounts::most() const {
    return counts_.empty() ? 0 : counts_.rbegin()->first;
}

double ReferenceCounts::mean() const {
    return operations_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(operations_);
}

std::uint64_t ReferenceCounts::median() const {
    std::uint64_t below = 0;
    for (const auto& [references, operations] : counts_) {
        below += operations;
        if (2 * below >= operations_) {
            return references;
        }
    }
    return 0;
}

std::vector<ReferenceBucket> ReferenceCounts::buckets() const {
    std::vector<ReferenceBucket> buckets;
    for (const auto& [references, operations] : counts_) {
        const std::uint64_t from = std::bit_floor(references);
        while (buckets.empty() || buckets.back().to < references) {
            const std::uint64_t next = buckets.empty() ? from : buckets.back().to + 1;
            buckets.push_back({next, next == 0 ? 0 : 2 * next - 1, 0});
        }
        buckets.back().operations += operations;
    }
    return buckets;
}

} // namespace fragscope
