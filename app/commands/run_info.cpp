#include "commands/run_info.h"

#include <algorithm>

namespace fragscope {

namespace {

bool isNamedIn(std::string_view key, std::span<const std::string> changed) {
    return std::any_of(changed.begin(), changed.end(), [&](const std::string& assignment) {
        const auto changedKey =
            trimBlanks(std::string_view(assignment).substr(0, assignment.find('=')));
        const Setting* setting = settingNamed(changedKey);
        const bool ofAll = setting != nullptr && setting->section == SettingSection::Process &&
                           key.starts_with("process.") &&
                           key.substr(key.rfind('.') + 1) == setting->name();
        return changedKey == key || ofAll;
    });
}

} // namespace

RunInfo runInfoOf(const Scenario& scenario,
                  const RunConfig& config,
                  RecordLevel level,
                  std::span<const std::string> changed) {
    RunInfo info;
    info.name = scenario.name;
    info.scenarioName = scenario.name;
    info.scenarioText = scenario.text;
    info.configText = resolvedText(config);
    info.seed = config.seed;
    info.behaviourVersion = behaviourVersion;
    info.programVersion = FRAGSCOPE_VERSION;
    info.level = level;
    for (auto& [key, value] : flattened(config)) {
        if (key.starts_with("machine.") || key.starts_with("mover.") || isNamedIn(key, changed)) {
            info.parameters.emplace_back(std::move(key), std::move(value));
        }
    }
    return info;
}

MachineShape shapeOf(const MachineSettings& machine) {
    const PageCount frames(machine.memory.value / pageBytes);
    return {.frames = frames,
            .cpus = machine.cpus,
            .tlbSlots = machine.tlbSlots(),
            .ram = ramBetween(frames, machine.holes)};
}

} // namespace fragscope
