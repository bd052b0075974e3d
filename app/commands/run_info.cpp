#include "commands/run_info.h"

#include "fragscope/workload/heap/allocator_choice.h"

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

/// Of the processes that have an allocator; settings that do not fit were refused before.
std::vector<HeapShape> heapShapes(const RunConfig& config) {
    std::vector<HeapShape> heaps;
    for (std::size_t i = 0; i < config.processes.size(); ++i) {
        const ProcessSettings& process = config.processes[i];
        if (process.heap.kind != HeapKind::Allocator) {
            continue;
        }
        if (const auto settings = allocatorSettingsOf(process.heap, process.start)) {
            heaps.push_back({static_cast<std::uint32_t>(i + 1), *settings});
        }
    }
    return heaps;
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

MachineShape shapeOf(const RunConfig& config) {
    const MachineSettings& machine = config.machine;
    const PageCount frames(machine.memory.value / pageBytes);
    return {.frames = frames,
            .cpus = machine.cpus,
            .tlbSlots = machine.tlbSlots(),
            .ram = ramBetween(frames, machine.holes),
            .heaps = heapShapes(config)};
}

} // namespace fragscope
