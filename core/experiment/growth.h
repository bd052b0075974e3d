#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fragscope {

/// How a cost grows with what it is measured against.
enum class Growth : std::uint8_t {
    Unknown, ///< fewer than three points, or what it is measured against grows by less than 4
    Constant,
    Logarithmic,
    Linear,
};

std::string_view nameOf(Growth growth);

/// One point of a curve of costs.
struct GrowthPoint {
    std::uint64_t at = 0; ///< at least 1
    double cost = 0;
};

/// The form offset + slope * f(at) that is nearest to the points, and how near.
struct GrowthFit {
    Growth growth = Growth::Unknown;
    double offset = 0;
    double slope = 0;
    double error = 0; ///< mean square of the relative differences to the points
};

/// The form that fits: f is 0 (constant), log2 or the value itself (linear).
///
/// Constant: in the upper half of the points (three at least), which alone are fitted then, the
/// largest cost is at most 1.6 times the least, or 24 references more: a cost that has reached its
/// bound, whatever it was before. The factor is below that of a logarithm from 1,000 to 100,000;
/// the 24 are what an operation takes that now and then opens a page. Otherwise the logarithm or
/// the line, whichever has the smaller sum of squares of (form - cost) / max(cost, 1) over all
/// points: relative, so that the points of small values count as much as those of large ones. Costs
/// that fall count as constant. log2 is linear between powers of two (exact at these), so that the
/// result is the same on every machine. Points in order of `at`.
GrowthFit fitGrowth(std::span<const GrowthPoint> points);

} // namespace fragscope
