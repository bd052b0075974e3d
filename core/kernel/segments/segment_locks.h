#pragma once

#include "fragscope/kernel/segments/segment_layout.h"

#include <algorithm>
#include <vector>

namespace fragscope {

/// Who waits for whom around locked segments: what compaction must know to wait for an unlock
/// without waiting for itself. The counts of locks are in the descriptors.
struct SegmentLocks {
    std::uint32_t requester = 0; ///< process for whom the heap's lock is held; 0 = the kernel
    std::vector<std::uint32_t> waiting; ///< processes that wait for the heap's lock
    std::uint64_t unlocks = 0;          ///< changes so far that may end a wait
    SegmentId device = 0;               ///< segment that the driver has locked for its device
    std::uint32_t movingOwner = 0;      ///< process whose segment is being moved; 0 = none

    void beginWait(std::uint32_t process) {
        waiting.push_back(process);
        ++unlocks;
    }

    void endWait(std::uint32_t process) {
        waiting.erase(std::find(waiting.begin(), waiting.end(), process));
    }

    [[nodiscard]] bool isWaiting(std::uint32_t process) const {
        return std::find(waiting.begin(), waiting.end(), process) != waiting.end();
    }

    // For until().
    [[nodiscard]] bool changedSince(std::uint64_t seen) const { return unlocks != seen; }

    [[nodiscard]] bool notMoving(std::uint64_t process) const { return movingOwner != process; }
};

} // namespace fragscope
