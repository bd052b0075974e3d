#include "fragscope/task/scheduler.h"

#include "fragscope/base/check.h"

#include <algorithm>

namespace fragscope {

Scheduler::Scheduler(EventBus& events, const CostModel& cost, std::uint32_t cpus, Choices& choices)
    : events_(events), cost_(cost), choices_(choices), interrupts_(events, cpus), cpus_(cpus) {}

Scheduler::~Scheduler() = default;

void Scheduler::setPolicy(SchedulePolicy policy, std::uint64_t quantumCycles) {
    policy_ = policy;
    quantum_ = quantumCycles;
}

Task& Scheduler::spawn(const TaskSpec& spec, Steps steps) {
    tasks_.push_back(std::make_unique<Task>());
    Task& task = *tasks_.back();
    task.scheduler = this;
    task.id = static_cast<std::uint32_t>(tasks_.size());
    task.process = spec.process;
    task.role = spec.role;
    task.cpu = spec.cpu;
    task.daemon = spec.daemon;
    task.background = spec.background;
    task.root = std::move(steps);
    task.root.handle().promise().task = &task;
    task.innermost = task.root.handle();
    Event event{.kind = EventKind::TaskStarted,
                .object = spec.process,
                .value = static_cast<std::uint64_t>(spec.listing),
                .a = static_cast<std::uint64_t>(spec.role)};
    const EventContext saved = events_.context;
    events_.context.cpu = static_cast<std::uint8_t>(spec.cpu);
    events_.context.task = task.id;
    events_.context.line = 0;
    events_.emit(event);
    events_.context = saved;
    if (spec.startAtCycles > cpus_[spec.cpu].clock) {
        wait(task, Condition{}, spec.startAtCycles);
    } else {
        makeReady(task, cpus_[spec.cpu].clock);
    }
    return task;
}

void Scheduler::kill(Task& task) {
    FRAGSCOPE_CHECK(&task != running_, "a running task cannot be killed");
    if (task.status != TaskStatus::Finished) {
        task.innermost = nullptr;
        finish(task);
        task.root = Steps();
    }
}

void Scheduler::finish(Task& task) {
    task.status = TaskStatus::Finished;
    std::erase(waiting_, &task);
    std::erase(timed_, &task);
    CpuState& cpu = cpus_[task.cpu];
    std::erase(cpu.ready, &task);
    if (cpu.current == &task) {
        cpu.current = nullptr;
    }
    horizon_ = 0;
    publishStatus(task);
}

void Scheduler::publishStatus(Task& task) {
    task.toldDepth = task.depth;
    if (!events_.wants(EventKind::TaskStatusChange)) {
        return;
    }
    const EventContext saved = events_.context;
    events_.context.cpu = static_cast<std::uint8_t>(task.cpu);
    events_.context.task = task.id;
    events_.context.line = task.calls[task.depth].line;
    events_.emit({.kind = EventKind::TaskStatusChange,
                  .value = static_cast<std::uint64_t>(task.status),
                  .a = task.depth});
    events_.context = saved;
}

void Scheduler::makeReady(Task& task, std::uint64_t time) {
    CpuState& cpu = cpus_[task.cpu];
    const bool held = cpu.current == &task;
    const bool idle = held || (cpu.current == nullptr && cpu.ready.empty());
    std::erase(waiting_, &task);
    std::erase(timed_, &task);
    task.waitsFor = Condition{};
    horizon_ = 0;
    if (!idle && time > cpu.clock) {
        wait(task, Condition{}, time); // the CPU has other work until then
        return;
    }
    cpu.clock = std::max(cpu.clock, time);
    task.wakeAtCycles = ~0ULL;
    task.status = TaskStatus::Ready;
    if (!held) {
        // The scenario's own actions happen when they are due, not after a time slice.
        if (task.role == TaskRole::Script) {
            cpu.ready.insert(cpu.ready.begin(), &task);
        } else {
            enqueue(cpu, task);
        }
    }
    publishStatus(task);
}

void Scheduler::wait(Task& task, Condition condition, std::uint64_t wakeAtCycles) {
    endStep(task);
    task.status = TaskStatus::Waiting;
    task.waitsFor = condition;
    task.wakeAtCycles = wakeAtCycles;
    const auto byId = [](const Task* a, const Task* b) { return a->id < b->id; };
    if (condition.test != nullptr) {
        waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), &task, byId), &task);
    }
    if (wakeAtCycles != ~0ULL) {
        timed_.insert(std::upper_bound(timed_.begin(), timed_.end(), &task, byId), &task);
    }
    CpuState& cpu = cpus_[task.cpu];
    std::erase(cpu.ready, &task);
    if (cpu.current == &task && !task.interruptsOff) {
        cpu.current = nullptr;
    }
    publishStatus(task);
}

void Scheduler::checkWaiters() {
    const std::uint64_t now = cpus_[current_].clock;
    for (std::size_t i = 0; i < waiting_.size();) {
        Task& task = *waiting_[i];
        if (task.waitsFor.holds()) {
            makeReady(task, std::min(now + cost_.wakeUp, task.wakeAtCycles)); // leaves the list
        } else {
            ++i;
        }
    }
}

void Scheduler::wakeDueTimers(std::uint32_t cpu, std::uint64_t time) {
    for (std::size_t i = 0; i < timed_.size();) {
        Task& task = *timed_[i];
        if (task.cpu == cpu && task.wakeAtCycles <= time) {
            makeReady(task, task.wakeAtCycles);
        } else {
            ++i;
        }
    }
}

std::uint64_t Scheduler::nextTimer(std::uint32_t cpu) const {
    std::uint64_t next = ~0ULL;
    for (const Task* task : timed_) {
        if (task->cpu == cpu) {
            next = std::min(next, task->wakeAtCycles);
        }
    }
    return next;
}

bool Scheduler::interruptible(std::uint32_t cpu) const {
    const Task* task = cpus_[cpu].current;
    return task == nullptr || (!task->inInstruction && !task->interruptsOff);
}

Scheduler::Candidate Scheduler::candidateOf(std::uint32_t cpu) const {
    const CpuState& state = cpus_[cpu];
    Candidate candidate{.time = ~0ULL, .cpu = cpu};
    // A task that waits with interrupts off keeps its CPU: nothing else can run there.
    const bool held = state.current != nullptr && state.current->status == TaskStatus::Waiting;
    const bool ready = !held && ((state.current != nullptr) || !state.ready.empty());
    if (ready) {
        candidate.time = state.clock;
    } else if (const std::uint64_t timer = nextTimer(cpu); timer != ~0ULL && !held) {
        candidate.time = std::max(state.clock, timer);
    }
    if (interrupts_.pending(cpu) && interruptible(cpu)) {
        const std::uint64_t arrival = std::max(state.clock, interrupts_.earliest(cpu));
        if (arrival <= candidate.time) {
            candidate.time = arrival;
            candidate.interrupt = true;
        }
    }
    return candidate;
}

Scheduler::Candidate Scheduler::earliest() const {
    Candidate best;
    for (std::uint32_t cpu = 0; cpu < cpus_.size(); ++cpu) {
        const Candidate candidate = candidateOf(cpu);
        if (candidate.time < best.time) {
            best = candidate;
        }
    }
    return best;
}

Scheduler::Candidate Scheduler::choose() {
    if (policy_ == SchedulePolicy::ByTime) {
        return earliest();
    }
    std::vector<Candidate> possible;
    for (std::uint32_t i = 1; i <= cpus_.size(); ++i) {
        const auto cpu = static_cast<std::uint32_t>((lastCpu_ + i) % cpus_.size());
        if (const Candidate candidate = candidateOf(cpu); candidate.possible()) {
            possible.push_back(candidate);
        }
    }
    if (possible.empty()) {
        return {};
    }
    const std::size_t index = policy_ == SchedulePolicy::Random && possible.size() > 1
                                  ? choices_.choose(possible.size(), "next CPU")
                                  : 0;
    return possible[index];
}

/// At the end of the queue, but tasks of the background stay behind all others.
void Scheduler::enqueue(CpuState& cpu, Task& task) {
    auto place = cpu.ready.end();
    while (!task.background && place != cpu.ready.begin() && (*(place - 1))->background) {
        --place;
    }
    cpu.ready.insert(place, &task);
}

/// The scenario's own actions take the CPU from others at once, and everybody from a task of the
/// background; among themselves they take turns.
bool Scheduler::urgentIsDue(const CpuState& cpu) {
    if (cpu.ready.empty() || cpu.current == nullptr) {
        return false;
    }
    const Task& next = *cpu.ready.front();
    const bool script = next.role == TaskRole::Script && cpu.current->role != TaskRole::Script;
    return script || (cpu.current->background && !next.background);
}

/// Another task of the same priority may have the CPU now.
bool Scheduler::quantumIsOver(const CpuState& cpu) {
    return cpu.clock >= cpu.quantumEnd &&
           (cpu.current->background || !cpu.ready.front()->background);
}

void Scheduler::setHorizon(const Candidate& chosen) {
    if (policy_ != SchedulePolicy::ByTime) {
        horizon_ = 0;
        return;
    }
    std::uint64_t horizon = nextTimer(chosen.cpu);
    const CpuState& own = cpus_[chosen.cpu];
    if (urgentIsDue(own)) {
        horizon = 0; // looked at again after each step: the task may become preemptible
    } else if (!own.ready.empty()) {
        horizon = std::min(horizon, own.quantumEnd);
    }
    if (interrupts_.pending(chosen.cpu)) {
        horizon = std::min(horizon, interrupts_.earliest(chosen.cpu));
    }
    for (std::uint32_t cpu = 0; cpu < cpus_.size(); ++cpu) {
        if (cpu == chosen.cpu) {
            continue;
        }
        const Candidate other = candidateOf(cpu);
        if (other.possible()) {
            // Ties go to the lower number: a higher-numbered rival lets us run at its time too.
            horizon = std::min(horizon, other.time + (cpu > chosen.cpu ? 1 : 0));
        }
    }
    horizon_ = horizon;
}

void Scheduler::takeInterrupt(std::uint32_t cpu, std::uint64_t time) {
    current_ = cpu;
    cpus_[cpu].clock = std::max(cpus_[cpu].clock, time);
    events_.context = {.timeCycles = cpus_[cpu].clock, .cpu = static_cast<std::uint8_t>(cpu)};
    const Interrupt interrupt = interrupts_.take(cpu);
    ++steps_;
    hooks_->interruptTaken(cpu, interrupt.payload);
    checkWaiters();
}

Task& Scheduler::dispatch(std::uint32_t cpu) {
    CpuState& state = cpus_[cpu];
    wakeDueTimers(cpu, state.clock);
    Task* const before = state.current;
    const bool preempt = before != nullptr && !state.fresh && !state.ready.empty() &&
                         before->preemptible && !before->inInstruction && !before->interruptsOff &&
                         (quantumIsOver(state) || urgentIsDue(state));
    if (preempt) {
        enqueue(state, *before);
    }
    if (before == nullptr || preempt) {
        state.current = state.ready.front();
        state.ready.erase(state.ready.begin());
        state.fresh = true;
        if (state.current != state.last) {
            state.clock += state.last != nullptr ? cost_.contextSwitch : 0;
            state.last = state.current;
            hooks_->switchedTo(*state.current);
        }
        state.quantumEnd = state.clock + quantum_;
    }
    return *state.current;
}

void Scheduler::resume(Task& task) {
    const std::uint64_t before = steps_;
    running_ = &task;
    // Calls and returns between coroutines are no steps: go on until a step has been made.
    while (task.innermost && task.status == TaskStatus::Ready) {
        task.innermost.resume();
        if (task.root.handle().done()) {
            endStep(task);
            running_ = nullptr;
            if (const std::exception_ptr error = task.root.handle().promise().error) {
                std::rethrow_exception(error);
            }
            finish(task);
            checkWaiters();
            return;
        }
        if (steps_ != before && !task.stepOpen) {
            break;
        }
    }
    running_ = nullptr;
}

bool Scheduler::allDone() const {
    return std::all_of(tasks_.begin(), tasks_.end(), [](const auto& task) {
        return task->status == TaskStatus::Finished || task->daemon;
    });
}

AdvanceEnd Scheduler::run(const bool& stopRequested, std::uint64_t maxSteps) {
    stopRequested_ = &stopRequested;
    stepLimit_ = maxSteps > ~0ULL - steps_ ? ~0ULL : steps_ + maxSteps;
    while (!stopRequested) {
        if (allDone()) {
            return AdvanceEnd::Finished;
        }
        if (steps_ >= stepLimit_) {
            return AdvanceEnd::BudgetSpent;
        }
        const Candidate next = choose();
        if (!next.possible()) {
            deadlocked_ = true;
            return AdvanceEnd::Finished;
        }
        lastCpu_ = next.cpu;
        if (next.interrupt) {
            takeInterrupt(next.cpu, next.time);
            continue;
        }
        current_ = next.cpu;
        cpus_[next.cpu].clock = next.time;
        events_.context = {.timeCycles = next.time, .cpu = static_cast<std::uint8_t>(next.cpu)};
        Task& task = dispatch(next.cpu);
        if (policy_ == SchedulePolicy::ByTime && cpus_[next.cpu].clock != next.time) {
            continue; // the switch took time: another CPU may come first now
        }
        cpus_[next.cpu].fresh = false;
        setHorizon(next);
        resume(task);
    }
    return AdvanceEnd::ConditionMet;
}

void Scheduler::sendInterrupt(std::uint32_t target, std::uint64_t payload) {
    interrupts_.send(target, {.arrivalCycles = now() + cost_.interruptLatency, .payload = payload});
    horizon_ = 0;
}

} // namespace fragscope
