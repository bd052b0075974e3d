#include "fragscope/machine/script.h"

#include "fragscope/defrag/recovery.h"
#include "fragscope/kernel/frames/page_actions.h"
#include "fragscope/kernel/frames/shared_objects.h"
#include "fragscope/kernel/growth.h"
#include "fragscope/kernel/paging/stack_calls.h"
#include "fragscope/kernel/system_call.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Act = 1, End };

constexpr std::array<std::string_view, 2> lines{
    "do what the scenario says at this time",
    "done",
};

constexpr std::array<std::string_view, 2> localNames{"action", "at_cycles"};

struct Locals {
    std::uint64_t action;
    std::uint64_t at;
};

/// Where an action runs: on the CPU of the process's first thread, else on the mover's; the mover
/// is killed from another CPU, since on its own it would have to give way first. What the kernel
/// does in the background runs where the mover would.
std::uint32_t cpuFor(const Machine::Parts& parts, const Process* process, Action action) {
    if (action == Action::KillMover && process == nullptr) {
        return (parts.config.mover.cpu + 1) % parts.config.machine.cpus;
    }
    const bool background = action == Action::ReclaimStacks;
    return !background && process != nullptr && !process->cpus.empty() ? process->cpus.front()
                                                                       : parts.config.mover.cpu;
}

bool actsInProcess(Action action) {
    return action == Action::SystemCall || action == Action::Violate;
}

void pin(Machine::Parts& parts, const Process& process, const ScriptAction& action) {
    const std::uint64_t start = process.map.areaStart().value + action.offset.value;
    for (std::uint64_t at = start; at < start + action.size.value; at += pageBytes) {
        const auto extent = process.map.lookUp(VirtAddr(at));
        if (extent && extent->kind == EntryKind::Block) {
            const PhysAddr place(extent->paddr + (at - extent->start));
            parts.kernel.frames().pin(frameOf(place), PageCount(1),
                                      action.action == Action::Pin ? 1 : -1);
        }
    }
}

void killMover(Machine::Parts& parts) {
    if (!parts.moverControl.alive || parts.moverTask == nullptr) {
        return;
    }
    parts.scheduler.kill(*parts.moverTask);
    parts.moverControl.alive = false;
    std::uint32_t victim = 0;
    for (const auto& process : parts.kernel.processes()) {
        victim = process->move.active && victim == 0 ? process->number : victim;
    }
    parts.events.emit({.kind = EventKind::MoverDied, .rule = Rule::MoverKilled, .object = victim});
}

Steps violate(Machine::Parts& parts, Process& process, const ScriptAction& action) {
    AccessRequest request;
    request.process = &process;
    request.address = process.map.areaEnd() + action.offset;
    request.kind = AccessKind::Write;
    co_yield Line::Act;
    co_await access(parts.kernel, request);
}

/// Actions on a shared object that exists.
Steps actOnShared(Machine::Parts& parts, Process* process, const ScriptAction& action) {
    SharedObject* object = parts.kernel.sharedObject(action.shared);
    if (object == nullptr) {
        co_return;
    }
    switch (action.action) {
    case Action::Attach:
        co_await attachShared(parts.kernel, *process, *object);
        break;
    case Action::Detach:
        co_await detachShared(parts.kernel, *process, *object);
        break;
    case Action::DestroyShared:
        co_await destroyShared(parts.kernel, *object);
        break;
    default:
        co_await freeSharedFrames(parts.kernel, *object);
        break;
    }
}

/// Actions on single frames and on the kernel heap.
Steps actOnFrames(Machine::Parts& parts, Process* process, const ScriptAction& action) {
    switch (action.action) {
    case Action::Allocate:
        co_await allocatePages(parts.kernel, *process, action.size);
        break;
    case Action::Release:
        co_await releasePages(parts.kernel, *process, action.offset, action.size);
        break;
    case Action::CreateShared:
        co_await createShared(parts.kernel, action.shared, action.size);
        break;
    case Action::KernelObject:
        co_await makeKernelObject(parts.kernel, action.size);
        break;
    case Action::Overrun:
        co_await overrunKernelObject(parts.kernel, action.size);
        break;
    case Action::ReclaimStacks:
        co_await reclaimStacks(parts.kernel, *process, allThreads);
        break;
    default:
        co_await part(actOnShared(parts, process, action));
        break;
    }
}

/// The action itself; those that take several steps are algorithms of the kernel.
Steps act(Machine::Parts& parts, const ScriptAction& action) {
    Process* process = parts.kernel.processNamed(action.process);
    GrowthOutcome outcome = GrowthOutcome::Refused;
    switch (action.action) {
    case Action::Grow:
        co_await growArea(parts.kernel, *process, MoveEnd::High, action.size, outcome);
        break;
    case Action::GrowLow:
        co_await growArea(parts.kernel, *process, MoveEnd::Low, action.size, outcome);
        break;
    case Action::Free:
        co_await shrinkArea(parts.kernel, *process, action.size);
        break;
    case Action::SystemCall:
        co_await writeBuffer(parts.kernel, *process, process->map.areaStart() + action.offset,
                             action.size);
        break;
    case Action::Violate:
        co_await part(violate(parts, *process, action));
        break;
    case Action::KillMover:
        killMover(parts);
        if (parts.config.mover.death == MoverDeath::Rollback) {
            co_await recoverMoves(parts.kernel,
                                  parts.moverTask != nullptr ? parts.moverTask->id : 0);
        }
        break;
    case Action::Share:
        (void)parts.kernel.attachAll(*process, *parts.kernel.processNamed(action.other));
        break;
    case Action::Exit:
        parts.kernel.end(*process, ProcessState::Exited);
        break;
    case Action::StartMover:
        parts.moverControl.commanded = true;
        break;
    case Action::Pin:
    case Action::Unpin:
        pin(parts, *process, action);
        break;
    default:
        co_await part(actOnFrames(parts, process, action));
        break;
    }
}

Steps runAction(Machine::Parts& parts, const ScriptAction& action) {
    auto& l = co_await Follow<Locals>{scriptListing()};
    l.action = static_cast<std::uint64_t>(action.action);
    l.at = action.atCycles;
    co_yield Line::Act;
    const Process* process = parts.kernel.processNamed(action.process);
    parts.events.emit({.kind = EventKind::Note,
                       .rule = Rule::ScenarioSaysSo,
                       .object = process != nullptr ? process->number : 0,
                       .value = static_cast<std::uint64_t>(action.action)});
    if (process == nullptr || process->state == ProcessState::Running) {
        co_await part(act(parts, action));
    }
    co_yield Line::End;
    --parts.pendingActions;
}

bool initialShare(const ScriptAction& action) {
    return action.action == Action::Share && action.atCycles == 0;
}

} // namespace

Expected<Done> shareInitially(Machine::Parts& parts) {
    for (const ScriptAction& action : parts.config.script) {
        if (!initialShare(action)) {
            continue;
        }
        Process* process = parts.kernel.processNamed(action.process);
        const Process* other = parts.kernel.processNamed(action.other);
        if (process == nullptr || other == nullptr || process->map.count() != 1) {
            Error error =
                badInput("share needs two processes; the first must have no memory of its own");
            error.key = "action";
            return error;
        }
        if (!parts.kernel.attachAll(*process, *other)) {
            return badInput("no room is left for page tables or for the owners of frames");
        }
    }
    return Done{};
}

void startScript(Machine::Parts& parts) {
    for (const ProcessSettings& settings : parts.config.processes) {
        if (settings.exitAtCycles != 0) {
            ScriptAction exit;
            exit.atCycles = settings.exitAtCycles;
            exit.action = Action::Exit;
            exit.process = settings.name;
            parts.config.script.push_back(exit);
        }
    }
    for (const ScriptAction& action : parts.config.script) {
        if (initialShare(action)) {
            continue;
        }
        const Process* process = parts.kernel.processNamed(action.process);
        ++parts.pendingActions;
        const TaskSpec spec{
            .process = actsInProcess(action.action) && process != nullptr ? process->number : 0,
            .role = TaskRole::Script,
            .cpu = cpuFor(parts, process, action.action),
            .listing = ListingId::Script,
            .startAtCycles = action.atCycles};
        parts.scheduler.spawn(spec, runAction(parts, action));
    }
}

const Listing& scriptListing() {
    static constexpr Listing listing{ListingId::Script, "script", "The scenario's actions", lines,
                                     localNames};
    return listing;
}

} // namespace fragscope
