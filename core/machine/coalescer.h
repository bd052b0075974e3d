#pragma once

#include "fragscope/defrag/mover.h"

#include <array>
#include <optional>
#include <vector>

namespace fragscope {

/// The coalesced density of state events: at the end of a slice, what has changed since the last
/// one. One event per task line, local variable, status, TLB slot, register and number of pending
/// interrupts and stores, one PageImage per frame; several changes of the same thing in a slice are
/// one. Costs nothing while the machine runs. Kinds that are always emitted (TaskStarted, meaning
/// events) are not repeated.
///
/// Invariant: a replica that was given these events equals one that was given every change, at each
/// end of a slice.
class Coalescer {
public:
    /// Before anything has happened: what holds now is what a replica begins with.
    Coalescer(EventBus& events, Kernel& kernel);

    /// Ends a slice. Nothing is done unless a sink wants PageImage.
    void publish();

private:
    /// A level of calls and a task as the events so far say.
    struct ToldCall {
        ListingId listing = ListingId::None;
        std::uint16_t line = 0;
        std::array<std::uint64_t, maxLocals> locals{};
    };

    struct ToldTask {
        TaskStatus status = TaskStatus::Ready;
        std::size_t depth = 0;
        std::uint64_t step = 0;
        std::array<ToldCall, maxCallDepth> calls{};
    };

    struct ToldCpu {
        std::vector<std::optional<Event>> tlb;
        std::array<std::uint64_t, registerCount> registers{};
        std::size_t pending = 0; ///< interrupts
        std::size_t stores = 0;  ///< in the store buffer
    };

    void publishCpu(std::uint32_t number);
    void publishTasks();
    void publishTask(const Task& task, ToldTask& told);
    void publishCall(const Task& task, std::size_t level, ToldTask& told);
    void publishStatus(const Task& task, std::size_t depth, ToldTask& told);
    void emit(Event event);
    void emitOf(const Task& task, Event event, std::uint64_t timeCycles);

    EventBus& events_;
    Kernel& kernel_;
    std::vector<ToldCpu> cpus_;
    std::vector<ToldTask> tasks_; ///< by id - 1
};

} // namespace fragscope
