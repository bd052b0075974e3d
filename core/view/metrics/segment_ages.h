#pragma once

#include "fragscope/base/units.h"

#include <map>
#include <vector>

namespace fragscope {

/// The segments that there are by age, as a fold of the events of the segment heap: which quarter
/// of them a moved one belongs to (DEFRAG 3.8). Births count up from 1 with each segment.
class SegmentAges {
public:
    void allocated(FrameNumber base);
    void freed(FrameNumber base);
    void moved(FrameNumber from, FrameNumber to);

    [[nodiscard]] std::size_t live() const { return births_.size(); }

    /// 0 = the oldest quarter of all, 3 = the youngest, of the segment at `base`, which must be
    /// known; 0 if it is not.
    [[nodiscard]] unsigned quarterOf(FrameNumber base) const;

private:
    std::uint64_t born_ = 0;
    std::vector<std::uint64_t> births_;             ///< ascending
    std::map<std::uint64_t, std::uint64_t> byBase_; ///< frame number to birth
};

} // namespace fragscope
