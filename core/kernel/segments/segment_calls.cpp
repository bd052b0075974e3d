#include "fragscope/kernel/segments/segment_calls.h"

#include "fragscope/kernel/segments/segment_pieces.h"

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

constexpr MapLines<Line> mapLines{
    .area = Line::Area, .table = Line::Table, .acked = Line::Acked, .map = Line::Map};

constexpr UnmapLines<FreeLine> unmapLines{
    .unmap = FreeLine::Unmap, .ask = FreeLine::Ask, .acked = FreeLine::Acked};

Steps clearSegment(Kernel& kernel, Locals& l) {
    const Board& board = kernel.board();
    for (l.done = 0; l.done < l.frames; ++l.done) {
        co_yield Line::Clear;
        board.memory.fill(startOf(FrameNumber(l.base + l.done)), ByteCount(pageBytes),
                          std::byte{0});
        board.scheduler.spend(board.cost.fillPage);
    }
}

/// The call fails after all: what was found goes back. Nobody has reached the pages yet.
void giveUp(Kernel& kernel, Process& process, SegmentCall& call, Locals& l) {
    SegmentMemory& memory = *kernel.segments();
    undoMapping(kernel, process, l);
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
    co_await part(lockHeap(kernel, process, self, Line::Lock));
    co_yield Line::Heap;
    SegmentRequest request{
        .frames = call.frames, .owner = process.number, .lockable = call.lockable};
    co_await memory.heap().allocate(request);
    l.segment = request.segment;
    if (request.segment == 0) {
        co_yield Line::Refused;
        unlockHeap(kernel, process);
        co_return;
    }
    process.mapLock = self.id; // not before: the heap may have had to move segments of it
    const Segment segment = memory.heap().table().segment(request.segment);
    l.frames = segment.frames.value;
    l.base = segment.base.value;
    co_await part(findArea(kernel, process, l, mapLines));
    if (l.address != 0) {
        if (memory.settings().clear) {
            co_await part(clearSegment(kernel, l));
        }
        co_await part(mapSegment(kernel, process, l, mapLines, Rule::SegmentMapped));
    }
    if (l.address == 0 || l.done < l.frames) {
        co_yield Line::NoArea;
        giveUp(kernel, process, call, l);
    } else {
        co_yield Line::Return;
        call.segment = request.segment;
        call.at = VirtAddr(l.address);
    }
    unlockHeap(kernel, process);
}

Steps freeSegment(Kernel& kernel, Process& process, VirtAddr at) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<FreeLocals>{freeSegmentListing()};
    SegmentMemory& memory = *kernel.segments();
    l.address = at.value;
    co_await part(lockHeap(kernel, process, self, FreeLine::Lock));
    co_yield FreeLine::Find;
    process.mapLock = self.id;
    AreaArray& areas = memory.areasOf(process);
    const AreaArray::Work before = areas.work();
    l.segment = segmentAt(kernel, process, at);
    const auto refused = memory.heap().refusesRelease(static_cast<SegmentId>(l.segment));
    if (refused) {
        co_yield FreeLine::Refused;
        kernel.board().events.emit({.kind = EventKind::SegmentFreeRefused,
                                    .rule = *refused,
                                    .object = static_cast<std::uint32_t>(l.segment),
                                    .vaddr = at.value});
    } else {
        l.frames = memory.heap().table().frames(static_cast<SegmentId>(l.segment)).value;
        co_await part(unmapSegment(kernel, process, l, unmapLines, Rule::SegmentUnmapped));
        co_yield FreeLine::Area;
        releaseArea(kernel, process, at, before, Rule::SegmentUnmapped);
        co_yield FreeLine::Heap;
        co_await memory.heap().release(static_cast<SegmentId>(l.segment));
    }
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
