#pragma once

#include "fragscope/scenario/scenario.h"

#include <span>

namespace fragscope {

/// A scenario by name or file with all assignments ("KEY=VALUE") applied and validated; errors
/// otherwise. `check`: demand that nothing is lost unless the scenario says so.
std::optional<Scenario> prepareScenario(const std::string& nameOrPath,
                                        std::span<const std::string> assignments,
                                        bool check,
                                        std::vector<Error>& errors);

} // namespace fragscope
