#include "fragscope/defrag/compaction/background.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Sleep = 1, Look, Lock, Move, Budget };

constexpr std::array<std::string_view, 5> lines{
    "sleep for the period",
    "are the gaps below the top more than the threshold?",
    "take the lock of the heap",
    "from the resume pointer on: move the first segment that can slide; give the lock back",
    "the budget is spent, or the end is reached: sleep again, and begin where a gap came up below",
};

constexpr std::array<std::string_view, 6> localNames{"zone",   "gap_frames", "moved_bytes",
                                                     "passes", "resume",     "lowest_gap"};

struct Locals {
    std::uint64_t zone;
    std::uint64_t gaps;
    std::uint64_t moved;
    std::uint64_t passes;
    std::uint64_t resume; ///< here the task goes on
    std::uint64_t lowest; ///< freed below it meanwhile: there the next wake begins
};

/// Free frames below the highest segment.
PageCount gapsOf(const SegmentTable& table, std::uint32_t zone) {
    PageCount gaps{};
    PageCount run{};
    for (SegmentId id = table.first(zone); id != 0; id = table.next(id)) {
        if (table.isFree(id)) {
            run += table.frames(id);
        } else if (table.state(id) != SegmentState::Hole) {
            gaps += run;
            run = PageCount(0);
        }
    }
    return gaps;
}

bool isWorthIt(const BackgroundCompaction& task, Locals& l) {
    const SegmentTable& table = task.heap.table();
    const SegmentZone zone = table.zone(static_cast<std::uint32_t>(l.zone));
    l.gaps = gapsOf(table, static_cast<std::uint32_t>(l.zone)).value;
    l.resume = zone.resume.value;
    return zone.resume < zone.end &&
           l.gaps * 100 > (zone.end - zone.begin).value * task.settings.thresholdPercent;
}

/// A segment that was freed below the task's place took the resume pointer down. The task goes on
/// all the same, or it would never come to the top: the next wake looks there.
void noteGapBelow(const SegmentTable& table, Locals& l) {
    const std::uint64_t resume = table.zone(static_cast<std::uint32_t>(l.zone)).resume.value;
    if (resume < l.resume) {
        l.lowest = std::min(l.lowest, resume);
    }
}

/// Slides segments of one zone down until the budget of this look is spent.
Steps slideSome(BackgroundCompaction& task, Locals& l) {
    const Task& self = co_await thisTask();
    Slide::Pass pass;
    pass.complete = false;
    l.lowest = ~0ULL;
    while (!pass.complete && l.moved < task.settings.budget.value) {
        co_yield Line::Lock;
        while (!task.heap.quiet(0)) {
            co_await until(conditionOf<&SegmentHeap::quiet>(task.heap));
            co_yield Line::Lock;
        }
        task.heap.lock(self.id);
        co_yield Line::Move;
        const auto zone = static_cast<std::uint32_t>(l.zone);
        noteGapBelow(task.heap.table(), l);
        pass = {.zone = zone,
                .from = FrameNumber(l.resume),
                .budget = ByteCount(1), // one segment
                .why = Rule::CompactInBackground};
        co_await task.slide.compact(pass);
        l.resume = task.heap.table().zone(zone).resume.value;
        task.heap.table().setResume(zone, FrameNumber(std::min(l.resume, l.lowest)));
        task.heap.unlock();
        l.moved += pass.moved.value;
        ++l.passes;
    }
    co_yield Line::Budget;
}

} // namespace

Steps runBackground(BackgroundCompaction& task) {
    auto& l = co_await Follow<Locals>{backgroundListing()};
    for (;;) {
        co_yield Line::Sleep;
        co_await sleepUntil(task.scheduler.now() + task.settings.periodCycles);
        l.moved = 0;
        for (l.zone = 0; l.zone < task.heap.table().shape().zones; ++l.zone) {
            co_yield Line::Look;
            if (isWorthIt(task, l)) {
                co_await part(slideSome(task, l));
            }
        }
    }
}

const Listing& backgroundListing() {
    static constexpr Listing listing{ListingId::BackgroundCompaction, "background-compaction",
                                     "Background task: compact downwards", lines, localNames};
    return listing;
}

} // namespace fragscope
