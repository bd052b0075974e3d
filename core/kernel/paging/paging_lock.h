#pragma once

#include "fragscope/kernel/paging/demand_paging.h"

namespace fragscope {

/// For system calls, as a part of their listing: takes the lock of the virtual memory manager at
/// `line`, which is run again after each wait. Stores that still wait in the CPU's store buffer
/// become visible first: they belong to the pages as they are now.
template <class Line> Steps takePagingLock(Kernel& kernel, Task& self, Line line) {
    DemandPaging& paging = kernel.paging();
    co_yield line;
    while (!paging.unlocked(0)) {
        co_await until(conditionOf<&DemandPaging::unlocked>(paging));
        co_yield line;
    }
    paging.lock(self.id);
    const Board& board = kernel.board();
    board.mmu.drainStores(board.cpus[self.cpu]);
}

} // namespace fragscope
