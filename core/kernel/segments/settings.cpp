#include "fragscope/kernel/segments/settings.h"

#include <algorithm>
#include <bit>

namespace fragscope {

PageCount roundedRequest(PageCount asked, const SegmentSettings& settings) {
    const std::uint64_t n = std::max<std::uint64_t>(asked.value, 1);
    switch (settings.rounding) {
    case SegmentRounding::Multiple: {
        const std::uint64_t unit = std::max<std::uint64_t>(settings.roundTo.value, 1);
        return PageCount((n + unit - 1) / unit * unit);
    }
    case SegmentRounding::PowerOfTwo:
        return PageCount(std::bit_ceil(n));
    case SegmentRounding::Sizes: {
        const auto found =
            std::lower_bound(settings.sizes.begin(), settings.sizes.end(), PageCount(n));
        return found == settings.sizes.end() ? PageCount(n) : *found;
    }
    default:
        return PageCount(n);
    }
}

PageCount alignmentOf(PageCount frames, const SegmentSettings& settings) {
    return frames > settings.alignAbove ? settings.alignment : PageCount(1);
}

} // namespace fragscope
