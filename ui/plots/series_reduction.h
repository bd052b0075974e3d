#pragma once

#include "fragscope/view/metrics.h"

#include <cstddef>
#include <vector>

namespace fragscope {

/// A point of a plot.
struct PlotPoint {
    double time = 0;
    double value = 0;
    friend bool operator==(const PlotPoint&, const PlotPoint&) = default;
};

/// One metric of a series as points between two times, at most two per column: the least and the
/// greatest value in it, in order of time. Extremes are never lost, however many samples there are.
/// The last known value before `from` begins, the last value is drawn on to `to`.
std::vector<PlotPoint> reduced(const std::vector<MetricSample>& series,
                               MetricId metric,
                               double from,
                               double to,
                               std::size_t columns);

/// The same of points in order of time.
std::vector<PlotPoint>
reduced(const std::vector<PlotPoint>& points, double from, double to, std::size_t columns);

} // namespace fragscope
