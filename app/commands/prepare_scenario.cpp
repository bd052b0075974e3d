#include "commands/prepare_scenario.h"

#include "fragscope/scenario/validate.h"

#include "commands/scenario_folder.h"

namespace fragscope {

std::optional<Scenario> prepareScenario(const std::string& nameOrPath,
                                        std::span<const std::string> assignments,
                                        bool check,
                                        std::vector<Error>& errors) {
    const auto file = findScenario(nameOrPath);
    if (!file) {
        errors.push_back(file.error());
        return std::nullopt;
    }
    auto scenario = loadScenario(*file, errors);
    if (!scenario) {
        return std::nullopt;
    }
    for (const std::string& assignment : assignments) {
        if (const auto applied = applySet(scenario->config, assignment); !applied) {
            errors.push_back(applied.error());
        }
    }
    if (errors.empty()) {
        errors = validationErrors(scenario->config);
    }
    for (Error& error : errors) {
        error.code = ExitCode::Usage; // the file alone is right
        error.file = "--set";
    }
    if (check) {
        scenario->config.check = true;
        for (const Expectation& added : soundnessExpectations(scenario->expect)) {
            scenario->expect.push_back(added);
        }
    }
    return errors.empty() ? std::move(scenario) : std::nullopt;
}

} // namespace fragscope
