#pragma once

#include "fragscope/task/scheduler.h"

#include <array>
#include <vector>

namespace fragscope::test {

/// One micro-step as its TaskStep event told it.
struct StepSeen {
    std::uint64_t time = 0;
    std::uint32_t cpu = 0;
    std::uint32_t task = 0;
    std::uint16_t line = 0;

    friend bool operator==(const StepSeen&, const StepSeen&) = default;
};

struct InterruptSeen {
    std::uint64_t time = 0;
    std::uint32_t cpu = 0;
    std::uint64_t payload = 0;

    friend bool operator==(const InterruptSeen&, const InterruptSeen&) = default;
};

/// A scheduler with round costs, whose events and hooks are kept; and some shared counters for its
/// tasks.
class TaskBench : public SchedulerHooks, public EventSink {
public:
    static CostModel roundCosts() {
        CostModel cost;
        cost.wakeUp = 40;
        cost.contextSwitch = 100;
        cost.interruptLatency = 60;
        return cost;
    }

    explicit TaskBench(std::uint32_t cpus,
                       SchedulePolicy policy = SchedulePolicy::ByTime,
                       std::uint64_t quantum = 1000,
                       std::uint64_t seed = 1)
        : choices(seed), scheduler(events, cost, cpus, choices) {
        events.attach(*this, kindsOf(RecordLevel::Full));
        scheduler.setHooks(this);
        scheduler.setPolicy(policy, quantum);
    }

    ~TaskBench() override { events.detach(*this); }

    TaskBench(const TaskBench&) = delete;
    TaskBench& operator=(const TaskBench&) = delete;

    Task& spawn(std::uint32_t cpu, Steps root, std::uint64_t startAt = 0) {
        return scheduler.spawn({.cpu = cpu, .startAtCycles = startAt}, std::move(root));
    }

    AdvanceEnd run(std::uint64_t maxSteps = 1'000'000) { return scheduler.run(stop, maxSteps); }

    [[nodiscard]] std::vector<StepSeen> stepsOf(const Task& task) const {
        std::vector<StepSeen> own;
        for (const StepSeen& step : steps) {
            if (step.task == task.id) {
                own.push_back(step);
            }
        }
        return own;
    }

    [[nodiscard]] std::vector<std::uint64_t> timesOf(const Task& task) const {
        std::vector<std::uint64_t> times;
        for (const StepSeen& step : stepsOf(task)) {
            times.push_back(step.time);
        }
        return times;
    }

    [[nodiscard]] std::vector<std::uint32_t> cpuOrder() const {
        std::vector<std::uint32_t> order;
        for (const StepSeen& step : steps) {
            order.push_back(step.cpu);
        }
        return order;
    }

    void onEvent(const Event& event) override {
        log.push_back(event);
        if (event.kind == EventKind::TaskStep) {
            steps.push_back({event.timeCycles, event.cpu, event.task, event.line});
        }
    }

    void switchedTo(const Task& task) override { switches.push_back(task.id); }

    void interruptTaken(std::uint32_t cpu, std::uint64_t payload) override {
        interrupts.push_back({scheduler.clock(cpu), cpu, payload});
        ++counters[7];
    }

    void stepEnded(const Task& task) override { ended.push_back(task.id); }

    [[nodiscard]] bool wantsStepEnds() const override { return countStepEnds; }

    /// Counter argument >> 32 has reached the low half of argument.
    [[nodiscard]] bool reached(std::uint64_t argument) const {
        return counters[argument >> 32] >= (argument & 0xffffffff);
    }

    [[nodiscard]] Condition atLeast(std::uint64_t counter, std::uint64_t value) const {
        return conditionOf<&TaskBench::reached>(*this, counter << 32 | value);
    }

    EventBus events;
    CostModel cost = roundCosts();
    Choices choices;
    Scheduler scheduler;
    bool stop = false;
    bool countStepEnds = false;
    std::array<std::uint64_t, 8> counters{}; ///< the last one counts interrupts
    std::vector<Event> log;
    std::vector<StepSeen> steps;
    std::vector<std::uint32_t> switches; ///< tasks, in the order in which they got their CPU
    std::vector<InterruptSeen> interrupts;
    std::vector<std::uint32_t> ended; ///< tasks whose steps ended, if countStepEnds
};

enum class TestLine : std::uint16_t { One = 1, Two, Three, Four };

/// `count` steps at line One that cost `cycles` each.
inline Steps worker(TaskBench& bench, std::uint64_t count, std::uint64_t cycles) {
    for (std::uint64_t i = 0; i < count; ++i) {
        co_yield TestLine::One;
        bench.scheduler.spend(cycles);
    }
}

} // namespace fragscope::test
