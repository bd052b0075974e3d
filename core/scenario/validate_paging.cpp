#include "fragscope/base/text.h"
#include "fragscope/scenario/validate_parts.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

bool hasCalls(const ProcessSettings& process) {
    return std::any_of(process.script.begin(), process.script.end(),
                       [](const ScriptedAccess& element) {
                           return element.verb >= Verb::Reserve && element.verb <= Verb::Fork;
                       });
}

bool isForked(const RunConfig& config, const ProcessSettings& process) {
    for (const ProcessSettings& parent : config.processes) {
        for (const ScriptedAccess& element : parent.script) {
            if (element.verb == Verb::Fork && element.other == process.name) {
                return true;
            }
        }
    }
    return false;
}

bool forks(const ProcessSettings& process) {
    return std::any_of(process.script.begin(), process.script.end(),
                       [](const ScriptedAccess& element) { return element.verb == Verb::Fork; });
}

void checkMachineOf(const RunConfig& config, std::size_t item, IssueList& issues) {
    if (config.machine.translation == TranslationMode::Ranges) {
        issues.add("process.reserve", item,
                   "areas of demand exist only where machine.translation is `paging`");
    }
    if (config.mover.algorithm != MoverAlgorithm::None) {
        issues.add("process.reserve", item,
                   "areas of demand and a mover exclude each other: set mover.algorithm = `none`");
    }
    for (const ScriptAction& action : config.script) {
        const bool moves = action.action == Action::Free || action.action == Action::Share;
        if (moves && (action.process == config.processes[item].name ||
                      action.other == config.processes[item].name)) {
            issues.add("process.reserve", item,
                       "`free` and `share` act on blocks; use `unmap` and `fork` in its script");
        }
    }
}

/// What only the checking handler understands.
void checkHandler(const RunConfig& config, std::size_t item, IssueList& issues) {
    const PagingSettings& paging = config.paging;
    const ProcessSettings& process = config.processes[item];
    if (paging.handler == DemandHandler::Checking) {
        return;
    }
    if (paging.replacement != PageReplacement::None || paging.zeroPage) {
        issues.add("paging.handler",
                   "`quick-and-dumb` knows no states: it needs replacement = `none` and no "
                   "zero page");
    }
    if (process.file.value != 0 || forks(process)) {
        issues.add("process.file", item, "files and forks need paging.handler = `checking`");
    }
}

void checkForks(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ProcessSettings& parent = config.processes[item];
    for (std::size_t i = 0; i < parent.script.size(); ++i) {
        const ScriptedAccess& element = parent.script[i];
        if (element.verb != Verb::Fork) {
            continue;
        }
        const auto child =
            std::find_if(config.processes.begin(), config.processes.end(),
                         [&](const ProcessSettings& each) { return each.name == element.other; });
        if (child == config.processes.end() || child->name == parent.name) {
            issues.add("process.script", item, i,
                       fmt::format("there is no other process `{}` to fork", element.other));
        } else if (!child->blocks.empty() || child->reserve.value != 0 || child->file.value != 0 ||
                   child->stack.value != 0 || child->start != parent.start) {
            issues.add("process.script", item, i,
                       fmt::format("`{}` must have the same start and no memory of its own",
                                   element.other));
        }
        if (!parent.blocks.empty()) {
            issues.add("process.blocks", item,
                       "a process with blocks cannot fork: give it `reserve` instead");
        }
    }
}

bool usesStack(const ScriptedAccess& element) {
    return element.base == OffsetBase::Rsp ||
           (element.verb >= Verb::Call && element.verb <= Verb::Reclaim);
}

/// RSP may not rise above the top of the stack, nor may an access.
void checkDepth(const ProcessSettings& process, std::size_t item, IssueList& issues) {
    std::uint64_t depth = 0;
    for (std::size_t i = 0; i < process.script.size(); ++i) {
        const ScriptedAccess& element = process.script[i];
        const bool deeper = element.verb == Verb::Call || element.verb == Verb::Alloca;
        const std::uint64_t up = element.verb == Verb::Return ? element.size.value : 0;
        const bool above = element.base == OffsetBase::Rsp && element.offset <= ~element.offset &&
                           element.offset >= depth;
        if (up > depth || above) {
            issues.add(
                "process.script", item, i,
                fmt::format("leads above the top of the stack, {} higher", text(ByteCount(depth))));
            return;
        }
        depth = depth + (deeper ? element.size.value : 0) - up;
    }
}

void checkStack(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ProcessSettings& process = config.processes[item];
    const bool used = std::any_of(process.script.begin(), process.script.end(), usesStack);
    if (process.stack.value == 0) {
        if (used && !isForked(config, process)) {
            issues.add("process.stack", item, "its script uses a stack: say how large it may be");
        }
        return;
    }
    if (process.pattern != Pattern::Script) {
        issues.add("process.stack", item, "only a script uses a stack: set pattern = `script`");
    }
    checkDepth(process, item, issues);
}

/// OPT must know every reference beforehand: one thread whose script says them all.
void checkFuture(const RunConfig& config, IssueList& issues) {
    const PagingSettings& paging = config.paging;
    const bool opt = paging.replacement == PageReplacement::Opt;
    if (!opt && paging.replacement != PageReplacement::WorkingSet) {
        return;
    }
    if (paging.use != UseSource::EveryAccess) {
        issues.add("paging.use", "`opt` and `working-set` count references: use = `every-access`");
    }
    if (!opt) {
        return;
    }
    const ProcessSettings& first = config.processes.front();
    const bool known =
        std::all_of(first.script.begin(), first.script.end(), [](const ScriptedAccess& element) {
            return element.verb <= Verb::Reserve && element.base == OffsetBase::Area;
        });
    if (config.processes.size() != 1 || first.cpus.size() != 1 ||
        first.pattern != Pattern::Script || !known || !first.blocks.empty() || paging.zeroPage) {
        issues.add("paging.replacement",
                   "`opt` must know the future: one process with one thread and pattern = "
                   "`script`, of read, write, touch, scan, wait and reserve only, without blocks "
                   "and zero page");
    }
}

} // namespace

ByteCount demandSize(const ProcessSettings& process) {
    const std::uint64_t each =
        process.stack.value == 0 ? 0 : process.stack.value + process.stackGuard * pageBytes;
    return process.reserve + process.file + ByteCount(each * process.cpus.size());
}

bool comesLater(const RunConfig& config, const ProcessSettings& process) {
    const auto reserves = [](const ScriptedAccess& element) {
        return element.verb == Verb::Reserve;
    };
    if (std::any_of(process.script.begin(), process.script.end(), reserves)) {
        return true;
    }
    return isForked(config, process);
}

void checkPaging(const RunConfig& config, IssueList& issues) {
    for (std::size_t item = 0; item < config.processes.size(); ++item) {
        const ProcessSettings& process = config.processes[item];
        if (demandSize(process).value == 0 && !hasCalls(process) && !comesLater(config, process) &&
            !hasHeap(process)) {
            continue;
        }
        checkMachineOf(config, item, issues);
        checkHandler(config, item, issues);
        checkForks(config, item, issues);
    }
    for (std::size_t item = 0; item < config.processes.size(); ++item) {
        checkStack(config, item, issues);
    }
    if (!config.processes.empty()) {
        checkFuture(config, issues);
    }
}

} // namespace fragscope
