#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/kernel/segments/segment_check.h"
#include "fragscope/kernel/segments/segment_heap.h"

#include "task/support/task_bench.h"
#include <map>
#include <vector>

namespace fragscope::test {

/// The books of a heap in an array; counts how often they are used.
class WordArray : public WordStore {
public:
    explicit WordArray(std::uint64_t count) : words(count) {}

    [[nodiscard]] std::uint64_t load(std::uint64_t index) const override {
        ++loads;
        return words.at(index);
    }

    void store(std::uint64_t index, std::uint64_t value) override {
        ++stores;
        words.at(index) = value;
    }

    std::vector<std::uint64_t> words;
    mutable std::uint64_t loads = 0;
    std::uint64_t stores = 0;
};

/// A segment heap without a machine: its requests run on a scheduler of their own.
class SegmentBench {
public:
    SegmentBench(const SegmentSettings& settings,
                 const std::vector<SegmentTable::ZoneSpec>& zones,
                 std::uint32_t descriptors = 4096)
        : tasks(1), shape(shapeFor(settings, zones, descriptors)), words(shape.words()),
          table(words, shape, settings.hasLists()), heap(tasks.events, table, settings) {
        table.format(zones);
    }

    static SegmentShape shapeFor(const SegmentSettings& settings,
                                 const std::vector<SegmentTable::ZoneSpec>& zones,
                                 std::uint32_t descriptors) {
        const bool buddy = settings.placement == SegmentPlacement::Buddy;
        return {.zones = static_cast<std::uint32_t>(zones.size()),
                .descriptors = descriptors,
                .largestBlock = buddy ? 1ULL << settings.maxOrder : 0,
                .pageblocks = buddy ? zones.back().end.value / wordsPerPage + 1 : 0};
    }

    SegmentRequest allocate(std::uint64_t frames, std::uint32_t owner = 1) {
        SegmentRequest request{.frames = PageCount(frames), .owner = owner};
        tasks.spawn(0, heap.allocate(request));
        tasks.run(~0ULL);
        return request;
    }

    void release(SegmentId segment) {
        tasks.spawn(0, heap.release(segment));
        tasks.run(~0ULL);
    }

    /// "" or the first broken invariant.
    [[nodiscard]] std::string issue() const {
        const SegmentSettings& s = heap.settings();
        const auto found = checkSegments(
            words,
            {.lists = s.hasLists(),
             .joined = s.placement == SegmentPlacement::QuickFit && s.join == SegmentJoin::AtFree,
             .orderedByAge = orderedByAge && s.placement == SegmentPlacement::Top});
        return found ? found->invariant + ": " + found->text : "";
    }

    [[nodiscard]] std::uint64_t base(SegmentId segment) const { return table.base(segment).value; }

    /// Lengths of the runs of a zone by address, free ones negative, holes left out.
    [[nodiscard]] std::vector<std::int64_t> runs(std::uint32_t zone = 0) const {
        std::vector<std::int64_t> lengths;
        for (const Segment& run : decodeSegments(words, zone)) {
            const auto length = static_cast<std::int64_t>(run.frames.value);
            if (run.state != SegmentState::Hole) {
                lengths.push_back(run.state == SegmentState::Free ? -length : length);
            }
        }
        return lengths;
    }

    TaskBench tasks;
    SegmentShape shape;
    WordArray words;
    SegmentTable table;
    SegmentHeap heap;
    bool orderedByAge = true;
};

inline std::vector<SegmentTable::ZoneSpec> oneZone(std::uint64_t frames) {
    return {{.begin = FrameNumber(0), .end = FrameNumber(frames), .holes = {}}};
}

} // namespace fragscope::test
