#pragma once

#include "fragscope/view/metrics/metric.h"

/// Figures of merit of a segment heap, each made of several metrics: what the author of seed 001
/// asks of his two designs. Source: DEFRAG 3.8.
namespace fragscope {

struct SegmentFigure {
    std::string_view name; ///< with its unit, as metrics have it
    std::string_view unit;
    Better better;
    std::string_view description;
    double (*of)(const MetricSample& sample); ///< 0 where nothing was counted
};

std::span<const SegmentFigure> segmentFigures();

/// Whether the run asked for segments at all.
bool hasSegmentFigures(const MetricSample& sample);

} // namespace fragscope
