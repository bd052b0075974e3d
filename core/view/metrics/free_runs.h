#pragma once

#include "fragscope/base/units.h"

#include <map>

namespace fragscope {

/// The free frames as maximal runs, with the longest one at hand. Logarithmic in the number of
/// runs. Invariants: (1) runs neither overlap nor touch; (2) free() is the sum of their lengths.
/// Taking what is not free and giving what is free already change nothing there.
class FreeRuns {
public:
    void take(FrameNumber first, PageCount count);
    void give(FrameNumber first, PageCount count);

    [[nodiscard]] PageCount free() const { return free_; }

    /// 0 if nothing is free.
    [[nodiscard]] PageCount longest() const;

    [[nodiscard]] std::size_t runs() const { return runs_.size(); }

private:
    using Runs = std::map<std::uint64_t, std::uint64_t>; ///< first frame to length

    void add(std::uint64_t first, std::uint64_t length);
    Runs::iterator remove(Runs::iterator run);

    Runs runs_;
    std::map<std::uint64_t, std::uint64_t> lengths_; ///< length to number of runs
    PageCount free_;
};

} // namespace fragscope
