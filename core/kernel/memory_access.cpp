#include "fragscope/kernel/memory_access.h"

#include "fragscope/kernel/fault_handler.h"
#include "fragscope/kernel/kernel.h"

namespace fragscope {

bool MemoryAccess::await_ready() const {
    request.startedAt = kernel.board().scheduler.now();
    request.waits = 0;
    request.skipped = false;
    return kernel.tryAccess(*task, request, translateOnly);
}

void MemoryAccess::await_suspend(std::coroutine_handle<Steps::promise_type> caller) const {
    request.slowPath = resolveAccess(kernel, request, translateOnly);
    request.slowPath.handle().promise().caller = caller;
    detail::enterCall(*task, request.slowPath.handle());
}

void MemoryAccess::await_resume() const {
    if (request.slowPath.handle()) {
        const std::exception_ptr error = request.slowPath.handle().promise().error;
        request.slowPath = Steps();
        if (error) {
            std::rethrow_exception(error);
        }
    }
}

} // namespace fragscope
