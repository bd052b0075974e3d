#pragma once

#include "fragscope/trace/trace.h"
#include "fragscope/workload/application.h"
#include "fragscope/workload/heap/process_heap.h"

namespace fragscope {

/// Replays an allocation trace on the heap of a process: malloc, free and realloc as the program
/// called them. The first and the last word of each block are written when it is given out and read
/// when it is freed. A request that is refused leaves its block out.
class HeapTrace {
public:
    HeapTrace(ApplicationThread& thread, AllocationTrace trace);

    Steps run();

private:
    struct Block {
        VirtAddr handle{};
        std::uint64_t size = 0;
        bool live = false;
    };

    struct Locals;

    Steps replay(Locals& l, Task& self);
    Steps operate(Locals& l, Task& self, const TraceOperation& operation);
    Steps allocate(Locals& l, const TraceOperation& operation);
    Steps release(Locals& l, std::uint32_t id);
    Steps copyContents(Locals& l, const TraceOperation& operation);
    Steps stamp(Locals& l, std::uint32_t id);
    Steps verify(Locals& l, const TraceOperation& operation, std::uint32_t id);
    Steps word(Locals& l, std::uint32_t id, std::uint64_t offset, AccessKind kind);

    ApplicationThread& thread_;
    ProcessHeap& heap_;
    AllocationTrace trace_;
    std::vector<Block> blocks_; ///< by id
    AccessRequest request_;
};

const Listing& heapTraceListing();

} // namespace fragscope
