#pragma once

#include "fragscope/record/run/run_info.h"
#include "fragscope/scenario/scenario.h"
#include "fragscope/view/machine_shape.h"

#include <span>

namespace fragscope {

/// Raised whenever the core may give other results for the same configuration: recorded runs of
/// another number are shown, but not re-executed.
inline constexpr std::uint32_t behaviourVersion = 1;

/// What a run file says about a run of `scenario` with `config`. Parameters are the settings of
/// machine and mover and those in `changed` (assignments of the command line, "KEY=VALUE").
RunInfo runInfoOf(const Scenario& scenario,
                  const RunConfig& config,
                  RecordLevel level,
                  std::span<const std::string> changed = {});

/// What the view must know of the machine and of its heaps beforehand.
MachineShape shapeOf(const RunConfig& config);

} // namespace fragscope
