#pragma once

#include "fragscope/record/run/run_info.h"
#include "fragscope/view/metrics.h"

#include <cstdint>
#include <vector>

namespace fragscope {

/// What is known at the end of a run.
struct RunOutcome {
    RunStatus status = RunStatus::Finished;
    std::uint64_t steps = 0; ///< micro-steps made
    MetricSample finals;
    std::vector<MetricSample> series;
    std::vector<HistogramBucket> pauses;
    std::uint64_t streamHash = 0; ///< over the whole event stream, as printed by the program
    std::uint64_t stateHash = 0;  ///< of the machine at the end
};

} // namespace fragscope
