#include "fragscope/view/segments/segment_motion.h"

#include "fragscope/defrag/compaction/carrier.h"
#include "fragscope/defrag/compaction/slide.h"

#include <algorithm>

namespace fragscope {

namespace {

/// The innermost call of the listing, or null.
const CallView* callOf(const TaskView& task, ListingId listing) {
    for (std::size_t depth = task.depth + std::size_t{1}; depth-- > 0;) {
        if (task.calls.at(depth).listing == listing) {
            return &task.calls[depth];
        }
    }
    return nullptr;
}

/// A local variable by its name in the listing.
std::uint64_t local(const CallView& call, const Listing& listing, std::string_view name) {
    const auto found = std::find(listing.locals.begin(), listing.locals.end(), name);
    const auto index = static_cast<std::size_t>(found - listing.locals.begin());
    return index < call.locals.size() ? call.locals[index] : 0;
}

SegmentMotion motionOf(const CallView* slide, const CallView* carry) {
    SegmentMotion motion;
    if (slide != nullptr) {
        const Listing& names = slideListing();
        motion.zone = static_cast<std::uint32_t>(local(*slide, names, "zone"));
        motion.pointer = FrameNumber(local(*slide, names, "d"));
        motion.moved = local(*slide, names, "moved");
        motion.bytes = ByteCount(local(*slide, names, "bytes"));
    }
    if (carry != nullptr) {
        const Listing& names = carrySegmentListing();
        motion.segment = static_cast<SegmentId>(local(*carry, names, "segment"));
        motion.from = FrameNumber(local(*carry, names, "from"));
        motion.to = FrameNumber(local(*carry, names, "to"));
        motion.frames = PageCount(local(*carry, names, "pages"));
    }
    return motion;
}

} // namespace

std::optional<SegmentMotion> segmentMotion(const ViewState& state) {
    std::optional<SegmentMotion> motion;
    std::uint64_t latest = 0;
    for (const TaskView& task : state.tasks) {
        const CallView* slide = callOf(task, ListingId::SlideCompaction);
        const CallView* carry = callOf(task, ListingId::CarrySegment);
        const bool moves = slide != nullptr || carry != nullptr;
        const bool later = !motion || task.lastStepCycles > latest;
        if (moves && later && task.status != TaskStatus::Finished) {
            motion = motionOf(slide, carry);
            latest = task.lastStepCycles;
        }
    }
    return motion;
}

} // namespace fragscope
