#include "fragscope/view/metrics/metric.h"

namespace fragscope {

namespace {

constexpr std::array<MetricInfo, metricCount> registry{{
#define FRAGSCOPE_METRIC_INFO(Name, text, unit, better, description)                               \
    {MetricId::Name, text, unit, Better::better, description},
    FRAGSCOPE_METRICS(FRAGSCOPE_METRIC_INFO)
#undef FRAGSCOPE_METRIC_INFO
}};

constexpr double million = 1e6;

} // namespace

const MetricInfo& infoOf(MetricId metric) {
    return registry.at(static_cast<std::size_t>(metric));
}

std::span<const MetricInfo> allMetrics() {
    return registry;
}

double displayValue(MetricId metric, std::uint64_t value) {
    const auto number = static_cast<double>(value);
    return infoOf(metric).unit == "ratio" ? number / million : number;
}

} // namespace fragscope
