#pragma once

#include "fragscope/kernel/segments/segment_table.h"

#include <optional>

namespace fragscope {

/// The blocks of a binary buddy system in the books of the segment heap: each run of a zone is a
/// block of 2^order frames at a multiple of its length. The buddy of a block is found by one
/// exclusive or: base XOR 2^order; it can be merged with if it is free and whole.
///
/// Each pageblock of 512 frames has a migrate type, movable or unmovable, so that what cannot be
/// moved lies together; a free block is in the list of its order and type. A request for which no
/// block of its type is free takes one of the other (steal).
///
/// Invariants (buddy_check.h): B1 blocks are powers of two at multiples of their length; B2 two
/// buddies are never both free and whole; Q1 and Q2 of SegmentTable.
///
/// Simplified: two migrate types, no lists per CPU; a freed block goes to the head of its list.
/// Source: Linux's page allocator, fallback and change of type (ALLOCATORS C5).
class BuddyBlocks {
public:
    static constexpr unsigned pageblockOrder = 9;

    explicit BuddyBlocks(SegmentTable& table) : table_(table) {}

    [[nodiscard]] unsigned maxOrder() const;
    [[nodiscard]] unsigned orderOf(SegmentId block) const;

    /// Head of the list of the smallest order from `order` on that has a free block of the type; 0
    /// if there is none. Adds the lists that it looked at.
    [[nodiscard]] SegmentId
    smallest(std::uint32_t zone, unsigned order, bool unmovable, std::uint64_t& searched) const;

    /// The free block of the other type that such a request takes: the largest, since it leaves
    /// most room for more of its type; but a movable request that finds only small blocks (below
    /// half of a pageblock's order) takes the smallest, since it does no lasting harm.
    [[nodiscard]] SegmentId
    fallback(std::uint32_t zone, unsigned order, bool unmovable, std::uint64_t& searched) const;

    /// The block goes to the lists of the type. If the request may claim whole pageblocks and half
    /// of the frames are free or of the type, its pageblock changes its type with all free blocks;
    /// a block larger than a pageblock always does. Returns how many pageblocks changed.
    std::uint64_t steal(SegmentId block, bool unmovable);

    /// Halves the block: `block` keeps the lower half; returns the upper one, now in its list.
    SegmentId halve(SegmentId block);

    /// The segment becomes a free block of the type of its pageblock.
    void release(SegmentId segment);

    /// The lower of the block and its buddy, if that is free and whole.
    [[nodiscard]] std::optional<SegmentId> mergeable(SegmentId block) const;

    /// Merges with the buddy; `block` becomes the descriptor of the merged block.
    void merge(SegmentId& block);

    /// As often as it goes; returns how often.
    std::uint64_t mergeAll(SegmentId& block);

private:
    [[nodiscard]] bool mayClaim(unsigned order, bool unmovable) const;
    [[nodiscard]] PageCount friendly(SegmentId block, bool unmovable) const;
    [[nodiscard]] SegmentId firstOfPageblock(SegmentId block) const;
    void convert(SegmentId block, bool unmovable);

    SegmentTable& table_;
};

} // namespace fragscope
