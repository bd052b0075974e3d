#include "fragscope/defrag/compaction/lock_policy.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t {
    Above = 1,
    Below,
    Look,
    Deadlock,
    Unlocked,
    Wait,
    OutlastAbove,
    OutlastFail,
    OutlastPanic
};

constexpr std::array<std::string_view, 9> lines{
    "above: it stays, and the gap below it, too",
    "below: it stays; the oldest segments above that fit go into the gap",
    "wait: is it still locked, and can anybody unlock it?",
    "its holder waits for this compaction: report the deadlock; it stays",
    "it is unlocked: it slides down like the others",
    "wait until it is unlocked, or the limit is over",
    "the limit is over: it stays",
    "the limit is over: the compaction ends here",
    "the limit is over: panic",
};

constexpr std::array<std::string_view, 4> localNames{"segment", "holder", "since", "limit"};

} // namespace

struct LockPolicy::Locals {
    std::uint64_t segment;
    std::uint64_t holder;
    std::uint64_t since;
    std::uint64_t limit; ///< time at which it is over
};

/// Why a wait for this segment could never end by itself; nothing if it could.
std::optional<Rule> LockPolicy::deadlock(const Segment& locked) const {
    const SegmentLocks& locks = heap_.locks();
    if (locked.locks == (locks.device == locked.id ? 1 : 0)) {
        return std::nullopt; // the device will be done, whoever waits
    }
    if (locked.owner == locks.requester) {
        return Rule::RequesterHoldsLock;
    }
    return locks.isWaiting(locked.owner) ? std::optional(Rule::HolderAwaitsHeap) : std::nullopt;
}

Event LockPolicy::about(EventKind kind, Rule why, const Segment& locked) const {
    return {.kind = kind,
            .rule = why,
            .object = locked.owner,
            .vaddr = locked.vaddr.value,
            .paddr = startOf(locked.base).value,
            .a = locked.frames.value,
            .b = locked.id};
}

Steps LockPolicy::limitIsOver(const Segment& locked) {
    switch (settings_.lockTimeout) {
    case LockTimeout::Above:
        co_yield Line::OutlastAbove;
        verdict_ = LockVerdict::Stays;
        break;
    case LockTimeout::Fail:
        co_yield Line::OutlastFail;
        verdict_ = LockVerdict::Stop;
        break;
    default: {
        co_yield Line::OutlastPanic;
        Event panic = about(EventKind::KernelPanic, Rule::LockPanic, locked);
        panic.value = locked.id;
        events_.emit(panic);
        co_await until(conditionOf<&LockPolicy::never>(*this));
    }
    }
}

Steps LockPolicy::waitForUnlock(Locals& l, const Segment& locked) {
    const std::uint64_t begun = scheduler_ != nullptr ? scheduler_->now() : 0;
    l.since = begun;
    l.limit = begun + settings_.lockLimitCycles;
    Event event = about(EventKind::LockWaitBegun, Rule::SegmentIsLocked, locked);
    event.value = settings_.lockLimitCycles;
    events_.emit(event);
    std::optional<Rule> over;
    while (!over) {
        co_yield Line::Wait;
        const std::uint64_t seen = heap_.locks().unlocks;
        co_await untilOr(conditionOf<&SegmentLocks::changedSince>(heap_.locks(), seen), l.limit);
        co_yield Line::Look;
        const Segment now = heap_.table().segment(locked.id);
        const bool late = scheduler_ == nullptr || scheduler_->now() >= l.limit;
        if (now.locks == 0) {
            over = Rule::UnlockedInTime;
        } else if (const auto found = deadlock(now)) {
            over = found;
        } else if (late) {
            over = settings_.lockTimeout == LockTimeout::Panic   ? Rule::LockPanic
                   : settings_.lockTimeout == LockTimeout::Above ? Rule::LockOutlasts
                                                                 : Rule::LockFails;
        }
    }
    event = about(EventKind::LockWaitEnded, *over, locked);
    event.value = (scheduler_ != nullptr ? scheduler_->now() : 0) - begun;
    events_.emit(event);
}

Steps LockPolicy::meet(SegmentId segment) {
    auto& l = co_await Follow<Locals>{lockPolicyListing()};
    const Segment locked = heap_.table().segment(segment);
    l.segment = segment;
    l.holder = locked.owner;
    begin();
    if (settings_.locked == LockedSegments::Above) {
        co_yield Line::Above;
        co_return;
    }
    if (settings_.locked == LockedSegments::Below) {
        co_yield Line::Below;
        verdict_ = LockVerdict::Fill;
        co_return;
    }
    co_yield Line::Look;
    if (heap_.table().segment(segment).locks != 0 && !deadlock(locked)) {
        co_await part(waitForUnlock(l, locked));
    }
    const Segment now = heap_.table().segment(segment);
    const auto blocked = deadlock(now);
    if (now.locks == 0) {
        co_yield Line::Unlocked;
        verdict_ = LockVerdict::Unlocked;
    } else if (blocked) {
        co_yield Line::Deadlock;
        Event event = about(EventKind::LockDeadlock, *blocked, now);
        event.value = heap_.locks().requester;
        events_.emit(event);
    } else {
        co_await part(limitIsOver(now));
    }
}

const Listing& lockPolicyListing() {
    static constexpr Listing listing{ListingId::LockPolicy, "lock-policy",
                                     "A compaction meets a locked segment", lines, localNames};
    return listing;
}

} // namespace fragscope
