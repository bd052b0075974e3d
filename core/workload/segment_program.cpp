#include "fragscope/workload/segment_program.h"

#include "fragscope/base/hash.h"
#include "fragscope/workload/progress.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Begin = 1, TooMuch, Verify, Free, Ask, Stamp, End };

constexpr std::array<std::string_view, 7> lines{
    "pause; draw the size of the next segment",
    "it would hold too much with it, or it ends: draw one to free, mostly a young one",
    "read its stamps again",
    "system call: free the segment",
    "system call: ask for the segment",
    "stamp it: the first and the last word of each page",
    "all requests are made",
};

constexpr std::array<std::string_view, 7> localNames{"requests", "pages", "held_pages", "segments",
                                                     "address",  "word",  "refused"};

std::uint64_t stampOf(std::uint64_t number, std::uint64_t word) {
    const std::array<std::uint64_t, 2> name{number, word};
    return hashBytes(name.data(), sizeof name);
}

constexpr std::uint64_t reportEvery = 256; ///< requests

/// The n-th stamped word of a segment, as an offset.
std::uint64_t stampOffset(std::uint64_t pages, SegmentStamps stamps, std::uint64_t n) {
    const std::uint64_t page = stamps == SegmentStamps::Ends && n == 1 ? pages - 1 : n / 2;
    return page * pageBytes + (n % 2 == 0 ? 0 : pageBytes - wordBytes);
}

std::uint64_t stampCount(std::uint64_t pages, SegmentStamps stamps) {
    switch (stamps) {
    case SegmentStamps::Pages:
        return 2 * pages;
    case SegmentStamps::Ends:
        return 2;
    default:
        return 0;
    }
}

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
        while (!held_.empty() && l.heldPages + l.pages > limit && !request_.killed) {
            co_await part(freeOne(l));
        }
        co_await part(askForOne(l));
        if (++l.requests % reportEvery == 0) {
            publishProgress(thread_);
        }
    }
    while (load.freeAtEnd && !held_.empty() && !request_.killed) {
        co_await part(freeOne(l));
    }
    co_yield Line::End;
    publishProgress(thread_);
    thread_.kernel.threadEnded(thread_.process);
}

Steps SegmentProgram::freeOne(Locals& l) {
    co_yield Line::TooMuch;
    const std::size_t n = drawVictim();
    const Held victim = held_[n];
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(n));
    l.heldPages -= victim.call.given.value;
    l.segments = held_.size();
    l.address = victim.call.at.value;
    co_await part(visitStamps(l, victim, false));
    if (!request_.killed) {
        co_yield Line::Free;
        co_await freeSegment(thread_.kernel, thread_.process, victim.call.at);
    }
}

Steps SegmentProgram::askForOne(Locals& l) {
    co_yield Line::Ask;
    SegmentCall call{.frames = PageCount(l.pages)};
    const std::uint32_t unmovable = thread_.settings.segments.unmovablePercent;
    call.unmovable = unmovable != 0 && thread_.rng.below(100) < unmovable;
    co_await allocateSegment(thread_.kernel, thread_.process, call);
    if (call.refused()) {
        ++l.refused;
        co_return;
    }
    l.address = call.at.value;
    held_.push_back({call, l.requests});
    l.heldPages += call.given.value;
    l.segments = held_.size();
    const Held held = held_.back();
    co_await part(visitStamps(l, held, true));
}

Steps SegmentProgram::visitStamps(Locals& l, Held held, bool write) {
    const SegmentStamps stamps = thread_.settings.segments.stamps;
    const std::uint64_t pages = held.call.frames.value;
    const Board& board = thread_.kernel.board();
    for (l.word = 0; l.word < stampCount(pages, stamps) && !request_.killed; ++l.word) {
        co_yield write ? Line::Stamp : Line::Verify;
        const std::uint64_t stamp = stampOf(held.number, l.word);
        request_.address = held.call.at + ByteCount(stampOffset(pages, stamps, l.word));
        request_.kind = write ? AccessKind::Write : AccessKind::Read;
        request_.value = stamp;
        co_await access(thread_.kernel, request_);
        countAccess(thread_, request_);
        if (!write && !request_.killed && request_.value != stamp) {
            board.events.emit({.kind = EventKind::StampBroken,
                               .object = thread_.process.number,
                               .vaddr = request_.address.value,
                               .value = request_.value,
                               .a = stamp,
                               .b = held.number});
        }
    }
}

const Listing& segmentProgramListing() {
    static constexpr Listing listing{ListingId::SegmentProgram, "segment-program",
                                     "A program with segments", lines, localNames};
    return listing;
}

} // namespace fragscope
