#include "commands/metric_text.h"

#include <fmt/format.h>

namespace fragscope {

std::string metricText(const MetricInfo& info, const MetricSample& sample) {
    const std::uint64_t value = sample.values.at(static_cast<std::size_t>(info.id));
    return info.unit == "ratio" ? fmt::format("{}.{:06}", value / 1'000'000, value % 1'000'000)
                                : fmt::format("{}", value);
}

} // namespace fragscope
