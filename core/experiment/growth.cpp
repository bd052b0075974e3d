#include "fragscope/experiment/growth.h"

#include <algorithm>
#include <array>
#include <bit>

namespace fragscope {

namespace {

double logarithm(std::uint64_t value) {
    const std::uint64_t floor = std::bit_floor(value);
    return static_cast<double>(std::bit_width(value) - 1) +
           static_cast<double>(value - floor) / static_cast<double>(floor);
}

double valueOf(Growth growth, std::uint64_t at) {
    return growth == Growth::Linear        ? static_cast<double>(at)
           : growth == Growth::Logarithmic ? logarithm(at)
                                           : 0;
}

double weightOf(const GrowthPoint& point) {
    const double scale = std::max(point.cost, 1.0);
    return 1 / (scale * scale);
}

/// Least squares with those weights.
GrowthFit fitForm(Growth growth, std::span<const GrowthPoint> points) {
    double weights = 0;
    double meanValue = 0;
    double meanCost = 0;
    for (const GrowthPoint& point : points) {
        weights += weightOf(point);
        meanValue += weightOf(point) * valueOf(growth, point.at);
        meanCost += weightOf(point) * point.cost;
    }
    meanValue /= weights;
    meanCost /= weights;
    double square = 0;
    double product = 0;
    for (const GrowthPoint& point : points) {
        const double value = valueOf(growth, point.at) - meanValue;
        square += weightOf(point) * value * value;
        product += weightOf(point) * value * (point.cost - meanCost);
    }
    GrowthFit fit{growth};
    fit.slope = square > 0 ? product / square : 0;
    fit.offset = meanCost - fit.slope * meanValue;
    for (const GrowthPoint& point : points) {
        const double difference = fit.offset + fit.slope * valueOf(growth, point.at) - point.cost;
        fit.error += weightOf(point) * difference * difference;
    }
    fit.error /= static_cast<double>(points.size());
    return fit;
}

bool isBounded(std::span<const GrowthPoint> points) {
    const auto [least, most] = std::minmax_element(
        points.begin(), points.end(),
        [](const GrowthPoint& a, const GrowthPoint& b) { return a.cost < b.cost; });
    return most->cost <= 1.6 * least->cost || most->cost <= least->cost + 24;
}

} // namespace

std::string_view nameOf(Growth growth) {
    constexpr std::array<std::string_view, 4> names{"unknown", "constant", "logarithmic", "linear"};
    return names.at(static_cast<std::size_t>(growth));
}

GrowthFit fitGrowth(std::span<const GrowthPoint> points) {
    if (points.size() < 3 || points.back().at < 4 * points.front().at) {
        return {};
    }
    const auto upper = points.last(std::max<std::size_t>(3, (points.size() + 1) / 2));
    const GrowthFit constant = fitForm(Growth::Constant, upper);
    if (isBounded(upper)) {
        return constant;
    }
    const GrowthFit logarithmic = fitForm(Growth::Logarithmic, points);
    const GrowthFit linear = fitForm(Growth::Linear, points);
    const GrowthFit& nearer = linear.error < logarithmic.error ? linear : logarithmic;
    return nearer.slope > 0 ? nearer : constant;
}

} // namespace fragscope
