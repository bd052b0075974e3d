#pragma once

#include "fragscope/trace/trace.h"
#include "fragscope/workload/application.h"
#include "fragscope/workload/bump_heap.h"

namespace fragscope {

/// Replays the allocations of a real program on a bump heap: the process asks for more memory when
/// the heap's top passes the end of its area. Each block is stamped (its first word, one word per 4
/// KiB, its last word) and verified when it is freed. A request that is refused leaves its block
/// out.
class TraceReplay {
public:
    TraceReplay(ApplicationThread& thread, AllocationTrace trace);

    Steps run();

private:
    struct Block {
        VirtAddr address;
        std::uint64_t size = 0;
        bool live = false;
    };

    struct Locals;

    Steps allocate(Locals& l, const TraceOperation& operation, std::uint32_t id);
    Steps release(Locals& l, const TraceOperation& operation, std::uint32_t id);
    Steps visitStamps(Locals& l, const TraceOperation& operation, std::uint32_t id, bool write);
    void announce(EventKind kind, const Block& block, const TraceOperation& operation);

    ApplicationThread& thread_;
    AllocationTrace trace_;
    BumpHeap heap_;
    std::vector<Block> blocks_; ///< by id
    AccessRequest request_;
};

const Listing& traceReplayListing();

} // namespace fragscope
