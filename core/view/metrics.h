#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/view/metrics/metric.h"
#include "fragscope/view/metrics/metric_fold.h"

#include <vector>

namespace fragscope {

/// Folds the meaning events (record level Structure) into metrics; goes forward only. Keeps a
/// series: one sample whenever time has advanced by the interval and something changed, and one at
/// the end of the run; thinned (interval doubled) when it grows past `mostSamples`.
class Metrics : public EventSink {
public:
    static constexpr std::size_t mostSamples = 8192;

    explicit Metrics(const MachineShape& shape, std::uint64_t sampleEveryCycles = 1000);

    /// Events must come in ascending seq; those already seen are ignored.
    void onEvent(const Event& event) override;

    [[nodiscard]] const MetricSample& current() const { return fold_.sample(); }

    [[nodiscard]] const MetricFold& fold() const { return fold_; }

    /// Samples so far, ascending seq and time, the first at seq 0; the last known value holds until
    /// the next sample.
    [[nodiscard]] const std::vector<MetricSample>& series() const { return series_; }

    [[nodiscard]] const WaitHistogram& waits() const { return fold_.waits(); }

    /// Histogram of the pauses of applications: the waits by length, buckets that hold something.
    [[nodiscard]] std::vector<HistogramBucket> histogram() const { return waits().buckets(); }

    /// The last sample of the series with seq at most `seq`.
    [[nodiscard]] const MetricSample& at(std::uint64_t seq) const;

private:
    void keepSample();
    void thin();

    MetricFold fold_;
    std::vector<MetricSample> series_;
    std::uint64_t interval_;
    bool changed_ = false; ///< since the last sample
};

} // namespace fragscope
