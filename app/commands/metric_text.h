#pragma once

#include "fragscope/view/metrics.h"

#include <string>

namespace fragscope {

/// The value of a metric for people: ratios with six decimals, all else as whole numbers.
std::string metricText(const MetricInfo& info, const MetricSample& sample);

} // namespace fragscope
