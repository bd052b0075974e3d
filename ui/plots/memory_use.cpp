#include "fragscope/ui/plots/memory_use.h"

#include "fragscope/event/event_kind.h"

#include <algorithm>

namespace fragscope {

void MemoryUseFold::add(const EventLog& log) {
    for (nextSeq_ = std::max(nextSeq_, log.firstSeq()); nextSeq_ < log.endSeq(); ++nextSeq_) {
        const Event& event = log.at(nextSeq_);
        if (event.kind != EventKind::MemoryUse) {
            continue;
        }
        ++version_;
        std::vector<Point>& points = uses_[event.object];
        points.push_back({event.timeCycles, {event.value, event.a, event.b}});
        if (points.size() <= mostPoints) {
            continue;
        }
        for (std::size_t i = 0; i < points.size() / 2; ++i) {
            const Point& first = points[2 * i];
            Point both = points[2 * i + 1];
            for (std::size_t use = 0; use < both.pages.size(); ++use) {
                both.pages[use] = std::max(both.pages[use], first.pages[use]);
            }
            points[i] = both;
        }
        points[points.size() / 2] = points.back(); // the latest stays exact
        points.resize(points.size() / 2 + 1);
    }
}

std::vector<PlotPoint> MemoryUseFold::points(std::uint32_t process, UseOfPages use) const {
    std::vector<PlotPoint> points;
    const auto found = uses_.find(process);
    if (found == uses_.end()) {
        return points;
    }
    for (const Point& point : found->second) {
        points.push_back({static_cast<double>(point.timeCycles),
                          static_cast<double>(point.pages.at(static_cast<std::size_t>(use)))});
    }
    return points;
}

} // namespace fragscope
