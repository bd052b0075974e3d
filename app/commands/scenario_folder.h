#pragma once

#include "fragscope/base/error.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fragscope {

/// A scenario file of the collection that comes with the program.
struct ShippedScenario {
    std::string name; ///< "concurrent-move/entry-e"
    std::filesystem::path file;
};

/// The folder of shipped scenarios: FRAGSCOPE_SCENARIOS if set, `scenarios` in the current folder,
/// beside or above the program, or ../share/fragscope/scenarios from it.
std::optional<std::filesystem::path> scenarioFolder();

/// All of them, by name; empty if there is no such folder.
std::vector<ShippedScenario> shippedScenarios();

/// The file that a user means: an existing path, a full name, or the last part of one if it is the
/// only one.
Expected<std::string> findScenario(const std::string& nameOrPath);

} // namespace fragscope
