#pragma once

#include "fragscope/kernel/segments/segment_calls.h"
#include "fragscope/workload/application.h"

namespace fragscope {

/// A program that asks for segments, stamps them, and frees them: mostly young ones, so that it
/// holds no more than its limit. A request that is refused is left out. Before a segment is freed
/// its stamps are read again (StampBroken if they differ).
class SegmentProgram {
public:
    explicit SegmentProgram(ApplicationThread& thread)
        : thread_(thread), request_{.process = &thread.process} {}

    Steps run();

private:
    struct Held {
        SegmentCall call;
        std::uint64_t number = 0; ///< of the request
    };

    struct Locals;

    [[nodiscard]] PageCount drawSize();
    [[nodiscard]] std::size_t drawVictim();
    Steps freeOne(Locals& l);
    Steps askForOne(Locals& l);
    Steps visitStamps(Locals& l, Held held, bool write);

    ApplicationThread& thread_;
    std::vector<Held> held_; ///< oldest first
    AccessRequest request_;
};

const Listing& segmentProgramListing();

} // namespace fragscope
