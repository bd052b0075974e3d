// The part of the scheduler that coroutines ask: steps, their locals, waiting, calls.
#include "fragscope/base/check.h"
#include "fragscope/task/scheduler.h"

#include <algorithm>

namespace fragscope {

bool Scheduler::mayContinue(Task& task) {
    endStep(task);
    return cpus_[current_].clock < horizon_ && steps_ < stepLimit_ && !*stopRequested_ &&
           task.status == TaskStatus::Ready;
}

void Scheduler::beginStep(Task& task, std::uint16_t line) {
    ++steps_;
    task.stepOpen = true;
    CallFrame& call = task.calls[task.depth];
    call.line = line;
    task.toldDepth = task.depth;
    task.lastStep = steps_;
    task.lastStepCycles = cpus_[current_].clock;
    events_.context.timeCycles = cpus_[current_].clock;
    events_.context.task = task.id;
    events_.context.line = line;
    if (events_.wants(EventKind::TaskStep)) {
        const auto listing = call.listing != nullptr ? call.listing->id : ListingId::None;
        events_.emit({.kind = EventKind::TaskStep,
                      .object = task.depth,
                      .value = steps_,
                      .a = static_cast<std::uint64_t>(listing)});
    }
}

void Scheduler::endStep(Task& task) {
    if (!task.stepOpen) {
        return;
    }
    task.stepOpen = false;
    if (events_.wants(EventKind::LocalWrite)) {
        publishLocals(task);
    }
    if (hooks_ != nullptr && hooks_->wantsStepEnds()) {
        hooks_->stepEnded(task);
    }
    if (!waiting_.empty()) {
        checkWaiters();
    }
}

void Scheduler::publishLocals(Task& task) {
    for (std::size_t depth = 0; depth <= task.depth; ++depth) {
        CallFrame& call = task.calls[depth];
        const std::size_t count =
            call.listing != nullptr ? std::min(call.listing->locals.size(), maxLocals) : 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (call.locals[i] == call.published[i]) {
                continue;
            }
            call.published[i] = call.locals[i];
            events_.emit({.kind = EventKind::LocalWrite,
                          .object = static_cast<std::uint32_t>(i),
                          .value = call.locals[i],
                          .a = depth,
                          .b = static_cast<std::uint64_t>(call.listing->id)});
        }
    }
}

void Scheduler::appendState(std::vector<std::uint64_t>& words) const {
    for (const CpuState& cpu : cpus_) {
        words.push_back(cpu.clock);
        words.push_back(cpu.current != nullptr ? cpu.current->id : 0);
    }
    for (const auto& task : tasks_) {
        words.push_back(task->id);
        words.push_back(static_cast<std::uint64_t>(task->status));
        for (std::size_t depth = 0; depth <= task->depth; ++depth) {
            const CallFrame& call = task->calls[depth];
            words.push_back(call.line);
            words.insert(words.end(), call.locals.begin(), call.locals.end());
        }
    }
}

bool Until::await_ready() const {
    return condition.test != nullptr ? condition.holds()
                                     : task->scheduler->clock(task->cpu) >= wakeAtCycles;
}

void Until::await_suspend(std::coroutine_handle<>) const {
    task->scheduler->wait(*task, condition, wakeAtCycles);
}

namespace detail {

void enterCall(Task& task, Steps::Handle callee) {
    FRAGSCOPE_CHECK(task.depth + 1U < maxCallDepth, "calls nested too deeply");
    callee.promise().task = &task;
    task.innermost = callee;
    ++task.depth;
    task.calls[task.depth] = CallFrame{};
}

void enterPart(Task& task, Steps::Handle callee) {
    callee.promise().task = &task;
    task.innermost = callee;
}

void leaveCall(Task& task, std::coroutine_handle<> caller, bool isPart) {
    task.innermost = caller;
    if (!isPart && task.depth > 0) {
        --task.depth;
        task.scheduler->publishStatus(task);
    }
}

std::uint64_t* followListing(Task& task, const Listing& listing) {
    CallFrame& call = task.calls[task.depth];
    call.listing = &listing;
    call.locals.fill(0);
    call.published.fill(0);
    return call.locals.data();
}

bool mayContinue(Task& task) {
    return task.scheduler->mayContinue(task);
}

void beginStep(Task& task, std::uint16_t line) {
    task.scheduler->beginStep(task, line);
}

} // namespace detail

} // namespace fragscope
