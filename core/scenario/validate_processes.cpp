#include "fragscope/base/text.h"
#include "fragscope/kernel/frames/page_actions.h"
#include "fragscope/scenario/validate_parts.h"

#include <filesystem>
#include <fmt/format.h>
#include <set>

namespace fragscope {

namespace {

constexpr std::size_t maxProcesses = 64; ///< one frame of 64-byte slots
constexpr std::size_t maxNameLength = 32;
constexpr std::uint64_t areaLimit = (1ULL << 47) - pageBytes; ///< end of the lower canonical half

bool isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

void checkName(const ProcessSettings& process, std::size_t item, IssueList& issues) {
    const std::string& name = process.name;
    if (name.empty() || name.size() > maxNameLength ||
        !std::all_of(name.begin(), name.end(), isNameCharacter)) {
        issues.add("process.name", item,
                   fmt::format("`{}` is not a name: 1 to {} letters, digits, - and _", name,
                               maxNameLength));
    }
}

/// A process that attaches another's memory before the run begins needs none of its own.
bool attachesAtStart(const RunConfig& config, const ProcessSettings& process) {
    return std::any_of(config.script.begin(), config.script.end(), [&](const ScriptAction& action) {
        return action.action == Action::Share && action.atCycles == 0 &&
               action.process == process.name;
    });
}

/// It gets pages from the free list, or shared objects.
bool usesPages(const RunConfig& config, const ProcessSettings& process) {
    return std::any_of(config.script.begin(), config.script.end(), [&](const ScriptAction& action) {
        return action.process == process.name &&
               (action.action == Action::Allocate || action.action == Action::Attach);
    });
}

/// A process without threads may have nothing but pages from the free list and shared objects.
bool livesOnPages(const RunConfig& config, const ProcessSettings& process) {
    return process.cpus.empty() && usesPages(config, process);
}

void checkArea(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ProcessSettings& process = config.processes[item];
    const ByteCount area = areaSize(process) + demandSize(process);
    const bool attaches = attachesAtStart(config, process);
    if (area.value == 0 && process.trace.empty() && !attaches && !comesLater(config, process) &&
        !hasHeap(process) && !hasSegments(process) && !livesOnPages(config, process)) {
        issues.add("process.blocks", item,
                   "the process has no memory: give it a block, `reserve`, or a `share` at time 0");
    }
    if (attaches && area.value != 0) {
        issues.add("process.blocks", item,
                   "a process that attaches another's memory must have none of its own");
    }
    const bool paged = usesPages(config, process);
    const std::uint64_t end = paged ? pagedAreaStart.value : areaLimit;
    if (area.value > end || process.start.value > end - area.value) {
        issues.add("process.start", item,
                   fmt::format("the area of {} would pass {}, {}", text(area),
                               paged ? "the start of single pages" : "the end of user addresses",
                               hex(end)));
    }
    if (process.pattern == Pattern::HotSet && area.value != 0 && process.hotSize > area) {
        issues.add("process.hot_size", item,
                   fmt::format("the hot part is larger than the area, {}", text(area)));
    }
}

void checkThreads(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ProcessSettings& process = config.processes[item];
    for (std::size_t i = 0; i < process.cpus.size(); ++i) {
        if (process.cpus[i] >= config.machine.cpus) {
            issues.add("process.cpus", item, i, noSuchCpu(process.cpus[i], config.machine.cpus));
        }
    }
    if (process.pattern == Pattern::Script && process.script.empty() && process.trace.empty()) {
        issues.add("process.script", item, "pattern = `script` needs a list of accesses");
    }
    if (process.largePages && config.machine.translation == TranslationMode::Ranges) {
        issues.add("process.large_pages", item,
                   "2 MiB mappings exist only where machine.translation is `paging`");
    }
}

void checkTrace(const ProcessSettings& process, std::size_t item, IssueList& issues) {
    if (process.trace.empty()) {
        return;
    }
    if (process.cpus.size() != 1) {
        issues.add("process.cpus", item, "a trace is replayed by exactly one thread");
    }
    if (process.trace.rfind("generate:", 0) == 0) {
        return; // made when the run begins
    }
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(process.trace, ignored)) {
        issues.add("process.trace", item,
                   fmt::format("there is no trace file `{}`", process.trace));
    }
}

void checkNames(const RunConfig& config, IssueList& issues) {
    std::set<std::string_view> seen;
    for (std::size_t item = 0; item < config.processes.size(); ++item) {
        if (!seen.insert(config.processes[item].name).second) {
            issues.add("process.name", item,
                       fmt::format("there is already a process `{}`", config.processes[item].name));
        }
    }
}

/// Placed blocks may not overlap anything, and all blocks together must fit.
void checkFrames(const RunConfig& config, IssueList& issues) {
    FrameClaims claims(config.machine.memory, config.frames, config.paging);
    for (const MemorySpan& hole : config.machine.holes) {
        (void)claims.claim(frameOf(hole.start).value, hole.length, "a hole of machine.holes");
    }
    ByteCount left = config.machine.memory;
    for (std::size_t item = 0; item < config.processes.size(); ++item) {
        const ProcessSettings& process = config.processes[item];
        for (std::size_t i = 0; i < process.blocks.size(); ++i) {
            const InitialBlock& block = process.blocks[i];
            if (block.size > left) {
                issues.add("process.blocks", item, i,
                           fmt::format("the blocks so far and this one ({}) do not fit into "
                                       "memory of {}",
                                       text(block.size), text(config.machine.memory)));
                return;
            }
            left -= block.size;
            if (block.frame == InitialBlock::anywhere) {
                continue;
            }
            const auto owner = fmt::format("block {} of process `{}`", i + 1, process.name);
            if (const auto reason = claims.claim(block.frame, block.size, owner)) {
                issues.add("process.blocks", item, i, *reason);
            }
        }
    }
}

} // namespace

ByteCount areaSize(const ProcessSettings& process) {
    constexpr std::uint64_t ceiling = 1ULL << 63;
    std::uint64_t sum = 0;
    for (const InitialBlock& block : process.blocks) {
        sum = block.size.value > ceiling - sum ? ceiling : sum + block.size.value;
    }
    return ByteCount(sum);
}

void checkProcesses(const RunConfig& config, IssueList& issues) {
    if (config.processes.empty()) {
        issues.add("process.name", "the scenario has no process: add a [[process]]");
    }
    if (config.processes.size() > maxProcesses) {
        issues.add("process.name", maxProcesses,
                   fmt::format("{} processes; at most {} fit into the process table",
                               config.processes.size(), maxProcesses));
    }
    checkNames(config, issues);
    for (std::size_t item = 0; item < config.processes.size(); ++item) {
        checkName(config.processes[item], item, issues);
        checkArea(config, item, issues);
        checkThreads(config, item, issues);
        checkTrace(config.processes[item], item, issues);
    }
    checkFrames(config, issues);
}

} // namespace fragscope
