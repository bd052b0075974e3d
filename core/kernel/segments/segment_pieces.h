#pragma once

#include "fragscope/kernel/segments/segment_mapping.h"
#include "fragscope/kernel/segments/segment_memory.h"

/// Pieces that the system calls for segments share. Each is a part of the call that awaits it: it
/// has that call's listing and Locals, and is told which of its lines to follow.
namespace fragscope {

/// Waits for the lock of the heap; every store of the caller is visible then.
template <class Line> Steps lockHeap(Kernel& kernel, Process& process, Task& self, Line line) {
    SegmentHeap& heap = kernel.segments()->heap();
    co_yield line;
    while (!heap.unlocked(0)) {
        heap.locks().beginWait(process.number);
        co_await until(conditionOf<&SegmentHeap::unlocked>(heap));
        heap.locks().endWait(process.number);
        co_yield line;
    }
    heap.lock(self.id, process.number);
    const Board& board = kernel.board();
    board.mmu.drainStores(board.cpus[self.cpu]);
}

inline void unlockHeap(Kernel& kernel, Process& process) {
    process.mapLock = 0;
    kernel.segments()->heap().unlock();
    kernel.reapIfDead(process);
}

/// The segment that the process maps at `at`; 0 if none starts there.
SegmentId segmentAt(Kernel& kernel, Process& process, VirtAddr at);

/// Charges and announces what was done to the array of areas since `before`.
void noteAreas(
    Kernel& kernel, const Process& process, VirtAddr at, const AreaArray::Work& before, Rule why);

/// The area of a segment that is no longer mapped becomes free.
void releaseArea(
    Kernel& kernel, Process& process, VirtAddr at, const AreaArray::Work& before, Rule why);

/// Lines of a call that maps a segment.
template <class Line> struct MapLines {
    Line area;
    Line table;
    Line acked;
    Line map;
};

/// Finds an area for l.segment; l.address is 0 if there is no room for its entry.
template <class Line, class Locals>
Steps findArea(Kernel& kernel, Process& process, Locals& l, MapLines<Line> lines) {
    co_yield lines.area;
    SegmentMemory& memory = *kernel.segments();
    AreaArray& areas = memory.areasOf(process);
    const AreaArray::Work before = areas.work();
    const Segment segment = memory.heap().table().segment(static_cast<SegmentId>(l.segment));
    const auto found = areas.allocate(segment.frames, PageCount(1ULL << segment.alignLog2),
                                      {.place = startOf(segment.base), .segment = segment.id},
                                      Rule::SegmentMapped);
    l.address = found ? found->start.value : 0;
    if (found) {
        memory.heap().table().setHolder(segment.id, process.number, found->start);
        noteAreas(kernel, process, found->start, before, found->why);
    }
}

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

/// Takes back what mapSegment and findArea did of a mapping that could not be finished. Nobody has
/// reached the pages yet.
template <class Locals> void undoMapping(Kernel& kernel, Process& process, const Locals& l) {
    if (l.address == 0) {
        return;
    }
    const PageNumber page = pageOf(VirtAddr(l.address));
    for (std::uint64_t done = 0; done < l.done;) {
        done += unmapPiece(kernel, process, page + PageCount(done), Rule::NoRoomForArea).value;
    }
    (void)kernel.segments()->areasOf(process).release(VirtAddr(l.address), Rule::NoRoomForArea);
}

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
