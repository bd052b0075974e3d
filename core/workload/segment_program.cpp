#include "fragscope/workload/segment_program.h"

#include "fragscope/kernel/segments/lock_calls.h"
#include "fragscope/kernel/segments/message_calls.h"
#include "fragscope/workload/progress.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t {
    Begin = 1,
    TooMuch,
    Verify,
    Free,
    Ask,
    Stamp,
    End,
    Send,
    Receive,
    Lock,
    Unlock
};

constexpr std::array<std::string_view, 11> lines{
    "pause; draw the size of the next segment",
    "it would hold too much with it, or it ends: draw one to free, mostly a young one",
    "read its stamps again",
    "system call: free the segment",
    "system call: ask for the segment",
    "stamp it: the first and the last word of each page",
    "all requests are made",
    "system call: send the segment to the peer",
    "a message waits: system call: receive it",
    "system call: lock the segment in place, for some requests",
    "system call: unlock it",
};

constexpr std::array<std::string_view, 7> localNames{"requests", "pages", "held_pages", "segments",
                                                     "address",  "word",  "refused"};

constexpr std::uint64_t reportEvery = 256; ///< requests

} // namespace

struct SegmentProgram::Locals {
    std::uint64_t requests;
    std::uint64_t pages;
    std::uint64_t heldPages;
    std::uint64_t segments;
    std::uint64_t address;
    std::uint64_t word;
    std::uint64_t refused;
};

PageCount SegmentProgram::drawSize() {
    const SegmentLoad& load = thread_.settings.segments;
    Rng& rng = thread_.rng;
    const auto between = [&rng](ByteCount least, ByteCount most) {
        const std::uint64_t low = std::max<std::uint64_t>(1, pagesFor(least).value);
        const std::uint64_t high = std::max(low, pagesFor(most).value);
        return PageCount(low + rng.below(high - low + 1));
    };
    const std::uint64_t drawn = rng.below(100);
    if (drawn < load.largePercent) {
        return between(load.largeLeast, load.largeMost);
    }
    if (drawn < std::uint64_t{load.largePercent} + load.popularPercent && !load.popular.empty()) {
        return pagesFor(load.popular[rng.below(load.popular.size())]);
    }
    return between(load.least, load.most);
}

/// True for such a share of the calls; nothing is drawn for 0.
bool SegmentProgram::draws(std::uint32_t percent) {
    return percent != 0 && thread_.rng.below(100) < percent;
}

std::size_t SegmentProgram::drawVictim() {
    const std::size_t quarter = std::max<std::size_t>(1, held_.size() / 4);
    const bool young = thread_.rng.below(100) < thread_.settings.segments.youngPercent;
    return young ? held_.size() - 1 - thread_.rng.below(quarter) : thread_.rng.below(held_.size());
}

Steps SegmentProgram::run() {
    auto& l = co_await Follow<Locals>{segmentProgramListing()};
    const SegmentLoad& load = thread_.settings.segments;
    const std::uint64_t limit = pagesFor(load.limit).value;
    const Board& board = thread_.kernel.board();
    const std::uint64_t requests = thread_.settings.accesses;
    while (l.requests < requests && !request_.killed) {
        co_yield Line::Begin;
        if (load.pauseCycles != 0) {
            co_await sleepUntil(board.scheduler.now() + load.pauseCycles);
        }
        board.scheduler.spend(board.cost.think);
        l.pages = drawSize().value;
        co_await part(unlockDue(l));
        co_await part(receiveAll(l));
        while (!held_.empty() && l.heldPages + l.pages > limit && !request_.killed) {
            co_await part(letGo(l));
        }
        if (request_.killed) {
            break;
        }
        co_await part(askForOne(l));
        if (++l.requests % reportEvery == 0) {
            publishProgress(thread_);
        }
    }
    while (load.freeAtEnd && !held_.empty() && !request_.killed) {
        co_await part(letGo(l));
    }
    co_yield Line::End;
    publishProgress(thread_);
    thread_.kernel.threadEnded(thread_.process);
}

/// One segment less: it is freed, or the peer gets it.
Steps SegmentProgram::letGo(Locals& l) {
    co_yield Line::TooMuch;
    const std::size_t n = drawVictim();
    const Held victim = held_[n];
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(n));
    l.heldPages -= victim.given.value;
    l.segments = held_.size();
    l.address = victim.segment.at.value;
    if (victim.lockedUntil != 0) {
        co_await part(unlock(victim.segment.at));
    }
    co_await part(visitStamps(thread_, request_, l, victim.segment, Line::Verify, false));
    bool gone = false;
    if (!request_.killed && draws(thread_.settings.segments.sendPercent)) {
        co_await part(send(victim.segment, gone));
    }
    if (!request_.killed && !gone) {
        co_yield Line::Free;
        co_await freeSegment(thread_.kernel, thread_.process, victim.segment.at);
    }
}

/// `gone`: it is no longer the program's. A copy that was sent leaves the original here.
Steps SegmentProgram::send(StampedSegment segment, bool& gone) {
    co_yield Line::Send;
    const Process* peer = thread_.kernel.processNamed(thread_.settings.segments.peer);
    SendCall call{.at = segment.at, .receiver = peer->number};
    call.headerBytes = MessageSettings::headerBytes;
    call.header[0] = segment.number;
    for (std::size_t i = 1; i < call.header.size(); ++i) {
        call.header[i] = headerWord(thread_.process.number, i);
    }
    co_await sendSegment(thread_.kernel, thread_.process, call);
    gone = call.sent && thread_.kernel.segments()->settings().messages.way == MessageWay::Remap;
}

Steps SegmentProgram::receiveAll(Locals& l) {
    const MessageTable& messages = thread_.kernel.segments()->messages();
    bool room = true;
    while (room && !request_.killed && messages.hasFor(thread_.process.number)) {
        co_yield Line::Receive;
        ReceiveCall call;
        co_await receiveSegment(thread_.kernel, thread_.process, call);
        room = call.segment != 0;
        if (!room) {
            continue; // the message stays
        }
        for (std::size_t i = 1; i < call.header.size(); ++i) {
            const std::uint64_t expected = headerWord(call.sender, i);
            if (call.header[i] != expected) {
                noteBroken(thread_, call.at, call.header[i], expected, call.header[0]);
            }
        }
        held_.push_back({.segment = {call.at, call.frames, call.header[0]}, .given = call.frames});
        l.heldPages += call.frames.value;
        l.segments = held_.size();
    }
}

Steps SegmentProgram::unlockDue(Locals& l) {
    for (Held& held : held_) {
        if (held.lockedUntil != 0 && l.requests >= held.lockedUntil) {
            held.lockedUntil = 0;
            co_await part(unlock(held.segment.at));
        }
    }
}

Steps SegmentProgram::unlock(VirtAddr at) {
    co_yield Line::Unlock;
    LockCall call{.at = at};
    co_await unlockSegment(thread_.kernel, thread_.process, call);
}

Steps SegmentProgram::askForOne(Locals& l) {
    co_yield Line::Ask;
    SegmentCall call{.frames = PageCount(l.pages)};
    call.unmovable = draws(thread_.settings.segments.unmovablePercent);
    call.lockable = draws(thread_.settings.segments.lockPercent);
    co_await allocateSegment(thread_.kernel, thread_.process, call);
    if (call.refused()) {
        ++l.refused;
        co_return;
    }
    l.address = call.at.value;
    held_.push_back({.segment = {call.at, call.frames, l.requests}, .given = call.given});
    l.heldPages += call.given.value;
    l.segments = held_.size();
    const StampedSegment segment = held_.back().segment;
    co_await part(visitStamps(thread_, request_, l, segment, Line::Stamp, true));
    if (call.lockable && !request_.killed) {
        co_yield Line::Lock;
        LockCall lock{.at = segment.at};
        co_await lockSegment(thread_.kernel, thread_.process, lock);
        held_.back().lockedUntil =
            lock.segment != 0 ? l.requests + thread_.settings.segments.lockRequests : 0;
    }
}

const Listing& segmentProgramListing() {
    static constexpr Listing listing{ListingId::SegmentProgram, "segment-program",
                                     "A program with segments", lines, localNames};
    return listing;
}

} // namespace fragscope
