#pragma once

#include "fragscope/workload/segment_stamps.h"

#include <map>
#include <string>

namespace fragscope {

/// True for the elements of a script that use segments.
constexpr bool usesSegments(Verb verb) {
    return verb >= Verb::GetSegment && verb <= Verb::AwaitTransfer;
}

/// A program that does with its segments, which have names, what its script says, in order. A name
/// keeps its address when its segment is freed or sent, so that a script may go on using it. The
/// stamps of a segment follow from its name: the receiver of a message calls it what the sender
/// did. A header holds words that follow from the sender, and is checked (StampBroken).
class SegmentScript {
public:
    explicit SegmentScript(ApplicationThread& thread)
        : thread_(thread), request_{.process = &thread.process} {}

    Steps run();

private:
    struct Locals;

    [[nodiscard]] StampedSegment named(const std::string& name) const;
    Steps perform(Locals& l, const ScriptedAccess& element);
    Steps get(Locals& l, const ScriptedAccess& element);
    Steps send(const ScriptedAccess& element);
    Steps receive(Locals& l, const ScriptedAccess& element);
    Steps useDevice(const ScriptedAccess& element);
    Steps accessWord(const ScriptedAccess& element);
    Steps work(std::uint64_t cycles);

    ApplicationThread& thread_;
    AccessRequest request_;
    std::map<std::string, StampedSegment> segments_;
};

const Listing& segmentScriptListing();

} // namespace fragscope
