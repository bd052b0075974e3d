// The part of the fault handler that looks for frames when none is left.
#include "fragscope/kernel/paging/fault_locals.h"
#include "fragscope/kernel/paging/mark_sweeper.h"

namespace fragscope {

Steps takeFaultLock(Kernel& kernel, Task& self) {
    DemandPaging& paging = kernel.paging();
    co_yield Check::Lock;
    while (!paging.unlocked(0)) {
        co_await until(conditionOf<&DemandPaging::unlocked>(paging));
        co_yield Check::Lock;
    }
    paging.lock(self.id);
}

Steps askForFrames(Kernel& kernel, AccessRequest& request, FaultLocals& l) {
    Task& self = co_await thisTask();
    DemandPaging& paging = kernel.paging();
    co_yield Check::AskOthers;
    const std::uint64_t before = kernel.frames().releases();
    paging.unlock(); // they need it
    if (paging.marked() != 0) {
        co_await sweepMarks(kernel, PageCount(~0ULL));
    } else {
        paging.lowMemory().askAll();
        co_await until(conditionOf<&LowMemory::allAnswered>(paging.lowMemory()));
    }
    co_yield Check::Answered;
    if (kernel.frames().releases() != before || request.process->state != ProcessState::Running) {
        l.frame = retry;
        co_return;
    }
    co_await part(takeFaultLock(kernel, self));
}

} // namespace fragscope
