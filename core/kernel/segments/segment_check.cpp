#include "fragscope/kernel/segments/segment_check.h"

#include <fmt/format.h>
#include <map>

namespace fragscope {

namespace {

SegmentIssue issue(std::string_view invariant, std::string text) {
    return {.invariant = std::string(invariant), .text = std::move(text)};
}

std::optional<SegmentIssue> checkTiling(const SegmentZone& zone, const std::vector<Segment>& runs) {
    FrameNumber at = zone.begin;
    SegmentId previous = 0;
    PageCount free{};
    for (const Segment& run : runs) {
        if (run.base != at || run.frames.value == 0) {
            return issue("Q1", fmt::format("run {} begins at frame {}, the one before ends at {}",
                                           run.id, run.base.value, at.value));
        }
        if (run.order.previous != previous) {
            return issue("Q1", fmt::format("run {} says that {} is before it, but it is {}", run.id,
                                           run.order.previous, previous));
        }
        if (run.state == SegmentState::Unused) {
            return issue("Q1", fmt::format("run {} has an unused descriptor", run.id));
        }
        free += run.state == SegmentState::Free ? run.frames : PageCount(0);
        previous = run.id;
        at = run.end();
    }
    if (at != zone.end || previous != zone.last) {
        return issue("Q1", fmt::format("the runs end at frame {}, the zone at {}", at.value,
                                       zone.end.value));
    }
    if (free != zone.free) {
        return issue(
            "Q1", fmt::format("{} frames are free, the books say {}", free.value, zone.free.value));
    }
    return std::nullopt;
}

std::optional<SegmentIssue>
checkLists(const WordStore& words, std::uint32_t zone, const std::vector<Segment>& runs) {
    const SegmentShape shape = decodeShape(words);
    std::map<SegmentId, std::uint32_t> listed;
    for (std::uint32_t list = 0; list <= SegmentSettings::quickLists; ++list) {
        for (const SegmentId id : decodeFreeList(words, zone, list)) {
            if (!listed.emplace(id, list).second) {
                return issue("Q2", fmt::format("run {} is in two lists", id));
            }
        }
    }
    for (const Segment& run : runs) {
        const auto found = listed.find(run.id);
        const bool free = run.state == SegmentState::Free;
        if (free != (found != listed.end())) {
            return issue("Q2", fmt::format("run {} is {}, but {} a list", run.id,
                                           free ? "free" : "not free", free ? "not in" : "in"));
        }
        if (free && found->second != listOf(shape, run.frames, run.unmovable)) {
            return issue("Q2", fmt::format("run {} of {} frames is in list {}", run.id,
                                           run.frames.value, found->second));
        }
        listed.erase(run.id);
    }
    if (!listed.empty()) {
        return issue("Q2", fmt::format("list {} holds {}, which is no run of the zone",
                                       listed.begin()->second, listed.begin()->first));
    }
    return std::nullopt;
}

bool isSegment(const Segment& run) {
    return run.state == SegmentState::Used || run.state == SegmentState::InTransit;
}

std::optional<SegmentIssue> checkOrder(const std::vector<Segment>& runs,
                                       const SegmentExpectation& expected) {
    const Segment* before = nullptr;
    const Segment* older = nullptr;
    for (const Segment& run : runs) {
        const bool free = run.state == SegmentState::Free;
        if (expected.joined && free && before != nullptr && before->state == SegmentState::Free) {
            return issue("Q4",
                         fmt::format("runs {} and {} are free neighbours", before->id, run.id));
        }
        if (expected.orderedByAge && isSegment(run)) {
            if (older != nullptr && older->birth > run.birth) {
                return issue("T1", fmt::format("segment {} lies below segment {}, which is older",
                                               older->id, run.id));
            }
            older = &run;
        }
        if (expected.aligned && isSegment(run) &&
            (run.base.value & ((1ULL << run.alignLog2) - 1)) != 0) {
            return issue("alignment", fmt::format("segment {} at frame {} is not aligned to {}",
                                                  run.id, run.base.value, 1ULL << run.alignLog2));
        }
        before = &run;
    }
    return std::nullopt;
}

} // namespace

std::optional<SegmentIssue> checkSegments(const WordStore& words,
                                          const SegmentExpectation& expected) {
    const SegmentShape shape = decodeShape(words);
    for (std::uint32_t n = 0; n < shape.zones; ++n) {
        const std::vector<Segment> runs = decodeSegments(words, n);
        auto found = checkTiling(decodeZone(words, n), runs);
        if (!found && expected.lists) {
            found = checkLists(words, n, runs);
        }
        if (!found) {
            found = checkOrder(runs, expected);
        }
        if (found) {
            return found;
        }
    }
    return std::nullopt;
}

} // namespace fragscope
