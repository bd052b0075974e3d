// A binary buddy system with migrate types, for comparison with the designs of seed 001.
#include "fragscope/base/check.h"
#include "fragscope/kernel/segments/buddy_blocks.h"
#include "fragscope/kernel/segments/placements.h"

#include <array>
#include <bit>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Round = 1, Look, Fallback, Halve, Fail, Give };

constexpr std::array<std::string_view, 6> lines{
    "round the request up to a power of two; its logarithm is the order",
    "the smallest order from this one on that has a free block of its type",
    "none: take a free block of the other type, and its pageblock if most of it is free",
    "halve the block: the upper half goes to the list of the next order down",
    "refuse: fragmented, out of memory, or larger than the largest block",
    "the block is its owner's",
};

constexpr std::array<std::string_view, 6> localNames{"order", "unmovable", "zone",
                                                     "block", "searched",  "halved"};

struct Locals {
    std::uint64_t order;
    std::uint64_t unmovable;
    std::uint64_t zone;
    std::uint64_t block;
    std::uint64_t searched;
    std::uint64_t halved;
};

enum class ReleaseLine : std::uint16_t { Mark = 1, Merge };

constexpr std::array<std::string_view, 2> releaseLines{
    "its block is free: put it on the list of its order and of the type of its pageblock",
    "the buddy (base XOR length) is free and whole: both become one block, then look again",
};

constexpr std::array<std::string_view, 4> releaseNames{"segment", "order", "buddy", "merged"};

struct ReleaseLocals {
    std::uint64_t segment;
    std::uint64_t order;
    std::uint64_t buddy;
    std::uint64_t merged;
};

/// An aligned request needs a block of its alignment at least.
unsigned orderFor(PageCount frames, PageCount alignment) {
    const std::uint64_t least = std::max(frames.value, alignment.value);
    return static_cast<unsigned>(std::countr_zero(std::bit_ceil(least)));
}

Steps lookForType(SegmentHeap& heap, SegmentRequest& request, Locals& l) {
    const BuddyBlocks blocks(heap.table());
    const std::vector<std::uint32_t> zones = heap.zoneOrder(request, PageCount(1ULL << l.order));
    const auto order = static_cast<unsigned>(l.order);
    for (const std::uint32_t zone : zones) {
        co_yield Line::Look;
        l.zone = zone;
        l.block = blocks.smallest(zone, order, request.unmovable, l.searched);
        if (l.block != 0) {
            request.why = Rule::BuddyBlock;
            co_return;
        }
    }
}

Steps takeFromOtherType(SegmentHeap& heap, SegmentRequest& request, Locals& l) {
    BuddyBlocks blocks(heap.table());
    const std::vector<std::uint32_t> zones = heap.zoneOrder(request, PageCount(1ULL << l.order));
    for (const std::uint32_t zone : zones) {
        co_yield Line::Fallback;
        l.zone = zone;
        const SegmentId block =
            blocks.fallback(zone, static_cast<unsigned>(l.order), request.unmovable, l.searched);
        if (block == 0) {
            continue;
        }
        l.block = block;
        request.why = Rule::BuddyFallback;
        const std::uint64_t changed = blocks.steal(block, request.unmovable);
        heap.events().emit({.kind = EventKind::BlockStolen,
                            .rule = changed != 0 ? Rule::PageblockConverted : Rule::PageblockKept,
                            .object = request.owner,
                            .paddr = startOf(heap.table().base(block)).value,
                            .value = heap.table().frames(block).value,
                            .a = changed,
                            .b = l.unmovable});
        co_return;
    }
}

/// Finds a block of the order, cut to size; l.block is 0 afterwards if there is none.
Steps findBlock(SegmentHeap& heap, SegmentRequest& request, Locals& l) {
    BuddyBlocks blocks(heap.table());
    if (l.order > blocks.maxOrder()) {
        request.why = Rule::LargerThanMaxOrder;
        co_return;
    }
    co_await part(lookForType(heap, request, l));
    if (l.block == 0) {
        co_await part(takeFromOtherType(heap, request, l));
    }
    if (l.block == 0) {
        co_return;
    }
    const auto block = static_cast<SegmentId>(l.block);
    if (heap.table().spare() < blocks.orderOf(block) - l.order) {
        request.why = Rule::NoDescriptorLeft;
        l.block = 0;
        co_return;
    }
    while (blocks.orderOf(block) > l.order) {
        co_yield Line::Halve;
        heap.announceCut(blocks.halve(block));
        ++l.halved;
    }
}

} // namespace

Steps allocateBlock(SegmentHeap& heap, SegmentRequest& request) {
    auto& l = co_await Follow<Locals>{allocateBlockListing()};
    co_yield Line::Round;
    const PageCount frames = roundedRequest(request.frames, heap.settings());
    const PageCount alignment = alignmentOf(frames, heap.settings());
    l.order = orderFor(frames, alignment);
    l.unmovable = request.unmovable ? 1 : 0;
    co_await part(findBlock(heap, request, l));
    if (l.block == 0) {
        co_yield Line::Fail;
        heap.refuse(request, PageCount(1ULL << l.order));
    } else {
        co_yield Line::Give;
        const auto block = static_cast<SegmentId>(l.block);
        heap.giveWhole(request, block,
                       {.frames = frames, .alignment = alignment, .searched = l.searched});
    }
}

Steps releaseBlock(SegmentHeap& heap, SegmentId segment) {
    auto& l = co_await Follow<ReleaseLocals>{releaseBlockListing()};
    l.segment = segment;
    FRAGSCOPE_CHECK(!heap.refusesRelease(segment), "who frees a segment has looked whether it may");
    co_yield ReleaseLine::Mark;
    BuddyBlocks blocks(heap.table());
    const Segment freed = heap.table().segment(segment);
    SegmentId block = segment;
    blocks.release(block);
    for (auto lower = blocks.mergeable(block); lower; lower = blocks.mergeable(block)) {
        co_yield ReleaseLine::Merge;
        l.buddy = heap.table().base(block).value ^ heap.table().frames(block).value;
        blocks.merge(block);
        l.order = blocks.orderOf(block);
        ++l.merged;
    }
    heap.announceFreed(freed, l.merged, l.merged > 0 ? Rule::BuddyMerged : Rule::SegmentMarkedFree);
}

const Listing& allocateBlockListing() {
    static constexpr Listing listing{ListingId::BuddyAllocate, "buddy-allocate",
                                     "Buddy: a block is found and halved", lines, localNames};
    return listing;
}

const Listing& releaseBlockListing() {
    static constexpr Listing listing{ListingId::BuddyRelease, "buddy-release",
                                     "Buddy: a block is merged with its buddy", releaseLines,
                                     releaseNames};
    return listing;
}

} // namespace fragscope
