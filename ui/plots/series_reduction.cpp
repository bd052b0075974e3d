#include "fragscope/ui/plots/series_reduction.h"

#include <algorithm>

namespace fragscope {

namespace {

PlotPoint pointOf(const MetricSample& sample, MetricId metric) {
    return {static_cast<double>(sample.timeCycles),
            displayValue(metric, sample.values.at(static_cast<std::size_t>(metric)))};
}

/// Least and greatest value of the samples of a column.
struct Column {
    PlotPoint least;
    PlotPoint greatest;
    bool used = false;

    void add(const PlotPoint& point) {
        if (!used || point.value < least.value) {
            least = point;
        }
        if (!used || point.value > greatest.value) {
            greatest = point;
        }
        used = true;
    }

    void moveTo(std::vector<PlotPoint>& points) {
        if (!used) {
            return;
        }
        const bool ordered = least.time <= greatest.time;
        points.push_back(ordered ? least : greatest);
        if (least.time != greatest.time) {
            points.push_back(ordered ? greatest : least);
        }
        used = false;
    }
};

/// Of a sorted series; `pointAt` makes a PlotPoint of an element.
template <class Element, class Point>
std::vector<PlotPoint> reducedBy(const std::vector<Element>& series,
                                 const Point& pointAt,
                                 double from,
                                 double to,
                                 std::size_t columns) {
    std::vector<PlotPoint> points;
    const auto before = [&](const Element& each, double time) { return pointAt(each).time < time; };
    auto sample = std::lower_bound(series.begin(), series.end(), from, before);
    if (sample != series.begin()) {
        points.push_back({from, pointAt(*(sample - 1)).value});
    }
    Column column;
    std::size_t current = 0;
    const double width =
        std::max(1e-9, (to - from) / static_cast<double>(std::max<std::size_t>(1, columns)));
    for (; sample != series.end(); ++sample) {
        const PlotPoint point = pointAt(*sample);
        if (point.time > to) {
            break;
        }
        const auto here = static_cast<std::size_t>((point.time - from) / width);
        if (here != current) {
            column.moveTo(points);
            current = here;
        }
        column.add(point);
    }
    column.moveTo(points);
    if (!points.empty() && points.back().time < to) {
        points.push_back({to, points.back().value});
    }
    return points;
}

} // namespace

std::vector<PlotPoint> reduced(const std::vector<MetricSample>& series,
                               MetricId metric,
                               double from,
                               double to,
                               std::size_t columns) {
    return reducedBy(
        series, [=](const MetricSample& sample) { return pointOf(sample, metric); }, from, to,
        columns);
}

std::vector<PlotPoint>
reduced(const std::vector<PlotPoint>& points, double from, double to, std::size_t columns) {
    return reducedBy(
        points, [](const PlotPoint& point) { return point; }, from, to, columns);
}

} // namespace fragscope
