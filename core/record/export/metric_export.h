#pragma once

#include "fragscope/record/export/table.h"
#include "fragscope/view/metrics.h"

#include <span>

/// Tables of results. A live run and its run file give the same bytes.
namespace fragscope {

enum class MetricShape : std::uint8_t {
    Long, ///< one row per metric and sample: run, seed, metric, unit, time_cycles, seq, value
    Wide, ///< one row per sample, one column per metric
};

/// metrics.csv: the series.
Expected<WriteEnd> exportMetrics(const std::string& path,
                                 const RunInfo& info,
                                 std::span<const MetricSample> series,
                                 MetricShape shape,
                                 ExportOptions options = {});

/// summary.csv: the final values, one row per metric, with the run's parameters as columns.
Expected<WriteEnd> exportSummary(const std::string& path,
                                 const RunInfo& info,
                                 const MetricSample& finals,
                                 ExportOptions options = {});

/// pauses.csv: the histogram of waits, one row per bucket that holds something.
Expected<WriteEnd> exportPauses(const std::string& path,
                                const RunInfo& info,
                                std::span<const HistogramBucket> pauses,
                                ExportOptions options = {});

} // namespace fragscope
