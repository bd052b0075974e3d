#pragma once

#include "fragscope/hardware/paging/access.h"
#include "fragscope/kernel/process.h"
#include "fragscope/task/task.h"

namespace fragscope {

class Kernel;

/// One aligned load or store of an application. Lives in the frame of the coroutine that makes it;
/// the result is read from here after `co_await access(kernel, request)`.
struct AccessRequest {
    Process* process = nullptr;
    VirtAddr address{};
    AccessKind kind = AccessKind::Read;
    std::uint8_t bytes = wordBytes;
    std::uint64_t value = 0; ///< to store, or what was loaded
    // results
    bool killed = false;     ///< the process ended instead
    bool skipped = false;    ///< the process's signal handler left the access out
    std::uint32_t waits = 0; ///< how often it had to wait for a mover
    // in between
    Translation translation{}; ///< split access: step one's result
    Fault fault{};
    std::uint64_t startedAt = 0;
    Steps slowPath{};
};

/// `co_await access(kernel, request)`: translate and perform in the current step; on a fault the
/// handler runs as further steps and the access is repeated until it succeeds or the process is
/// ended.
struct MemoryAccess {
    Kernel& kernel;
    AccessRequest& request;
    bool translateOnly = false;
    Task* task = nullptr;

    MemoryAccess bind(Task& t) const { return {kernel, request, translateOnly, &t}; }

    [[nodiscard]] bool await_ready() const;
    void await_suspend(std::coroutine_handle<Steps::promise_type> caller) const;
    void await_resume() const;
};

inline MemoryAccess access(Kernel& kernel, AccessRequest& request) {
    return {kernel, request};
}

/// First half of a split access; perform it later with Kernel::perform.
inline MemoryAccess translate(Kernel& kernel, AccessRequest& request) {
    return {kernel, request, true};
}

} // namespace fragscope
