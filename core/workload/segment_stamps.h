#pragma once

#include "fragscope/base/hash.h"
#include "fragscope/kernel/segments/message_table.h"
#include "fragscope/workload/progress.h"

/// Stamps: words that a program writes to its segments and reads again later, and the words of a
/// message's header. Both are functions of numbers, so that whoever reads them can check them.
namespace fragscope {

/// A segment as a program knows it.
struct StampedSegment {
    VirtAddr at{};
    PageCount frames{};
    std::uint64_t number = 0; ///< which stamps it has
};

inline std::uint64_t stampOf(std::uint64_t number, std::uint64_t word) {
    const std::array<std::uint64_t, 2> name{number, word};
    return hashBytes(name.data(), sizeof name);
}

/// The n-th stamped word of a segment, as an offset.
constexpr std::uint64_t stampOffset(std::uint64_t pages, SegmentStamps stamps, std::uint64_t n) {
    const std::uint64_t page = stamps == SegmentStamps::Ends && n == 1 ? pages - 1 : n / 2;
    return page * pageBytes + (n % 2 == 0 ? 0 : pageBytes - wordBytes);
}

constexpr std::uint64_t stampCount(std::uint64_t pages, SegmentStamps stamps) {
    switch (stamps) {
    case SegmentStamps::Pages:
        return 2 * pages;
    case SegmentStamps::Ends:
        return 2;
    default:
        return 0;
    }
}

/// Word `i` of the header of a message from a process, behind those that the program needs.
inline std::uint64_t headerWord(std::uint32_t sender, std::uint64_t i) {
    return stampOf(std::uint64_t{sender} << 32, i);
}

/// The program found something else than what was written.
inline void noteBroken(const ApplicationThread& thread,
                       VirtAddr at,
                       std::uint64_t found,
                       std::uint64_t expected,
                       std::uint64_t number) {
    thread.kernel.board().events.emit({.kind = EventKind::StampBroken,
                                       .object = thread.process.number,
                                       .vaddr = at.value,
                                       .value = found,
                                       .a = expected,
                                       .b = number});
}

/// A part of a program, which has a line and an l.word for it: writes the stamps of a segment, or
/// reads them and reports the broken ones.
template <class Line, class Locals>
Steps visitStamps(ApplicationThread& thread,
                  AccessRequest& request,
                  Locals& l,
                  StampedSegment segment,
                  Line line,
                  bool write) {
    const SegmentStamps stamps = thread.settings.segments.stamps;
    const std::uint64_t pages = segment.frames.value;
    for (l.word = 0; l.word < stampCount(pages, stamps) && !request.killed; ++l.word) {
        co_yield line;
        const std::uint64_t stamp = stampOf(segment.number, l.word);
        request.address = segment.at + ByteCount(stampOffset(pages, stamps, l.word));
        request.kind = write ? AccessKind::Write : AccessKind::Read;
        request.value = stamp;
        co_await access(thread.kernel, request);
        countAccess(thread, request);
        if (!write && !request.killed && request.value != stamp) {
            noteBroken(thread, request.address, request.value, stamp, segment.number);
        }
    }
}

} // namespace fragscope
