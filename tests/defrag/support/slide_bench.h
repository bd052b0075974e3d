#pragma once

#include "fragscope/defrag/compaction/slide.h"

#include "kernel/support/segment_bench.h"

namespace fragscope::test {

enum class CarryLine : std::uint16_t { Page = 1 };

/// Physical memory as one number per frame; carries a segment frame by frame, the
/// lowest first; up, the highest.
class FrameArray : public SegmentEngine {
public:
    explicit FrameArray(std::size_t frames) : contents(frames) {}

    Steps carry(const SegmentMove& move, const Segment& moved) override {
        for (std::uint64_t i = 0; i < moved.frames.value; ++i) {
            co_yield CarryLine::Page;
            const std::uint64_t n = move.upwards() ? moved.frames.value - 1 - i : i;
            contents.at(move.to.value + n) = contents.at(move.from.value + n);
            written.push_back(move.to.value + n);
        }
    }

    void arrived(const Segment&) override { ++carried; }

    std::vector<std::uint64_t> contents;
    std::vector<std::uint64_t> written; ///< frames, in order
    std::uint64_t carried = 0;
};

/// A segment heap without a machine that is compacted.
class SlideBench : public SegmentBench {
public:
    SlideBench(const SegmentSettings& settings,
               const std::vector<SegmentTable::ZoneSpec>& zones,
               const CompactionSettings& compaction = {})
        : SegmentBench(settings, zones), memory(zones.back().end.value),
          slide(tasks.events, heap, memory, compaction) {
        heap.setCompactor(&slide);
    }

    SegmentRequest allocateFilled(std::uint64_t frames) {
        const SegmentRequest request = allocate(frames);
        if (request.segment != 0) {
            fill(request.segment);
        }
        return request;
    }

    void fill(SegmentId id) {
        const Segment s = table.segment(id);
        for (std::uint64_t i = 0; i < s.frames.value; ++i) {
            memory.contents.at(s.base.value + i) = s.birth << 20 | i;
        }
    }

    [[nodiscard]] bool holdsItsBytes(SegmentId id) const {
        const Segment s = table.segment(id);
        for (std::uint64_t i = 0; i < s.frames.value; ++i) {
            if (memory.contents.at(s.base.value + i) != (s.birth << 20 | i)) {
                return false;
            }
        }
        return true;
    }

    void compact(std::uint32_t zone = 0, std::uint64_t frames = 1) {
        tasks.spawn(0, slide.makeRoom(zone, PageCount(frames), PageCount(1)));
        tasks.run(~0ULL);
    }

    FrameArray memory;
    Slide slide;
};

} // namespace fragscope::test
