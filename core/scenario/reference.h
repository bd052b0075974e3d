#pragma once

#include <string>

namespace fragscope {

/// The text of docs/SCENARIOS.md: how scenario files are written, and every setting, event, metric
/// and rule that they may name. Made from the registries, so that it cannot say anything else than
/// the program does.
std::string scenarioReference();

} // namespace fragscope
