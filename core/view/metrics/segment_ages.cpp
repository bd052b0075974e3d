#include "fragscope/view/metrics/segment_ages.h"

#include <algorithm>

namespace fragscope {

void SegmentAges::allocated(FrameNumber base) {
    births_.push_back(++born_);
    byBase_[base.value] = born_;
}

void SegmentAges::freed(FrameNumber base) {
    const auto known = byBase_.find(base.value);
    if (known == byBase_.end()) {
        return;
    }
    births_.erase(std::lower_bound(births_.begin(), births_.end(), known->second));
    byBase_.erase(known);
}

void SegmentAges::moved(FrameNumber from, FrameNumber to) {
    if (auto known = byBase_.extract(from.value); !known.empty()) {
        known.key() = to.value;
        byBase_.insert(std::move(known));
    }
}

unsigned SegmentAges::quarterOf(FrameNumber base) const {
    const auto known = byBase_.find(base.value);
    if (known == byBase_.end()) {
        return 0;
    }
    const auto rank = std::lower_bound(births_.begin(), births_.end(), known->second);
    return static_cast<unsigned>((rank - births_.begin()) * 4 /
                                 static_cast<std::ptrdiff_t>(births_.size()));
}

} // namespace fragscope
