#include "fragscope/base/check.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/view/replica.h"

#include <algorithm>
#include <string>

/// The part of Replica that follows tasks and the move under way.
namespace fragscope {

namespace {

constexpr std::size_t noTask = ~std::size_t{0};

/// Index of the task in the list, which is ascending by id and nearly always dense.
std::size_t indexOf(const std::vector<TaskView>& tasks, std::uint32_t id) {
    if (id >= 1 && id <= tasks.size() && tasks[id - 1].id == id) {
        return id - 1;
    }
    const auto found =
        std::lower_bound(tasks.begin(), tasks.end(), id,
                         [](const TaskView& t, std::uint32_t n) { return t.id < n; });
    const bool there = found != tasks.end() && found->id == id;
    return there ? static_cast<std::size_t>(found - tasks.begin()) : noTask;
}

std::uint64_t callWord(std::uint64_t listing, std::uint64_t line) {
    return listing << 16 | line;
}

} // namespace

void Replica::startTask(const Event& event) {
    const std::size_t index = state_.tasks.size();
    FRAGSCOPE_CHECK(index == 0 || state_.tasks.back().id < event.task,
                    "task " + std::to_string(event.task) + " out of order");
    set(Cell::of(CellKind::TaskCount), index + 1);
    set(Cell::task(index, TaskField::Id), event.task);
    set(Cell::task(index, TaskField::Process), event.object);
    set(Cell::task(index, TaskField::Role), event.a);
    set(Cell::task(index, TaskField::Cpu), event.cpu);
    set(Cell::task(index, TaskField::LastStep), event.timeCycles);
    set(Cell::task(index, TaskField::Call), callWord(event.value, 0));
}

/// The task has left all calls deeper than `depth`: nothing of them remains.
void Replica::leaveBelow(std::size_t task, std::size_t depth) {
    for (std::size_t level = depth + 1; level <= state_.tasks[task].depth; ++level) {
        set(Cell::task(task, TaskField::Call, level), 0);
        clearLocals(task, level);
    }
}

void Replica::clearLocals(std::size_t task, std::size_t level) {
    for (std::size_t i = 0; i < state_.tasks[task].calls[level].locals.size(); ++i) {
        set(Cell::of(CellKind::Local, task, level * 8 + i), 0);
    }
}

/// The task is at this depth and listing from now on; newly entered calls have all locals zero.
void Replica::enter(std::size_t task,
                    std::size_t depth,
                    std::uint64_t listing,
                    std::uint64_t line) {
    const TaskView& view = state_.tasks[task];
    FRAGSCOPE_CHECK(depth < view.calls.size(), "calls nested too deeply");
    leaveBelow(task, depth);
    if (static_cast<std::uint64_t>(view.calls[depth].listing) != listing) {
        clearLocals(task, depth);
    }
    set(Cell::task(task, TaskField::Depth), depth);
    set(Cell::task(task, TaskField::Call, depth), callWord(listing, line));
}

void Replica::step(const Event& event) {
    set(Cell::of(CellKind::Step), event.value);
    checkCpu(event.cpu);
    set(Cell::of(CellKind::RunningTask, event.cpu, 0), event.task);
    const std::size_t index = indexOf(state_.tasks, event.task);
    if (index == noTask) {
        return;
    }
    enter(index, event.object, event.a, event.line);
    set(Cell::task(index, TaskField::Cpu), event.cpu);
    set(Cell::task(index, TaskField::LastStep), event.timeCycles);
}

void Replica::foldTask(const Event& event) {
    if (event.kind == EventKind::TaskStarted) {
        return startTask(event);
    }
    if (event.kind == EventKind::TaskStep) {
        return step(event);
    }
    const std::size_t index = indexOf(state_.tasks, event.task);
    if (index == noTask) {
        return;
    }
    FRAGSCOPE_CHECK(event.a < state_.tasks[index].calls.size(), "no such depth of calls");
    if (event.kind == EventKind::TaskStatusChange) {
        leaveBelow(index, event.a);
        set(Cell::task(index, TaskField::Status), event.value);
        set(Cell::task(index, TaskField::Depth), event.a);
        return;
    }
    const TaskView& task = state_.tasks[index];
    FRAGSCOPE_CHECK(event.object < task.calls[0].locals.size(), "no such local variable");
    if (event.a > task.depth ||
        static_cast<std::uint64_t>(task.calls[event.a].listing) != event.b) {
        enter(index, event.a, event.b, 0);
    }
    set(Cell::of(CellKind::Local, index, event.a * 8 + event.object), event.value);
}

/// Stores every word of `move` that differs; moves change rarely.
void Replica::setMove(const MoveView& move) {
    const std::uint64_t words[] = {move.process,          move.vaddr,
                                   move.sourcePaddr,      move.destinationPaddr,
                                   move.lengthBytes,      move.blockVaddr,
                                   move.blockSourcePaddr, move.blockDestinationPaddr,
                                   move.blockLengthBytes, move.blockCopiedBytes,
                                   move.blockNumber,      move.copiedBytes};
    std::uint64_t field = 0;
    for (const std::uint64_t word : words) {
        set(Cell::of(CellKind::Move, 0, field++), word);
    }
}

void Replica::foldMove(const Event& event) {
    MoveView move = state_.move;
    switch (event.kind) {
    case EventKind::MoveBegun:
        move = {.process = event.object,
                .vaddr = event.vaddr,
                .sourcePaddr = event.a,
                .destinationPaddr = event.paddr,
                .lengthBytes = event.value};
        break;
    case EventKind::BlockBegun:
        move.blockVaddr = event.vaddr;
        move.blockSourcePaddr = event.a;
        move.blockDestinationPaddr = event.paddr;
        move.blockLengthBytes = event.value;
        move.blockCopiedBytes = 0;
        move.blockNumber = event.b;
        break;
    case EventKind::PageCopied:
        move.blockCopiedBytes += event.value;
        move.copiedBytes += event.value;
        break;
    case EventKind::BlockDone:
        move.blockVaddr = 0;
        move.blockSourcePaddr = 0;
        move.blockDestinationPaddr = 0;
        move.blockLengthBytes = 0;
        move.blockCopiedBytes = 0;
        break;
    case EventKind::MoveDone:
    case EventKind::MoveRolledBack:
        move = {};
        break;
    default:
        return;
    }
    setMove(move);
}

} // namespace fragscope
