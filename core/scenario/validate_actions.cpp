#include "fragscope/base/text.h"
#include "fragscope/scenario/action_fields.h"
#include "fragscope/scenario/validate_parts.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr std::size_t maxActions = 10'000;

const ProcessSettings* processNamed(const RunConfig& config, std::string_view name) {
    const auto found =
        std::find_if(config.processes.begin(), config.processes.end(),
                     [&](const ProcessSettings& process) { return process.name == name; });
    return found == config.processes.end() ? nullptr : &*found;
}

std::string unknownProcess(const RunConfig& config, std::string_view name) {
    std::vector<std::string_view> names;
    for (const ProcessSettings& process : config.processes) {
        names.push_back(process.name);
    }
    const std::string nearest = nearestWord(name, names);
    std::string reason =
        name.empty() ? "say which process" : fmt::format("there is no process `{}`", name);
    return nearest.empty() || name.empty() ? reason
                                           : reason + fmt::format("; did you mean `{}`?", nearest);
}

/// A field that the action does not use must keep its default: else its author expects something.
void checkUnused(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ScriptAction& action = config.script[item];
    const ActionFields used = fieldsOf(action.action);
    const auto complain = [&](std::string_view key, bool isUsed, bool isSet) {
        if (!isUsed && isSet) {
            issues.add(key, item, fmt::format("means nothing for `{}`", choiceName(action.action)));
        }
    };
    complain("action.process", used.process, !action.process.empty());
    complain("action.other", used.other, !action.other.empty());
    complain("action.shared", used.shared, !action.shared.empty());
    complain("action.size", used.size, action.size.value != 0);
    complain("action.offset", used.offset, action.offset.value != 0);
}

void checkNamesOf(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ScriptAction& action = config.script[item];
    const ActionFields used = fieldsOf(action.action);
    const ProcessSettings* process = processNamed(config, action.process);
    if (used.process && process == nullptr) {
        issues.add("action.process", item, unknownProcess(config, action.process));
    }
    if (used.other && processNamed(config, action.other) == nullptr) {
        issues.add("action.other", item, unknownProcess(config, action.other));
    }
    if (used.other && !action.other.empty() && action.other == action.process) {
        issues.add("action.other", item, "a process cannot share with itself");
    }
    if (action.action == Action::Violate && process != nullptr && process->cpus.empty()) {
        issues.add("action.process", item, "this process has no thread that could do it");
    }
}

/// The area that the process has if all its growth so far succeeded.
std::uint64_t largestArea(const RunConfig& config, std::size_t item) {
    const ScriptAction& action = config.script[item];
    const ProcessSettings* process = processNamed(config, action.process);
    std::uint64_t area = process == nullptr ? 0 : areaSize(*process).value;
    for (std::size_t i = 0; i < item; ++i) {
        const ScriptAction& earlier = config.script[i];
        const bool grows = earlier.action == Action::Grow || earlier.action == Action::GrowLow;
        area += grows && earlier.process == action.process ? earlier.size.value : 0;
    }
    return area;
}

bool wholePages(Action action) {
    switch (action) {
    case Action::Grow:
    case Action::GrowLow:
    case Action::Free:
    case Action::Allocate:
    case Action::Release:
    case Action::CreateShared:
        return true;
    default:
        return false;
    }
}

/// A shared object is made before anything is done with it; kernel objects likewise.
void checkMadeBefore(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ScriptAction& action = config.script[item];
    const auto made = [&](Action by, const std::string& name) {
        return std::any_of(config.script.begin(),
                           config.script.begin() + static_cast<std::ptrdiff_t>(item),
                           [&](const ScriptAction& earlier) {
                               return earlier.action == by && earlier.shared == name;
                           });
    };
    const bool usesShared = fieldsOf(action.action).shared;
    if (usesShared && action.shared.empty()) {
        issues.add("action.shared", item, "say which shared object");
    } else if (usesShared && action.action != Action::CreateShared &&
               !made(Action::CreateShared, action.shared)) {
        issues.add("action.shared", item,
                   fmt::format("no earlier create-shared makes `{}`", action.shared));
    }
    if (action.action == Action::Overrun && !made(Action::KernelObject, {})) {
        issues.add("action.do", item, "there is no object yet: put a `kernel-object` before it");
    }
}

/// Single pages are entries of page tables and nothing else.
void checkNeedsTables(const RunConfig& config, std::size_t item, IssueList& issues) {
    const Action action = config.script[item].action;
    const bool pages = action == Action::Allocate || action == Action::Release ||
                       action == Action::Attach || action == Action::Detach;
    if (pages && config.machine.translation == TranslationMode::Ranges) {
        issues.add("action.do", item, "acts only where machine.translation is `paging`");
    }
}

void checkSizes(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ScriptAction& action = config.script[item];
    const ActionFields used = fieldsOf(action.action);
    if (!used.size) {
        return;
    }
    if (action.size.value == 0) {
        issues.add("action.size", item, "must be more than 0");
    }
    if (wholePages(action.action) && action.size.value % pageBytes != 0) {
        issues.add("action.size", item,
                   fmt::format("{} is not a multiple of 4 KiB", text(action.size)));
    }
    const ProcessSettings* process = processNamed(config, action.process);
    const std::uint64_t area = largestArea(config, item);
    if (used.offset && action.action != Action::Release && process != nullptr &&
        process->trace.empty() &&
        (action.offset.value > area || action.size.value > area - action.offset.value)) {
        issues.add("action.offset", item,
                   fmt::format("the range ends behind the area, which is at most {} by then",
                               text(ByteCount(area))));
    }
}

void checkMoverActions(const RunConfig& config, std::size_t item, IssueList& issues) {
    const Action action = config.script[item].action;
    if (action != Action::StartMover && action != Action::KillMover) {
        return;
    }
    if (config.mover.algorithm == MoverAlgorithm::None) {
        issues.add("action.do", item, "there is no mover: mover.algorithm is `none`");
    } else if (action == Action::StartMover && !config.mover.startOnCommand) {
        issues.add("action.do", item, "the mover does not listen: set mover.start_on_command");
    }
}

} // namespace

void checkActions(const RunConfig& config, IssueList& issues) {
    if (config.script.size() > maxActions) {
        issues.add(
            "action.at", maxActions,
            fmt::format("{} actions; at most {} are allowed", config.script.size(), maxActions));
        return;
    }
    for (std::size_t item = 0; item < config.script.size(); ++item) {
        if (item > 0 && config.script[item].atCycles < config.script[item - 1].atCycles) {
            issues.add("action.at", item, "actions must be listed in order of time");
        }
        checkUnused(config, item, issues);
        checkNamesOf(config, item, issues);
        checkSizes(config, item, issues);
        checkMadeBefore(config, item, issues);
        checkNeedsTables(config, item, issues);
        checkMoverActions(config, item, issues);
    }
}

} // namespace fragscope
