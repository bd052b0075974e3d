#include "fragscope/kernel/segments/lock_calls.h"

#include "fragscope/kernel/segments/segment_pieces.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Find = 1, Refused, Lock };

constexpr std::array<std::string_view, 3> lines{
    "find the segment, unless one of the process is being moved: then wait",
    "none, or outside the zone of lockable segments: the call fails",
    "it is not being moved yet: count the lock in its descriptor",
};

enum class UnlockLine : std::uint16_t { Find = 1, Refused, Unlock };

constexpr std::array<std::string_view, 3> unlockLines{
    "find the segment by its address",
    "none, or not locked: the call fails",
    "count the lock down; who waits for it looks again",
};

constexpr std::array<std::string_view, 3> localNames{"address", "segment", "locks"};

struct Locals {
    std::uint64_t address;
    std::uint64_t segment;
    std::uint64_t locks;
};

void announce(Kernel& kernel, SegmentId id, Rule why) {
    const Segment segment = kernel.segments()->heap().table().segment(id);
    kernel.board().events.emit({.kind = EventKind::SegmentLocked,
                                .rule = why,
                                .object = segment.owner,
                                .vaddr = segment.vaddr.value,
                                .paddr = startOf(segment.base).value,
                                .value = segment.locks,
                                .a = segment.frames.value,
                                .b = id});
}

void refuse(Kernel& kernel, const Process& process, VirtAddr at, Rule why) {
    kernel.board().events.emit({.kind = EventKind::SegmentLockRefused,
                                .rule = why,
                                .object = process.number,
                                .vaddr = at.value});
}

/// Locks that the process itself holds: one of the driver is not its own to give back.
unsigned ownLocks(const SegmentHeap& heap, SegmentId id) {
    const unsigned locks = heap.table().segment(id).locks;
    return heap.locks().device == id ? locks - 1 : locks;
}

} // namespace

Steps lockSegment(Kernel& kernel, Process& process, LockCall& call) {
    auto& l = co_await Follow<Locals>{lockSegmentListing()};
    SegmentHeap& heap = kernel.segments()->heap();
    l.address = call.at.value;
    do {
        co_yield Line::Find;
        while (!heap.locks().notMoving(process.number)) {
            co_await until(conditionOf<&SegmentLocks::notMoving>(heap.locks(), process.number));
            co_yield Line::Find;
        }
        l.segment = segmentAt(kernel, process, call.at);
        if (l.segment == 0 || !heap.mayLock(static_cast<SegmentId>(l.segment))) {
            co_yield Line::Refused;
            refuse(kernel, process, call.at, l.segment == 0 ? Rule::NoSegment : Rule::NotLockable);
            co_return;
        }
        co_yield Line::Lock;
    } while (!heap.locks().notMoving(process.number));
    const auto id = static_cast<SegmentId>(l.segment);
    l.locks = heap.table().segment(id).locks + 1ULL;
    heap.table().setLocks(id, static_cast<std::uint16_t>(l.locks));
    call.segment = id;
    announce(kernel, id, Rule::LockedForDma);
}

Steps unlockSegment(Kernel& kernel, Process& process, LockCall& call) {
    auto& l = co_await Follow<Locals>{unlockSegmentListing()};
    const SegmentHeap& heap = kernel.segments()->heap();
    l.address = call.at.value;
    co_yield UnlockLine::Find;
    l.segment = segmentAt(kernel, process, call.at);
    const auto id = static_cast<SegmentId>(l.segment);
    l.locks = id != 0 ? ownLocks(heap, id) : 0;
    if (l.locks == 0) {
        co_yield UnlockLine::Refused;
        refuse(kernel, process, call.at, id == 0 ? Rule::NoSegment : Rule::NotLocked);
        co_return;
    }
    co_yield UnlockLine::Unlock;
    call.segment = id;
    dropLock(kernel, id);
}

void dropLock(Kernel& kernel, SegmentId segment) {
    SegmentHeap& heap = kernel.segments()->heap();
    const auto locks = static_cast<std::uint16_t>(heap.table().segment(segment).locks - 1);
    heap.table().setLocks(segment, locks);
    ++heap.locks().unlocks;
    announce(kernel, segment, Rule::UnlockedAgain);
}

const Listing& lockSegmentListing() {
    static constexpr Listing listing{ListingId::LockSegment, "lock-segment",
                                     "A segment is locked in place", lines, localNames};
    return listing;
}

const Listing& unlockSegmentListing() {
    static constexpr Listing listing{ListingId::UnlockSegment, "unlock-segment",
                                     "A segment is unlocked", unlockLines, localNames};
    return listing;
}

} // namespace fragscope
