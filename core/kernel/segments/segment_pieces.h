#pragma once

#include "fragscope/kernel/segments/call_steps.h"
#include "fragscope/kernel/segments/segment_mapping.h"

/// Pieces that the system calls for segments share. Each is a part of the call that awaits it: it
/// has that call's listing and Locals, and is told which of its lines to follow.
namespace fragscope {

/// The segment that the process maps at `at`; 0 if none starts there.
SegmentId segmentAt(Kernel& kernel, Process& process, VirtAddr at);

/// Lines of a call that maps a segment.
template <class Line> struct MapLines {
    Line table;
    Line acked;
    Line map;
};

/// An empty table of small pages in the way of a large one.
template <class Line, class Locals>
Steps dropTable(
    Kernel& kernel, Process& process, PageNumber page, Locals& l, MapLines<Line> lines) {
    const auto table = process.tables.takeEmptyTable(page, Rule::SegmentMapped);
    if (!table) {
        co_return;
    }
    co_yield lines.table;
    l.round = kernel.shootdowns().send(process, startOf(page), PageCount(wordsPerPage),
                                       Rule::SegmentMapped);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), l.round));
    co_yield lines.acked;
    kernel.shootdowns().finished(l.round, Rule::AllAcked);
    process.tables.giveTable(*table);
}

/// Maps the l.frames frames from l.base at l.address; l.done < l.frames afterwards if no frame for
/// a page table is left.
template <class Line, class Locals>
Steps mapSegment(Kernel& kernel, Process& process, Locals& l, MapLines<Line> lines, Rule why) {
    const bool large = kernel.segments()->settings().largePages;
    const PageNumber page = pageOf(VirtAddr(l.address));
    l.done = 0;
    while (l.done < l.frames) {
        const MappedPiece piece =
            pieceAt(page, FrameNumber(l.base), PageCount(l.frames), PageCount(l.done), large);
        if (piece.large) {
            co_await part(dropTable(kernel, process, piece.page, l, lines));
        }
        co_yield lines.map;
        if (!mapPiece(kernel, process, piece, why)) {
            co_return;
        }
        ++l.entries;
        l.done += piece.pages().value;
    }
}

/// Takes back a mapping that could not be finished, and its area, if it has one (`at` is not 0).
/// Nobody has reached the pages yet.
void undoMapping(Kernel& kernel, Process& process, VirtAddr at, PageCount mapped);

/// Lines of a call that unmaps a segment.
template <class Line> struct UnmapLines {
    Line unmap;
    Line ask;
    Line acked;
};

/// Takes the entries of the first l.frames pages from l.address out again. Without the shootdown,
/// which is a mistake, processors go on using translations that they have cached.
template <class Line, class Locals>
Steps unmapSegment(Kernel& kernel,
                   Process& process,
                   Locals& l,
                   UnmapLines<Line> lines,
                   Rule why,
                   SendShootdown shootdown = SendShootdown::Always) {
    const PageNumber page = pageOf(VirtAddr(l.address));
    l.done = 0;
    while (l.done < l.frames) {
        co_yield lines.unmap;
        l.done += unmapPiece(kernel, process, page + PageCount(l.done), why).value;
        ++l.entries;
    }
    if (shootdown == SendShootdown::Never) {
        co_return;
    }
    co_yield lines.ask;
    l.round = kernel.shootdowns().send(process, startOf(page), PageCount(l.frames), why);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), l.round));
    co_yield lines.acked;
    kernel.shootdowns().finished(l.round, Rule::AllAcked);
}

} // namespace fragscope
