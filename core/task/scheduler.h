#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"
#include "fragscope/hardware/cost_model.h"
#include "fragscope/hardware/cpu/interrupts.h"
#include "fragscope/task/choice.h"
#include "fragscope/task/task.h"

#include <memory>
#include <string_view>
#include <vector>

namespace fragscope {

/// Who runs next: the CPU with the smallest clock (ties: lowest number), each in turn, or drawn by
/// lot.
enum class SchedulePolicy : std::uint8_t { ByTime, RoundRobin, Random };

/// What the kernel does when the scheduler reaches one of these points. Called between micro-steps.
class SchedulerHooks {
public:
    virtual ~SchedulerHooks() = default;
    virtual void switchedTo(const Task& task) = 0; ///< on its CPU
    virtual void interruptTaken(std::uint32_t cpu, std::uint64_t payload) = 0;
    virtual void stepEnded(const Task& task) = 0; ///< only if wantsStepEnds()
    [[nodiscard]] virtual bool wantsStepEnds() const = 0;
};

struct TaskSpec {
    std::uint32_t process = 0;
    TaskRole role = TaskRole::Kernel;
    std::uint32_t cpu = 0;
    ListingId listing =
        ListingId::None; ///< announced with the task; the coroutine follows it itself
    bool daemon = false;
    bool background = false; ///< lowest priority
    std::uint64_t startAtCycles = 0;
};

/// Runs tasks on CPUs, each with its own clock in cycles, one micro-step at a time.
///
/// A micro-step happens at once, at the time at which it starts; the cycles that it spends keep its
/// CPU busy afterwards. Steps start in order of time, so seq order is time order. A waiting task's
/// condition is looked at after each step; when it holds, its CPU's clock becomes max(own, now +
/// wake-up). A step does not suspend its coroutine when the same task would be chosen again anyway.
///
/// Invariants: (1) clocks never go back; (2) interrupts are taken between instructions only; (3)
/// two runs with the same tasks and choices make the same steps.
class Scheduler {
public:
    Scheduler(EventBus& events, const CostModel& cost, std::uint32_t cpus, Choices& choices);
    ~Scheduler();

    void setHooks(SchedulerHooks* hooks) { hooks_ = hooks; }

    void setPolicy(SchedulePolicy policy, std::uint64_t quantumCycles);

    /// Adds a task; it becomes ready at spec.startAtCycles.
    Task& spawn(const TaskSpec& spec, Steps steps);

    /// Ends a task where it is; its coroutine is destroyed. Not for the running task.
    void kill(Task& task);

    /// Runs micro-steps until `stop`, the budget or the end; see EventSource::advance.
    AdvanceEnd run(const bool& stopRequested, std::uint64_t maxSteps);

    [[nodiscard]] std::uint64_t steps() const { return steps_; }

    [[nodiscard]] bool deadlocked() const { return deadlocked_; }

    /// The task whose step is under way (nullptr between steps).
    [[nodiscard]] Task* running() { return running_; }

    /// Clock of a CPU; now() is the clock of the CPU whose step is under way.
    [[nodiscard]] std::uint64_t clock(std::uint32_t cpu) const { return cpus_[cpu].clock; }

    [[nodiscard]] std::uint64_t now() const { return cpus_[current_].clock; }

    /// The running step's CPU is busy for so many cycles more.
    void spend(std::uint64_t cycles) {
        cpus_[current_].clock += cycles;
        if (running_ != nullptr) {
            running_->busyCycles += cycles;
        }
    }

    InterruptController& interrupts() { return interrupts_; }

    /// Sends an interrupt from the running CPU; arrives after the latency of the cost model.
    void sendInterrupt(std::uint32_t target, std::uint64_t payload);

    [[nodiscard]] const std::vector<std::unique_ptr<Task>>& tasks() const { return tasks_; }

    /// Everything of the scheduler that belongs to the state of the machine, as words for a hash.
    void appendState(std::vector<std::uint64_t>& words) const;

    // For the awaiters.
    [[nodiscard]] bool mayContinue(Task& task);
    void beginStep(Task& task, std::uint16_t line);
    void wait(Task& task, Condition condition, std::uint64_t wakeAtCycles);
    void publishStatus(Task& task);

private:
    struct CpuState {
        std::uint64_t clock = 0;
        std::vector<Task*> ready; ///< front runs next
        Task* current = nullptr;  ///< task that has the CPU
        Task* last = nullptr;     ///< task that had it last
        std::uint64_t quantumEnd = 0;
        bool fresh = false; ///< `current` has not made a step since it got the CPU
    };

    struct Candidate {
        std::uint64_t time = ~0ULL;
        std::uint32_t cpu = 0;
        bool interrupt = false;

        [[nodiscard]] bool possible() const { return time != ~0ULL; }
    };

    void endStep(Task& task);
    void publishLocals(Task& task);
    void checkWaiters();
    void makeReady(Task& task, std::uint64_t time);
    void wakeDueTimers(std::uint32_t cpu, std::uint64_t time);
    [[nodiscard]] bool interruptible(std::uint32_t cpu) const;
    [[nodiscard]] std::uint64_t nextTimer(std::uint32_t cpu) const;
    [[nodiscard]] Candidate candidateOf(std::uint32_t cpu) const;
    [[nodiscard]] Candidate choose();
    [[nodiscard]] Candidate earliest() const;
    static void enqueue(CpuState& cpu, Task& task);
    [[nodiscard]] static bool urgentIsDue(const CpuState& cpu);
    [[nodiscard]] static bool quantumIsOver(const CpuState& cpu);
    void setHorizon(const Candidate& chosen);
    void takeInterrupt(std::uint32_t cpu, std::uint64_t time);
    Task& dispatch(std::uint32_t cpu);
    void resume(Task& task);
    void finish(Task& task);
    [[nodiscard]] bool allDone() const;

    EventBus& events_;
    const CostModel& cost_;
    Choices& choices_;
    InterruptController interrupts_;
    SchedulerHooks* hooks_ = nullptr;
    SchedulePolicy policy_ = SchedulePolicy::ByTime;
    std::uint64_t quantum_ = 0;
    std::vector<CpuState> cpus_;
    std::vector<std::unique_ptr<Task>> tasks_;
    std::vector<Task*> waiting_; ///< with a condition, ascending id
    std::vector<Task*> timed_;   ///< with a wake-up time, ascending id
    Task* running_ = nullptr;
    std::uint32_t current_ = 0;
    std::uint32_t lastCpu_ = 0;
    std::uint64_t horizon_ = 0; ///< the running CPU may go on while its clock is below this
    std::uint64_t steps_ = 0;
    std::uint64_t stepLimit_ = 0;
    const bool* stopRequested_ = nullptr;
    bool deadlocked_ = false;
};

// ---- waiting
// -------------------------------------------------------------------------------------------

/// `co_await until(condition)`: goes on at once if it holds, else the task waits for it.
struct Until {
    Condition condition;
    std::uint64_t wakeAtCycles = ~0ULL;
    Task* task = nullptr;

    Until bind(Task& t) const { return {condition, wakeAtCycles, &t}; }

    [[nodiscard]] bool await_ready() const;
    void await_suspend(std::coroutine_handle<>) const;

    void await_resume() const {}
};

inline Until until(Condition condition) {
    return {condition};
}

/// `co_await sleepUntil(time)`: the task is ready again when its CPU's clock reaches `time`.
inline Until sleepUntil(std::uint64_t timeCycles) {
    return {Condition{}, timeCycles};
}

/// Whichever comes first.
inline Until untilOr(Condition condition, std::uint64_t timeCycles) {
    return {condition, timeCycles};
}

/// `Task& self = co_await thisTask();`
struct ThisTask {
    Task* task = nullptr;

    ThisTask bind(Task& t) const { return {&t}; }

    [[nodiscard]] bool await_ready() const { return true; }

    void await_suspend(std::coroutine_handle<>) const {}

    [[nodiscard]] Task& await_resume() const { return *task; }
};

inline ThisTask thisTask() {
    return {};
}

} // namespace fragscope
