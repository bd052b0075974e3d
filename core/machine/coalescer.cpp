#include "fragscope/machine/coalescer.h"

#include <algorithm>

namespace fragscope {

namespace {

bool sameContents(const Event& a, const Event& b) {
    return a.vaddr == b.vaddr && a.paddr == b.paddr && a.value == b.value && a.a == b.a &&
           a.b == b.b;
}

bool anyLocal(const CallFrame& call) {
    return std::any_of(call.locals.begin(), call.locals.end(),
                       [](std::uint64_t word) { return word != 0; });
}

ListingId listingOf(const CallFrame& call) {
    return call.listing != nullptr ? call.listing->id : ListingId::None;
}

std::size_t shownLocals(const CallFrame& call) {
    return call.listing != nullptr ? std::min(call.listing->locals.size(), maxLocals) : 0;
}

/// Innermost call that the exact events tell of: one that was entered without a step or a local
/// variable is not known yet.
std::size_t toldDepthOf(const Task& task) {
    std::size_t depth = task.toldDepth;
    for (std::size_t level = depth + 1; level <= task.depth; ++level) {
        depth = anyLocal(task.calls[level]) ? level : depth;
    }
    return depth;
}

} // namespace

Coalescer::Coalescer(EventBus& events, Kernel& kernel)
    : events_(events), kernel_(kernel), cpus_(kernel.board().cpus.size()) {
    for (std::size_t i = 0; i < cpus_.size(); ++i) {
        const Cpu& cpu = kernel.board().cpus[i];
        cpus_[i].tlb.resize(cpu.tlb().slotCount());
        for (unsigned name = 0; name < registerCount; ++name) {
            cpus_[i].registers[name] = cpu.registerValue(static_cast<RegisterName>(name));
        }
    }
}

void Coalescer::publish() {
    if (!events_.wants(EventKind::PageImage)) {
        return;
    }
    publishTasks();
    for (std::uint32_t cpu = 0; cpu < cpus_.size(); ++cpu) {
        publishCpu(cpu);
    }
    kernel_.board().memory.emitPageImages();
}

void Coalescer::emit(Event event) {
    event.timeCycles = events_.context.timeCycles;
    events_.emitCoalesced(event);
}

void Coalescer::publishCpu(std::uint32_t number) {
    const Cpu& cpu = kernel_.board().cpus[number];
    const auto id = static_cast<std::uint8_t>(number);
    ToldCpu& told = cpus_[number];
    for (unsigned slot = 0; slot < told.tlb.size(); ++slot) {
        const std::optional<Event> now = cpu.tlb().contentsOf(slot);
        std::optional<Event>& before = told.tlb[slot];
        if (now && !(before && sameContents(*now, *before))) {
            Event event = *now;
            event.cpu = id;
            emit(event);
        } else if (!now && before) {
            emit({.kind = EventKind::TlbDrop, .cpu = id, .object = slot, .vaddr = before->vaddr});
        }
        before = now;
    }
    for (unsigned name = 0; name < registerCount; ++name) {
        const std::uint64_t value = cpu.registerValue(static_cast<RegisterName>(name));
        if (std::exchange(told.registers[name], value) != value) {
            emit({.kind = EventKind::RegisterWrite, .cpu = id, .object = name, .value = value});
        }
    }
    const std::size_t stores = cpu.storeBuffer.stores().size();
    if (std::exchange(told.stores, stores) != stores) {
        emit({.kind = EventKind::StoresPending, .object = number, .value = stores});
    }
    const std::size_t pending = kernel_.board().scheduler.interrupts().pendingCount(number);
    // A slice that ends with an interrupt taken ends later than any task's step.
    const bool last = events_.context.task == 0 && events_.context.cpu == id;
    if (std::exchange(told.pending, pending) != pending || last) {
        emit({.kind = EventKind::InterruptPending, .object = number, .value = pending});
    }
}

/// In the order of their last steps, so that the last one's step and time hold.
void Coalescer::publishTasks() {
    std::vector<const Task*> tasks;
    for (const auto& task : kernel_.board().scheduler.tasks()) {
        tasks.push_back(task.get());
    }
    tasks_.resize(tasks.size());
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const Task* a, const Task* b) { return a->lastStep < b->lastStep; });
    for (const Task* task : tasks) {
        publishTask(*task, tasks_[task->id - 1]);
    }
}

void Coalescer::emitOf(const Task& task, Event event, std::uint64_t timeCycles) {
    event.timeCycles = timeCycles;
    event.cpu = static_cast<std::uint8_t>(task.cpu);
    event.task = task.id;
    events_.emitCoalesced(event);
}

void Coalescer::publishTask(const Task& task, ToldTask& told) {
    const std::size_t depth = toldDepthOf(task);
    if (depth < told.depth) {
        publishStatus(task, depth, told);
    }
    for (std::size_t level = 0; level <= depth; ++level) {
        publishCall(task, level, told);
    }
    if (told.status != task.status || told.depth != depth) {
        publishStatus(task, depth, told);
    }
    told.step = task.lastStep;
}

void Coalescer::publishStatus(const Task& task, std::size_t depth, ToldTask& told) {
    emitOf(task,
           {.kind = EventKind::TaskStatusChange,
            .value = static_cast<std::uint64_t>(task.status),
            .a = depth},
           events_.context.timeCycles);
    told.status = task.status;
    told.depth = depth;
    std::fill(told.calls.begin() + static_cast<std::ptrdiff_t>(depth) + 1, told.calls.end(),
              ToldCall{});
}

void Coalescer::publishCall(const Task& task, std::size_t level, ToldTask& told) {
    const CallFrame& call = task.calls[level];
    ToldCall& before = told.calls[level];
    const ListingId listing = listingOf(call);
    const bool stepped = told.step != task.lastStep && level == task.toldDepth;
    if (stepped || (call.line != 0 && (call.line != before.line || listing != before.listing))) {
        emitOf(task,
               {.kind = EventKind::TaskStep,
                .line = call.line,
                .object = static_cast<std::uint32_t>(level),
                .value = task.lastStep,
                .a = static_cast<std::uint64_t>(listing)},
               task.lastStepCycles);
        const auto locals = listing == before.listing ? before.locals : decltype(before.locals){};
        std::fill(told.calls.begin() + static_cast<std::ptrdiff_t>(level) + 1, told.calls.end(),
                  ToldCall{});
        before = {.listing = listing, .line = call.line, .locals = locals};
        told.depth = level;
    }
    for (std::size_t i = 0; i < shownLocals(call); ++i) {
        if (std::exchange(before.locals[i], call.locals[i]) != call.locals[i]) {
            emitOf(task,
                   {.kind = EventKind::LocalWrite,
                    .object = static_cast<std::uint32_t>(i),
                    .value = call.locals[i],
                    .a = level,
                    .b = static_cast<std::uint64_t>(listing)},
                   task.lastStepCycles);
            told.depth = std::max(told.depth, level);
        }
    }
}

} // namespace fragscope
