#include "fragscope/kernel/segments/buddy_check.h"

#include <bit>
#include <fmt/format.h>

namespace fragscope {

namespace {

bool isBlock(const Segment& run, std::uint64_t largest) {
    return std::has_single_bit(run.frames.value) && run.frames.value <= largest &&
           run.base.value % run.frames.value == 0;
}

bool shouldBeOne(const Segment& lower, const Segment& upper, std::uint64_t largest) {
    return lower.state == SegmentState::Free && upper.state == SegmentState::Free &&
           lower.frames == upper.frames && lower.frames.value < largest &&
           upper.base.value == (lower.base.value ^ lower.frames.value);
}

std::optional<SegmentIssue> checkZone(const std::vector<Segment>& runs, std::uint64_t largest) {
    const Segment* before = nullptr;
    for (const Segment& run : runs) {
        if (run.state != SegmentState::Hole && !isBlock(run, largest)) {
            return SegmentIssue{"B1", fmt::format("run {} of {} frames at frame {} is no block",
                                                  run.id, run.frames.value, run.base.value)};
        }
        if (before != nullptr && shouldBeOne(*before, run, largest)) {
            return SegmentIssue{"B2", fmt::format("blocks {} and {} are free buddies of {} frames",
                                                  before->id, run.id, run.frames.value)};
        }
        before = &run;
    }
    return std::nullopt;
}

} // namespace

std::optional<SegmentIssue> checkBuddies(const WordStore& words) {
    auto found = checkSegments(words, {.lists = true});
    const SegmentShape shape = decodeShape(words);
    for (std::uint32_t zone = 0; zone < shape.zones && !found; ++zone) {
        found = checkZone(decodeSegments(words, zone), shape.largestBlock);
    }
    return found;
}

} // namespace fragscope
