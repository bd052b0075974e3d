#include "fragscope/defrag/compaction/carrier.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Look = 1, Copy, Entry, Move, Large, Ask, Acked };

constexpr std::array<std::string_view, 7> lines{
    "who maps the segment?",
    "nobody, it is in a message: copy the next page, down from its first, up from its last",
    "its owner: an empty entry for the new place, in front of its own; behind it to go up",
    "the mover carries the block from one entry to the other",
    "2 MiB lie aligned again: a large page takes the place of their table",
    "make all CPUs drop the small translations",
    "every CPU has acknowledged: the table is free",
};

constexpr std::array<std::string_view, 6> localNames{"segment", "from", "to",
                                                     "pages",   "page", "round"};

} // namespace

struct SegmentCarrier::Locals {
    std::uint64_t segment;
    std::uint64_t from;
    std::uint64_t to;
    std::uint64_t pages;
    std::uint64_t page;
    std::uint64_t round;
};

Steps SegmentCarrier::carry(const SegmentMove& move, const Segment& moved) {
    auto& l = co_await Follow<Locals>{carrySegmentListing()};
    co_yield Line::Look;
    l.segment = moved.id;
    l.from = move.from.value;
    l.to = move.to.value;
    l.pages = move.frames.value;
    ++kernel_.processes()[moved.owner - 1]->mappingsOpen; // not reaped before the books are right
    if (move.state == SegmentState::InTransit) {
        co_await part(copyOnly(move, moved, l));
    } else {
        co_await part(moveMapped(move, moved, l));
    }
}

Steps SegmentCarrier::copyOnly(const SegmentMove& move, const Segment& moved, Locals& l) {
    const Board& board = kernel_.board();
    for (l.page = 0; l.page < l.pages; ++l.page) {
        co_yield Line::Copy;
        const PageCount n(move.upwards() ? l.pages - 1 - l.page : l.page);
        const PhysAddr from = startOf(move.from + n);
        const PhysAddr to = startOf(move.to + n);
        board.memory.copy(to, from, ByteCount(pageBytes));
        board.scheduler.spend(board.cost.copyPage);
        board.events.emit({.kind = EventKind::PageCopied,
                           .object = moved.owner,
                           .paddr = to.value,
                           .value = pageBytes,
                           .a = from.value});
    }
}

Steps SegmentCarrier::moveMapped(const SegmentMove& move, const Segment& moved, Locals& l) {
    Process& process = *kernel_.processes()[moved.owner - 1];
    co_yield Line::Entry;
    const std::size_t index = kernel_.segments()->areasOf(process).indexOf(moved.vaddr).value();
    const bool up = move.upwards();
    MapEntry entry = process.map.entry(index);
    entry.place = process.map.placeFor(entry.start, startOf(move.to).value);
    entry.start += up ? bytesOf(move.frames).value : 0;
    entry.length = 0;
    process.map.insert(up ? index + 1 : index, entry, up ? Rule::RealignUp : Rule::SlideDown);
    kernel_.board().scheduler.spend(kernel_.board().cost.kernelStore);
    job_ = {.owners = {{&process, up ? index : index + 1}},
            .end = up ? MoveEnd::Low : MoveEnd::High,
            .source = move.from,
            .destination = move.to,
            .pages = move.frames,
            .transfer = transfer_,
            .booked = false};
    co_yield Line::Move;
    co_await mover_.move(job_);
    if (process.state == ProcessState::Running && kernel_.segments()->settings().largePages) {
        co_await part(mapLargeAgain(process, move, moved, l));
    }
}

Steps SegmentCarrier::mapLargeAgain(Process& process,
                                    const SegmentMove& move,
                                    const Segment& moved,
                                    Locals& l) {
    const PageNumber first = pageOf(moved.vaddr);
    if (first.value % wordsPerPage != move.to.value % wordsPerPage) {
        co_return;
    }
    for (l.page = 0; l.page < l.pages; ++l.page) {
        const PageNumber page = first + PageCount(l.page);
        if (page.value % wordsPerPage != 0 || l.pages - l.page < wordsPerPage) {
            continue;
        }
        co_yield Line::Large;
        kernel_.board().scheduler.spend(kernel_.board().cost.kernelStore);
        const auto table = process.tables.joinLarge(page, Rule::SegmentMapped);
        if (!table) {
            continue;
        }
        co_yield Line::Ask;
        l.round = kernel_.shootdowns().send(process, startOf(page), PageCount(wordsPerPage),
                                            Rule::SegmentMapped);
        co_await until(conditionOf<&Shootdowns::complete>(kernel_.shootdowns(), l.round));
        co_yield Line::Acked;
        kernel_.shootdowns().finished(l.round, Rule::AllAcked);
        process.tables.finishJoin(page, *table);
    }
}

void SegmentCarrier::arrived(const Segment& moved) {
    Process& process = *kernel_.processes()[moved.owner - 1];
    --process.mappingsOpen;
    kernel_.reapIfDead(process);
}

const Listing& carrySegmentListing() {
    static constexpr Listing listing{ListingId::CarrySegment, "carry-segment",
                                     "A segment is carried to its new place", lines, localNames};
    return listing;
}

} // namespace fragscope
