#include "fragscope/base/text.h"
#include "fragscope/scenario/settings.h"

#include <fmt/format.h>

/// Assignments from the command line: which settings of which items a key means.
namespace fragscope {

namespace {

struct Target {
    const Setting* setting = nullptr;
    std::size_t firstItem = 0;
    std::size_t lastItem = 0; ///< one past
};

Error keyError(std::string_view key, std::string reason) {
    Error error = badInput(std::move(reason));
    error.key = std::string(key);
    return error;
}

Error unknownKey(std::string_view key) {
    std::vector<std::string_view> known;
    for (const Setting& setting : allSettings()) {
        known.push_back(setting.key);
    }
    const std::string nearest = nearestWord(key, known);
    return keyError(key, nearest.empty() ? "there is no such setting (see `list settings`)"
                                         : fmt::format("there is no such setting; did you mean "
                                                       "`{}`?",
                                                       nearest));
}

Expected<std::size_t>
processNamed(const RunConfig& config, std::string_view key, std::string_view name) {
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < config.processes.size(); ++i) {
        if (config.processes[i].name == name) {
            return i;
        }
        known.push_back(config.processes[i].name);
    }
    return keyError(
        key, fmt::format("there is no process `{}`; processes: {}", name, fmt::join(known, ", ")));
}

Expected<std::size_t>
actionNumbered(const RunConfig& config, std::string_view key, std::string_view number) {
    const auto parsed = parseUnsigned(number);
    if (!parsed || *parsed == 0 || *parsed > config.script.size()) {
        return keyError(
            key, fmt::format("the scenario has {} actions, counted from 1", config.script.size()));
    }
    return static_cast<std::size_t>(*parsed - 1);
}

Expected<Target>
wholeSection(const RunConfig& config, std::string_view key, const Setting& setting) {
    if (setting.section == SettingSection::Action) {
        return keyError(key, fmt::format("say which action: action.1.{}", setting.name()));
    }
    const std::size_t items = itemsOf(config, setting.section);
    if (setting.key == "process.name" && items > 1) {
        return keyError(key, "say which process: process.NAME.name");
    }
    return Target{&setting, 0, items};
}

Expected<Target> targetOf(const RunConfig& config, std::string_view key) {
    if (const Setting* setting = settingNamed(key)) {
        return wholeSection(config, key, *setting);
    }
    const auto first = key.find('.');
    const auto second = first == std::string_view::npos ? first : key.find('.', first + 1);
    if (second == std::string_view::npos) {
        return unknownKey(key);
    }
    const auto section = key.substr(0, first);
    const auto middle = key.substr(first + 1, second - first - 1);
    const Setting* setting = settingNamed(fmt::format("{}.{}", section, key.substr(second + 1)));
    if (setting == nullptr || (section != "process" && section != "action")) {
        return unknownKey(key);
    }
    const auto item = section == "process" ? processNamed(config, key, middle)
                                           : actionNumbered(config, key, middle);
    if (!item) {
        return item.error();
    }
    return Target{setting, *item, *item + 1};
}

} // namespace

Expected<Done> applySet(RunConfig& config, std::string_view assignment) {
    const auto equals = assignment.find('=');
    if (equals == std::string_view::npos) {
        return keyError(assignment, "expected KEY=VALUE");
    }
    const auto key = trimBlanks(assignment.substr(0, equals));
    const std::string value(trimBlanks(assignment.substr(equals + 1)));
    const auto target = targetOf(config, key);
    if (!target) {
        return target.error();
    }
    RunConfig changed = config;
    for (std::size_t item = target->firstItem; item < target->lastItem; ++item) {
        if (const auto issue = target->setting->write(changed, item, value)) {
            return keyError(key, issue->reason);
        }
    }
    config = std::move(changed);
    return Done{};
}

} // namespace fragscope
