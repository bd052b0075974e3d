#pragma once

#include "fragscope/event/event_kind.h"
#include "fragscope/view/machine_shape.h"
#include "fragscope/view/state.h"

#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace fragscope::test {

/// The state of a machine as plain values: memory as one array of bytes, tasks by number.
struct NaiveState {
    std::uint64_t nextSeq = 0;
    std::uint64_t time = 0;
    std::uint64_t step = 0;
    std::vector<unsigned char> memory;
    std::vector<CpuView> cpus;
    std::map<std::uint32_t, TaskView> tasks;
    MoveView move;

    explicit NaiveState(const MachineShape& shape)
        : memory(bytesOf(shape.frames).value), cpus(shape.cpus) {
        for (CpuView& cpu : cpus) {
            cpu.tlb.resize(shape.tlbSlots);
        }
    }
};

/// Folds one event in the plainest way.
inline void naiveCall(TaskView& task, std::uint64_t depth, std::uint64_t listing) {
    if (static_cast<std::uint64_t>(task.calls[depth].listing) != listing) {
        task.calls[depth].locals.fill(0);
    }
    for (std::uint64_t level = task.depth + 1U; level <= depth; ++level) {
        task.calls[level].locals.fill(0);
    }
    task.depth = static_cast<std::uint8_t>(depth);
    task.calls[depth].listing = static_cast<ListingId>(listing);
}

inline void naiveTask(NaiveState& state, const Event& e) {
    if (e.kind == EventKind::TaskStarted) {
        TaskView task;
        task.id = e.task;
        task.process = e.object;
        task.role = static_cast<TaskRole>(e.a);
        task.cpu = e.cpu;
        task.lastStepCycles = e.timeCycles;
        task.calls[0].listing = static_cast<ListingId>(e.value);
        state.tasks[e.task] = task;
        return;
    }
    TaskView& task = state.tasks.at(e.task);
    if (e.kind == EventKind::TaskStep) {
        naiveCall(task, e.object, e.a);
        task.calls[e.object].line = e.line;
        task.cpu = e.cpu;
        task.lastStepCycles = e.timeCycles;
        state.step = e.value;
        state.cpus[e.cpu].task = e.task;
    } else if (e.kind == EventKind::TaskStatusChange) {
        task.status = static_cast<TaskStatus>(e.value);
        task.depth = static_cast<std::uint8_t>(e.a);
    } else {
        const bool entered =
            e.a > task.depth || static_cast<std::uint64_t>(task.calls[e.a].listing) != e.b;
        if (entered) {
            naiveCall(task, e.a, e.b);
            task.calls[e.a].line = 0;
        }
        task.calls[e.a].locals[e.object] = e.value;
    }
    for (std::size_t left = task.depth + 1U; left < task.calls.size(); ++left) {
        task.calls[left] = CallView{};
    }
}

inline void naiveMove(MoveView& m, const Event& e) {
    switch (e.kind) {
    case EventKind::MoveBegun:
        m = MoveView{};
        m.process = e.object;
        m.vaddr = e.vaddr;
        m.sourcePaddr = e.a;
        m.destinationPaddr = e.paddr;
        m.lengthBytes = e.value;
        break;
    case EventKind::BlockBegun:
        m.blockVaddr = e.vaddr;
        m.blockSourcePaddr = e.a;
        m.blockDestinationPaddr = e.paddr;
        m.blockLengthBytes = e.value;
        m.blockCopiedBytes = 0;
        m.blockNumber = e.b;
        break;
    case EventKind::PageCopied:
        m.blockCopiedBytes += e.value;
        m.copiedBytes += e.value;
        break;
    case EventKind::BlockDone:
        m.blockVaddr = m.blockSourcePaddr = m.blockDestinationPaddr = 0;
        m.blockLengthBytes = m.blockCopiedBytes = 0;
        break;
    case EventKind::MoveDone:
    case EventKind::MoveRolledBack:
        m = MoveView{};
        break;
    default:
        break;
    }
}

inline void naiveApply(NaiveState& state, const Event& e) {
    unsigned char* bytes = state.memory.data();
    state.time = e.timeCycles;
    state.nextSeq = e.seq + 1;
    switch (e.kind) {
    case EventKind::Store:
    case EventKind::StoreDrained:
    case EventKind::PhysStore:
        std::memcpy(bytes + e.paddr, &e.value, e.size);
        break;
    case EventKind::PhysFill:
        std::memset(bytes + e.paddr, static_cast<int>(e.value), e.a);
        break;
    case EventKind::PhysCopy:
        std::memmove(bytes + e.paddr, bytes + e.a, e.b);
        break;
    case EventKind::TlbFill:
        state.cpus[e.cpu].tlb[e.object] = {true, e.vaddr, e.paddr, e.value, e.a, e.b};
        break;
    case EventKind::TlbDrop:
        state.cpus[e.cpu].tlb[e.object] = TlbSlotView{};
        break;
    case EventKind::RegisterWrite:
        state.cpus[e.cpu].registers[e.object] = e.value;
        break;
    case EventKind::StoresPending:
        state.cpus[e.object].pendingStores = static_cast<std::uint32_t>(e.value);
        break;
    case EventKind::InterruptPending:
        state.cpus[e.object].pendingInterrupts = static_cast<std::uint32_t>(e.value);
        break;
    case EventKind::TaskStarted:
    case EventKind::TaskStep:
    case EventKind::TaskStatusChange:
    case EventKind::LocalWrite:
        naiveTask(state, e);
        break;
    default:
        naiveMove(state.move, e);
        break;
    }
}

inline bool sameMemory(const NaiveState& naive, const PageMap& memory) {
    static const std::vector<unsigned char> zeros(pageBytes);
    if (bytesOf(memory.frameCount()).value != naive.memory.size()) {
        return false;
    }
    for (std::uint64_t frame = 0; frame < memory.frameCount().value; ++frame) {
        const std::byte* bytes = memory.page(FrameNumber(frame)).bytes();
        const void* found = bytes != nullptr ? static_cast<const void*>(bytes) : zeros.data();
        if (std::memcmp(found, naive.memory.data() + frame * pageBytes, pageBytes) != 0) {
            return false;
        }
    }
    return true;
}

/// The first part that differs; empty if the states are equal byte for byte.
inline std::string difference(const NaiveState& naive, const ViewState& view) {
    std::vector<TaskView> tasks;
    for (const auto& [id, task] : naive.tasks) {
        tasks.push_back(task);
    }
    const std::string at = " before event " + std::to_string(naive.nextSeq);
    if (naive.nextSeq != view.nextSeq) {
        return "nextSeq is " + std::to_string(view.nextSeq) + at;
    }
    if (naive.time != view.timeCycles || naive.step != view.step) {
        return "time or step" + at;
    }
    if (naive.cpus != view.cpus) {
        return "CPUs" + at;
    }
    if (tasks != view.tasks) {
        return "tasks" + at;
    }
    if (!(naive.move == view.move)) {
        return "move" + at;
    }
    return sameMemory(naive, view.memory) ? "" : "memory" + at;
}

/// The states before each event and after the last.
inline std::vector<NaiveState> naiveStates(const MachineShape& shape,
                                           const std::vector<Event>& events) {
    std::vector<NaiveState> states{NaiveState(shape)};
    for (const Event& event : events) {
        states.push_back(states.back());
        naiveApply(states.back(), event);
    }
    return states;
}

} // namespace fragscope::test
