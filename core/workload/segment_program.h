#pragma once

#include "fragscope/kernel/segments/segment_calls.h"
#include "fragscope/workload/segment_stamps.h"

namespace fragscope {

/// A program that asks for segments, stamps them, and frees them: mostly young ones, so that it
/// holds no more than its limit. A request that is refused is left out. Before a segment is freed
/// or sent to the program's peer its stamps are read again (StampBroken if they differ); what it
/// receives it holds like its own. Some segments are locked in place for a while.
class SegmentProgram {
public:
    explicit SegmentProgram(ApplicationThread& thread)
        : thread_(thread), request_{.process = &thread.process} {}

    Steps run();

private:
    struct Held {
        StampedSegment segment;
        PageCount given{};             ///< what it holds: at least that
        std::uint64_t lockedUntil = 0; ///< number of a request; 0 = it is not locked
    };

    struct Locals;

    [[nodiscard]] PageCount drawSize();
    [[nodiscard]] std::size_t drawVictim();
    [[nodiscard]] bool draws(std::uint32_t percent);
    Steps letGo(Locals& l);
    Steps send(StampedSegment segment, bool& gone);
    Steps receiveAll(Locals& l);
    Steps unlockDue(Locals& l);
    Steps unlock(VirtAddr at);
    Steps askForOne(Locals& l);

    ApplicationThread& thread_;
    std::vector<Held> held_; ///< oldest first
    AccessRequest request_;
};

const Listing& segmentProgramListing();

} // namespace fragscope
