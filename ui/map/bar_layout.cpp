#include "fragscope/ui/map/bar_layout.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Widths in proportion, raised to `smallest` where needed; the others give way in proportion.
std::vector<double> widthsOf(const std::vector<Extent>& extents, double width, double smallest) {
    std::vector<double> widths(extents.size(), 0);
    const double count = static_cast<double>(extents.size());
    smallest = std::min(smallest, width / std::max(1.0, count));
    std::vector<bool> raised(extents.size(), false);
    for (bool again = true; again;) {
        again = false;
        double room = width;
        double bytes = 0;
        for (std::size_t i = 0; i < extents.size(); ++i) {
            room -= raised[i] ? smallest : 0;
            bytes += raised[i] ? 0 : static_cast<double>(extents[i].length);
        }
        for (std::size_t i = 0; i < extents.size(); ++i) {
            widths[i] =
                raised[i] ? smallest : room * static_cast<double>(extents[i].length) / bytes;
            if (!raised[i] && widths[i] < smallest) {
                raised[i] = true;
                again = true;
            }
        }
    }
    return widths;
}

} // namespace

BarLayout::BarLayout(const std::vector<Extent>& extents,
                     double left,
                     double width,
                     double smallest) {
    const std::vector<double> widths = widthsOf(extents, width, smallest);
    double x = left;
    for (std::size_t i = 0; i < extents.size(); ++i) {
        bars_.push_back({extents[i], x, widths[i]});
        x += widths[i];
    }
}

std::optional<double> BarLayout::xOf(std::uint64_t vaddr) const {
    for (const Bar& bar : bars_) {
        if (bar.contains(vaddr)) {
            const double share = static_cast<double>(vaddr - bar.extent.start) /
                                 static_cast<double>(bar.extent.length);
            return bar.left + share * bar.width;
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> BarLayout::addressAt(double x) const {
    for (const Bar& bar : bars_) {
        if (x >= bar.left && x < bar.left + bar.width) {
            const double share = (x - bar.left) / bar.width;
            const auto offset =
                static_cast<std::uint64_t>(share * static_cast<double>(bar.extent.length));
            return bar.extent.start + std::min(offset, bar.extent.length - 1);
        }
    }
    return std::nullopt;
}

} // namespace fragscope
