#include "fragscope/kernel/segments/segment_calls.h"

#include "fragscope/kernel/segments/segment_mapping.h"

#include <array>

namespace fragscope {

namespace {

// ---- allocate
// -------------------------------------------------------------------------------------------
enum class Line : std::uint16_t {
    Lock = 1,
    Heap,
    Refused,
    Area,
    NoArea,
    Clear,
    Table,
    Acked,
    Map,
    Return
};

constexpr std::array<std::string_view, 10> lines{
    "take the lock of the segment heap",
    "ask the heap for contiguous frames",
    "there are none: the call fails",
    "a free area of the address space, by its lists",
    "the array of areas or the page tables are full: the frames go back, the call fails",
    "clear the segment, page by page",
    "a large page takes the place of an empty page table: make all CPUs drop it",
    "every CPU has acknowledged",
    "write the table entry of the next page, or of the next 2 MiB",
    "return the address",
};

constexpr std::array<std::string_view, 7> localNames{"frames", "segment", "base", "address",
                                                     "done",   "entries", "round"};

struct Locals {
    std::uint64_t frames;
    std::uint64_t segment;
    std::uint64_t base;
    std::uint64_t address;
    std::uint64_t done;
    std::uint64_t entries;
    std::uint64_t round;
};

// ---- free
// -----------------------------------------------------------------------------------------------
enum class FreeLine : std::uint16_t { Lock = 1, Find, Refused, Unmap, Ask, Acked, Area, Heap };

constexpr std::array<std::string_view, 8> freeLines{
    "take the lock of the segment heap",
    "find the area by binary search: which segment is it?",
    "none, or locked in place: the call fails",
    "take the next table entry out",
    "make all CPUs drop their translations",
    "every CPU has acknowledged",
    "the area is free; with a free neighbour the array shrinks",
    "give the segment to the heap",
};

constexpr std::array<std::string_view, 6> freeNames{"address", "segment", "frames",
                                                    "done",    "entries", "round"};

struct FreeLocals {
    std::uint64_t address;
    std::uint64_t segment;
    std::uint64_t frames;
    std::uint64_t done;
    std::uint64_t entries;
    std::uint64_t round;
};

template <class Which> Steps lockHeap(Kernel& kernel, Task& self, Which line) {
    SegmentHeap& heap = kernel.segments()->heap();
    co_yield line;
    while (!heap.unlocked(0)) {
        co_await until(conditionOf<&SegmentHeap::unlocked>(heap));
        co_yield line;
    }
    heap.lock(self.id);
    const Board& board = kernel.board();
    board.mmu.drainStores(board.cpus[self.cpu]);
}

void unlockHeap(Kernel& kernel, Process& process) {
    process.mapLock = 0;
    kernel.segments()->heap().unlock();
    kernel.reapIfDead(process);
}

void announceCall(const Kernel& kernel,
                  const Process& process,
                  std::uint64_t begun,
                  std::uint64_t frames,
                  Rule rule) {
    const Board& board = kernel.board();
    board.events.emit({.kind = EventKind::SegmentCallDone,
                       .rule = rule,
                       .object = process.number,
                       .value = board.scheduler.now() - begun,
                       .a = frames});
}

void chargeAreas(Kernel& kernel, const AreaArray::Work& before, const AreaArray::Work& now) {
    const Board& board = kernel.board();
    board.scheduler.spend((now.compared - before.compared) * board.cost.kernelStore +
                          (now.moved - before.moved) * board.cost.kernelStore);
}

void announceAreas(const Board& board,
                   const Process& process,
                   VirtAddr at,
                   const AreaArray::Work& before,
                   const AreaArray::Work& now,
                   Rule why) {
    board.events.emit({.kind = EventKind::AreasChanged,
                       .rule = why,
                       .object = process.number,
                       .vaddr = at.value,
                       .value = process.map.count() - 1,
                       .a = now.compared - before.compared,
                       .b = now.moved - before.moved});
}

/// Finds the area; l.address is 0 if there is no room for its entry.
Steps findArea(Kernel& kernel, Process& process, Locals& l) {
    co_yield Line::Area;
    SegmentMemory& memory = *kernel.segments();
    AreaArray& areas = memory.areasOf(process);
    const AreaArray::Work before = areas.work();
    const Segment segment = memory.heap().table().segment(static_cast<SegmentId>(l.segment));
    const auto found = areas.allocate(segment.frames, PageCount(1ULL << segment.alignLog2),
                                      {.place = startOf(segment.base), .segment = segment.id},
                                      Rule::SegmentMapped);
    chargeAreas(kernel, before, areas.work());
    l.address = found ? found->start.value : 0;
    if (found) {
        memory.heap().table().setHolder(segment.id, process.number, found->start);
        announceAreas(kernel.board(), process, found->start, before, areas.work(), found->why);
    }
}

Steps clearSegment(Kernel& kernel, Locals& l) {
    const Board& board = kernel.board();
    for (l.done = 0; l.done < l.frames; ++l.done) {
        co_yield Line::Clear;
        board.memory.fill(startOf(FrameNumber(l.base + l.done)), ByteCount(pageBytes),
                          std::byte{0});
        board.scheduler.spend(board.cost.fillPage);
    }
}

/// An empty table of small pages in the way of a large one.
Steps dropTable(Kernel& kernel, Process& process, PageNumber page, Locals& l) {
    const auto table = process.tables.takeEmptyTable(page, Rule::SegmentMapped);
    if (!table) {
        co_return;
    }
    co_yield Line::Table;
    l.round = kernel.shootdowns().send(process, startOf(page), PageCount(wordsPerPage),
                                       Rule::SegmentMapped);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), l.round));
    co_yield Line::Acked;
    kernel.shootdowns().finished(l.round, Rule::AllAcked);
    process.tables.giveTable(*table);
}

/// Maps the segment; l.done < l.frames afterwards if no frame for a page table is left.
Steps mapSegment(Kernel& kernel, Process& process, Locals& l) {
    const bool large = kernel.segments()->settings().largePages;
    const PageNumber page = pageOf(VirtAddr(l.address));
    l.done = 0;
    while (l.done < l.frames) {
        const MappedPiece piece =
            pieceAt(page, FrameNumber(l.base), PageCount(l.frames), PageCount(l.done), large);
        if (piece.large) {
            co_await part(dropTable(kernel, process, piece.page, l));
        }
        co_yield Line::Map;
        if (!mapPiece(kernel, process, piece, Rule::SegmentMapped)) {
            co_return;
        }
        ++l.entries;
        l.done += piece.pages().value;
    }
}

/// Takes the entries of the first l.frames pages from l.address out again.
Steps unmapSegment(Kernel& kernel, Process& process, FreeLocals& l, Rule why) {
    const PageNumber page = pageOf(VirtAddr(l.address));
    l.done = 0;
    while (l.done < l.frames) {
        co_yield FreeLine::Unmap;
        l.done += unmapPiece(kernel, process, page + PageCount(l.done), why).value;
        ++l.entries;
    }
    co_yield FreeLine::Ask;
    l.round = kernel.shootdowns().send(process, startOf(page), PageCount(l.frames), why);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), l.round));
    co_yield FreeLine::Acked;
    kernel.shootdowns().finished(l.round, Rule::AllAcked);
}

/// The call fails after all: what was found goes back. Nobody has reached the pages yet.
void giveUp(Kernel& kernel, Process& process, SegmentCall& call, Locals& l) {
    SegmentMemory& memory = *kernel.segments();
    const PageNumber page = pageOf(VirtAddr(l.address));
    for (std::uint64_t done = 0; l.address != 0 && done < l.done;) {
        done += unmapPiece(kernel, process, page + PageCount(done), Rule::NoRoomForArea).value;
    }
    if (l.address != 0) {
        (void)memory.areasOf(process).release(VirtAddr(l.address), Rule::NoRoomForArea);
    }
    (void)memory.heap().releaseAtOnce(static_cast<SegmentId>(l.segment), Rule::NoRoomForArea);
    kernel.board().events.emit({.kind = EventKind::SegmentRefused,
                                .rule = Rule::NoRoomForArea,
                                .object = process.number,
                                .value = l.frames});
    call.segment = 0;
    call.at = VirtAddr(0);
}

} // namespace

Steps allocateSegment(Kernel& kernel, Process& process, SegmentCall& call) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{allocateSegmentListing()};
    SegmentMemory& memory = *kernel.segments();
    const std::uint64_t begun = kernel.board().scheduler.now();
    co_await part(lockHeap(kernel, self, Line::Lock));
    co_yield Line::Heap;
    SegmentRequest request{.frames = call.frames, .owner = process.number};
    co_await memory.heap().allocate(request);
    l.segment = request.segment;
    if (request.segment == 0) {
        co_yield Line::Refused;
        announceCall(kernel, process, begun, call.frames.value, request.why);
        unlockHeap(kernel, process);
        co_return;
    }
    process.mapLock = self.id; // not before: the heap may have had to move segments of it
    const Segment segment = memory.heap().table().segment(request.segment);
    l.frames = segment.frames.value;
    l.base = segment.base.value;
    co_await part(findArea(kernel, process, l));
    if (l.address != 0) {
        if (memory.settings().clear) {
            co_await part(clearSegment(kernel, l));
        }
        co_await part(mapSegment(kernel, process, l));
    }
    if (l.address == 0 || l.done < l.frames) {
        co_yield Line::NoArea;
        giveUp(kernel, process, call, l);
    } else {
        co_yield Line::Return;
        call.segment = request.segment;
        call.at = VirtAddr(l.address);
    }
    announceCall(kernel, process, begun, l.frames,
                 call.segment != 0 ? Rule::SegmentMapped : Rule::NoRoomForArea);
    unlockHeap(kernel, process);
}

Steps freeSegment(Kernel& kernel, Process& process, VirtAddr at) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<FreeLocals>{freeSegmentListing()};
    const std::uint64_t begun = kernel.board().scheduler.now();
    SegmentMemory& memory = *kernel.segments();
    l.address = at.value;
    co_await part(lockHeap(kernel, self, FreeLine::Lock));
    co_yield FreeLine::Find;
    process.mapLock = self.id;
    AreaArray& areas = memory.areasOf(process);
    const AreaArray::Work before = areas.work();
    const auto index = areas.indexOf(at);
    const MapEntry entry = index ? process.map.entry(*index) : MapEntry{};
    l.segment = index && entry.kind == EntryKind::Block ? entry.segment : 0;
    const auto refused = memory.heap().refusesRelease(static_cast<SegmentId>(l.segment));
    if (refused) {
        co_yield FreeLine::Refused;
        kernel.board().events.emit({.kind = EventKind::SegmentFreeRefused,
                                    .rule = *refused,
                                    .object = static_cast<std::uint32_t>(l.segment),
                                    .vaddr = at.value});
    } else {
        l.frames = memory.heap().table().frames(static_cast<SegmentId>(l.segment)).value;
        co_await part(unmapSegment(kernel, process, l, Rule::SegmentUnmapped));
        co_yield FreeLine::Area;
        (void)areas.release(at, Rule::SegmentUnmapped);
        chargeAreas(kernel, before, areas.work());
        announceAreas(kernel.board(), process, at, before, areas.work(), Rule::SegmentUnmapped);
        co_yield FreeLine::Heap;
        co_await memory.heap().release(static_cast<SegmentId>(l.segment));
    }
    announceCall(kernel, process, begun, l.frames, refused.value_or(Rule::SegmentUnmapped));
    unlockHeap(kernel, process);
}

const Listing& allocateSegmentListing() {
    static constexpr Listing listing{ListingId::AllocateSegment, "allocate-segment",
                                     "A process gets a segment", lines, localNames};
    return listing;
}

const Listing& freeSegmentListing() {
    static constexpr Listing listing{ListingId::FreeSegment, "free-segment",
                                     "A process gives a segment back", freeLines, freeNames};
    return listing;
}

} // namespace fragscope
