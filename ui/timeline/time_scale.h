#pragma once

#include <algorithm>
#include <cstdint>

namespace fragscope {

/// Maps time in cycles to pixels and back; lanes, scrub bar and playhead use the same one. Pure
/// arithmetic.
struct TimeScale {
    std::uint64_t from = 0; ///< cycles at `left`
    std::uint64_t to = 1;   ///< cycles at left + width
    double left = 0;        ///< pixels
    double width = 1;       ///< pixels

    [[nodiscard]] std::uint64_t span() const { return to > from ? to - from : 1; }

    [[nodiscard]] double xOf(std::uint64_t time) const {
        const std::uint64_t inside = std::clamp(time, from, std::max(from, to)) - from;
        return left + width * static_cast<double>(inside) / static_cast<double>(span());
    }

    [[nodiscard]] std::uint64_t timeAt(double x) const {
        const double share = std::clamp((x - left) / std::max(1.0, width), 0.0, 1.0);
        return from + static_cast<std::uint64_t>(share * static_cast<double>(span()) + 0.5);
    }
};

} // namespace fragscope
