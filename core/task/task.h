#pragma once

#include "fragscope/task/condition.h"
#include "fragscope/task/listing.h"
#include "fragscope/task/steps.h"

#include <array>
#include <string>

namespace fragscope {

class Scheduler;

inline constexpr std::size_t maxCallDepth = 6;
inline constexpr std::size_t maxLocals = 8;

/// One level of calls: the listing that runs there and the storage of its Locals struct, word by
/// word.
struct CallFrame {
    const Listing* listing = nullptr;
    std::uint16_t line = 0;
    alignas(std::uint64_t) std::array<std::uint64_t, maxLocals> locals{};
    std::array<std::uint64_t, maxLocals> published{}; ///< what the last LocalWrite events said
};

/// A thread of control bound to one CPU. Belongs to the Scheduler, which alone changes `status`.
struct Task {
    Scheduler* scheduler = nullptr;
    std::uint32_t id = 0;
    std::uint32_t process = 0; ///< 0 = the kernel
    TaskRole role = TaskRole::Kernel;
    std::uint32_t cpu = 0;
    TaskStatus status = TaskStatus::Ready;
    bool daemon = false;        ///< the run may end while it waits
    bool inInstruction = false; ///< between translate and perform: no interrupt, no preemption
    bool interruptsOff = false; ///< no interrupt is taken while this task has the CPU, even waiting
    bool preemptible = true;
    bool background = false; ///< runs only while its CPU has no other work
    Condition waitsFor{};    ///< status Waiting: what for (test == nullptr: only wakeAt)
    std::uint64_t wakeAtCycles = ~0ULL;
    std::uint64_t busyCycles = 0; ///< cycles that it has spent on its CPU
    bool stepOpen = false;        ///< a micro-step was begun and not yet ended
    std::uint64_t lastStep = 0;   ///< number and time of its last micro-step
    std::uint64_t lastStepCycles = 0;
    std::uint8_t depth = 0;
    std::uint8_t toldDepth = 0; ///< what the last step or change of status said of `depth`
    std::array<CallFrame, maxCallDepth> calls{};
    Steps root; ///< the outermost coroutine
    std::coroutine_handle<> innermost;
};

} // namespace fragscope
