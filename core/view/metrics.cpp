#include "fragscope/view/metrics.h"

#include "fragscope/event/event_kind.h"

#include <algorithm>

namespace fragscope {

Metrics::Metrics(const MachineShape& shape, std::uint64_t sampleEveryCycles)
    : fold_(shape), series_{fold_.sample()},
      interval_(std::max<std::uint64_t>(1, sampleEveryCycles)) {}

void Metrics::onEvent(const Event& event) {
    if (event.seq < fold_.nextSeq) {
        return;
    }
    const std::uint64_t time = std::max(event.timeCycles, current().timeCycles);
    if (changed_ && time >= series_.back().timeCycles + interval_) {
        keepSample(); // the state before this event
    }
    changed_ = fold_.apply(event) || changed_;
    if (event.kind == EventKind::RunEnded) {
        keepSample();
    }
}

void Metrics::keepSample() {
    series_.push_back(current());
    changed_ = false;
    while (series_.size() > mostSamples) {
        thin();
    }
}

/// Keeps the first and the last sample and between them those at least an interval apart.
void Metrics::thin() {
    interval_ *= 2;
    std::vector<MetricSample> kept{series_.front()};
    for (std::size_t i = 1; i + 1 < series_.size(); ++i) {
        if (series_[i].timeCycles >= kept.back().timeCycles + interval_) {
            kept.push_back(series_[i]);
        }
    }
    kept.push_back(series_.back());
    series_ = std::move(kept);
}

const MetricSample& Metrics::at(std::uint64_t seq) const {
    const auto next = std::upper_bound(
        series_.begin(), series_.end(), seq,
        [](std::uint64_t wanted, const MetricSample& sample) { return wanted < sample.seq; });
    return next == series_.begin() ? series_.front() : *std::prev(next);
}

} // namespace fragscope
