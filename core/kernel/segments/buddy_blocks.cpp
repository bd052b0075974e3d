#include "fragscope/kernel/segments/buddy_blocks.h"

#include "fragscope/base/check.h"

#include <bit>

namespace fragscope {

namespace {

constexpr PageCount pageblock(1ULL << BuddyBlocks::pageblockOrder);

constexpr FrameNumber pageblockStart(FrameNumber frame) {
    return FrameNumber(frame.value & ~(pageblock.value - 1));
}

constexpr std::uint32_t listOfOrder(unsigned order, bool unmovable) {
    return 2 * order + (unmovable ? 1U : 0U);
}

} // namespace

unsigned BuddyBlocks::maxOrder() const {
    return static_cast<unsigned>(std::countr_zero(table_.shape().largestBlock));
}

unsigned BuddyBlocks::orderOf(SegmentId block) const {
    return static_cast<unsigned>(std::countr_zero(table_.frames(block).value));
}

SegmentId BuddyBlocks::smallest(std::uint32_t zone,
                                unsigned order,
                                bool unmovable,
                                std::uint64_t& searched) const {
    for (; order <= maxOrder(); ++order) {
        ++searched;
        if (const SegmentId head = table_.head(zone, listOfOrder(order, unmovable)); head != 0) {
            return head;
        }
    }
    return 0;
}

bool BuddyBlocks::mayClaim(unsigned order, bool unmovable) const {
    return unmovable || order >= pageblockOrder / 2;
}

SegmentId BuddyBlocks::fallback(std::uint32_t zone,
                                unsigned order,
                                bool unmovable,
                                std::uint64_t& searched) const {
    for (unsigned largest = maxOrder() + 1; largest-- > order;) {
        ++searched;
        const SegmentId head = table_.head(zone, listOfOrder(largest, !unmovable));
        if (head != 0) {
            return mayClaim(largest, unmovable) ? head
                                                : smallest(zone, order, !unmovable, searched);
        }
    }
    return 0;
}

SegmentId BuddyBlocks::firstOfPageblock(SegmentId block) const {
    const FrameNumber start = pageblockStart(table_.base(block));
    SegmentId first = block;
    for (SegmentId id = table_.previous(block); id != 0 && table_.base(id) >= start;
         id = table_.previous(id)) {
        first = id;
    }
    return first;
}

/// Frames of the block's pageblock that are free or in segments of the type.
PageCount BuddyBlocks::friendly(SegmentId block, bool unmovable) const {
    const FrameNumber end = pageblockStart(table_.base(block)) + pageblock;
    PageCount frames{};
    for (SegmentId id = firstOfPageblock(block); id != 0 && table_.base(id) < end;
         id = table_.next(id)) {
        const SegmentState state = table_.state(id);
        const bool same = state == SegmentState::Used && table_.isUnmovable(id) == unmovable;
        frames += state == SegmentState::Free || same ? table_.frames(id) : PageCount(0);
    }
    return frames;
}

/// The pageblock of the block changes its type, with all free blocks in it.
void BuddyBlocks::convert(SegmentId block, bool unmovable) {
    const FrameNumber end = pageblockStart(table_.base(block)) + pageblock;
    table_.setUnmovable(table_.base(block), unmovable);
    for (SegmentId id = firstOfPageblock(block); id != 0 && table_.base(id) < end;
         id = table_.next(id)) {
        if (table_.isFree(id)) {
            table_.setUnmovable(id, unmovable);
        }
    }
}

std::uint64_t BuddyBlocks::steal(SegmentId block, bool unmovable) {
    const PageCount frames = table_.frames(block);
    table_.setUnmovable(block, unmovable);
    if (frames >= pageblock) {
        const FrameNumber end = table_.end(block);
        for (FrameNumber at = table_.base(block); at < end; at = at + pageblock) {
            table_.setUnmovable(at, unmovable);
        }
        return frames.value / pageblock.value;
    }
    if (!mayClaim(orderOf(block), unmovable) ||
        friendly(block, unmovable).value * 2 < pageblock.value) {
        return 0;
    }
    convert(block, unmovable);
    return 1;
}

SegmentId BuddyBlocks::halve(SegmentId block) {
    return table_.cutBack(block, PageCount(table_.frames(block).value / 2));
}

void BuddyBlocks::release(SegmentId segment) {
    table_.setUnmovable(segment, table_.isUnmovable(table_.base(segment)));
    table_.release(segment);
}

std::optional<SegmentId> BuddyBlocks::mergeable(SegmentId block) const {
    const PageCount frames = table_.frames(block);
    if (frames.value >= table_.shape().largestBlock) {
        return std::nullopt;
    }
    const FrameNumber base = table_.base(block);
    const FrameNumber buddy(base.value ^ frames.value);
    const SegmentId id = buddy > base ? table_.next(block) : table_.previous(block);
    const bool whole =
        id != 0 && table_.isFree(id) && table_.base(id) == buddy && table_.frames(id) == frames;
    return whole ? std::optional(buddy > base ? block : id) : std::nullopt;
}

void BuddyBlocks::merge(SegmentId& block) {
    const auto lower = mergeable(block);
    FRAGSCOPE_CHECK(lower.has_value(), "the buddy is not free and whole");
    const bool unmovable = table_.isUnmovable(block);
    table_.joinNext(*lower);
    block = *lower;
    if (table_.isUnmovable(block) != unmovable) {
        table_.setUnmovable(block, unmovable);
    }
}

std::uint64_t BuddyBlocks::mergeAll(SegmentId& block) {
    std::uint64_t merged = 0;
    for (; mergeable(block); ++merged) {
        merge(block);
    }
    return merged;
}

} // namespace fragscope
