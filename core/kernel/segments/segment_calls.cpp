#include "fragscope/kernel/segments/segment_calls.h"

#include "fragscope/kernel/segments/call_steps.h"
#include "fragscope/kernel/segments/paged_calls.h"
#include "fragscope/kernel/segments/physical_calls.h"
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

constexpr MapLines<Line> mapLines{.table = Line::Table, .acked = Line::Acked, .map = Line::Map};

constexpr UnmapLines<FreeLine> unmapLines{
    .unmap = FreeLine::Unmap, .ask = FreeLine::Ask, .acked = FreeLine::Acked};

AreaArray::Target targetOf(const Segment& segment) {
    return {.place = startOf(segment.base), .segment = segment.id};
}

/// Finds the area; l.address is 0 if there is no room for its entries. `second`: the other piece of
/// a split allocation, or 0.
Steps findArea(Kernel& kernel, Process& process, SegmentId second, Locals& l) {
    co_yield Line::Area;
    SegmentMemory& memory = *kernel.segments();
    SegmentTable& table = memory.heap().table();
    AreaArray& areas = memory.areasOf(process);
    const AreaArray::Work before = areas.work();
    const Segment segment = table.segment(static_cast<SegmentId>(l.segment));
    const PageCount rest = second != 0 ? table.frames(second) : PageCount(0);
    const bool room = second == 0 || process.map.count() + 4 <= areas.capacity();
    const auto found =
        room ? areas.allocate(segment.frames + rest, PageCount(1ULL << segment.alignLog2),
                              targetOf(segment), Rule::SegmentMapped)
             : std::nullopt;
    if (found && second != 0) {
        areas.cut(found->start, segment.frames, targetOf(table.segment(second)),
                  Rule::SegmentMapped);
        table.setHolder(second, process.number, found->start + bytesOf(segment.frames));
    }
    chargeAreas(kernel, before, areas.work());
    l.address = found ? found->start.value : 0;
    if (found) {
        table.setHolder(segment.id, process.number, found->start);
        announceAreas(kernel, process, found->start, before, found->why);
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

/// l is about this piece from now on.
Steps mapPiece(Kernel& kernel, Process& process, SegmentId piece, Locals& l) {
    const Segment segment = kernel.segments()->heap().table().segment(piece);
    l.segment = piece;
    l.frames = segment.frames.value;
    l.base = segment.base.value;
    l.address = segment.vaddr.value;
    if (kernel.segments()->settings().clear) {
        co_await part(clearSegment(kernel, l));
    }
    co_await part(mapSegment(kernel, process, l, mapLines, Rule::SegmentMapped));
}

/// A piece goes back of which `mapped` pages were mapped. Nobody has reached them yet.
void giveUp(Kernel& kernel, Process& process, SegmentId piece, PageCount mapped) {
    SegmentMemory& memory = *kernel.segments();
    const VirtAddr at = memory.heap().table().segment(piece).vaddr;
    undoMapping(kernel, process, at, mapped);
    (void)memory.heap().releaseAtOnce(piece, Rule::NoRoomForArea);
}

/// The call fails after all: l says how far it came.
void giveUpAll(Kernel& kernel, Process& process, const SegmentRequest& request, const Locals& l) {
    const bool inSecond = l.segment != request.segment;
    if (request.second != 0) {
        giveUp(kernel, process, request.second, PageCount(inSecond ? l.done : 0));
    }
    const SegmentTable& table = kernel.segments()->heap().table();
    giveUp(kernel, process, request.segment,
           inSecond ? table.frames(request.segment) : PageCount(l.done));
    kernel.board().events.emit({.kind = EventKind::SegmentRefused,
                                .rule = Rule::NoRoomForArea,
                                .object = process.number,
                                .value = l.frames});
}

Steps allocateMapped(Kernel& kernel, Process& process, SegmentCall& call) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{allocateSegmentListing()};
    SegmentMemory& memory = *kernel.segments();
    const std::uint64_t begun = kernel.board().scheduler.now();
    co_await part(lockHeap(kernel, process, self, Line::Lock));
    co_yield Line::Heap;
    SegmentRequest request{.frames = call.frames, .owner = process.number};
    request.unmovable = call.unmovable;
    request.lockable = call.lockable;
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
    co_await part(findArea(kernel, process, request.second, l));
    if (l.address != 0) {
        co_await part(mapPiece(kernel, process, request.segment, l));
    }
    if (request.second != 0 && l.address != 0 && l.done == l.frames) {
        co_await part(mapPiece(kernel, process, request.second, l));
    }
    if (l.address == 0 || l.done < l.frames) {
        co_yield Line::NoArea;
        giveUpAll(kernel, process, request, l);
    } else {
        co_yield Line::Return;
        call.segment = request.segment;
        call.at = memory.heap().table().segment(request.segment).vaddr;
        call.given = request.second != 0 ? call.frames : PageCount(l.frames);
    }
    announceCall(kernel, process, begun, l.frames,
                 call.segment != 0 ? Rule::SegmentMapped : Rule::NoRoomForArea);
    unlockHeap(kernel, process);
}

/// One piece, mapped at l.address: its pages, its area, its frames.
Steps freePiece(Kernel& kernel, Process& process, FreeLocals& l) {
    SegmentMemory& memory = *kernel.segments();
    AreaArray& areas = memory.areasOf(process);
    l.frames = memory.heap().table().frames(static_cast<SegmentId>(l.segment)).value;
    co_await part(unmapSegment(kernel, process, l, unmapLines, Rule::SegmentUnmapped));
    co_yield FreeLine::Area;
    const AreaArray::Work before = areas.work();
    (void)areas.release(VirtAddr(l.address), Rule::SegmentUnmapped);
    chargeAreas(kernel, before, areas.work());
    announceAreas(kernel, process, VirtAddr(l.address), before, Rule::SegmentUnmapped);
    co_yield FreeLine::Heap;
    co_await memory.heap().release(static_cast<SegmentId>(l.segment));
}

Steps freeMapped(Kernel& kernel, Process& process, VirtAddr at) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<FreeLocals>{freeSegmentListing()};
    const std::uint64_t begun = kernel.board().scheduler.now();
    SegmentMemory& memory = *kernel.segments();
    l.address = at.value;
    co_await part(lockHeap(kernel, process, self, FreeLine::Lock));
    co_yield FreeLine::Find;
    process.mapLock = self.id;
    const AreaArray::Work before = memory.areasOf(process).work();
    l.segment = segmentAt(kernel, process, at);
    chargeAreas(kernel, before, memory.areasOf(process).work());
    const auto refused = memory.heap().refusesRelease(static_cast<SegmentId>(l.segment));
    if (refused) {
        co_yield FreeLine::Refused;
        kernel.board().events.emit({.kind = EventKind::SegmentFreeRefused,
                                    .rule = *refused,
                                    .object = static_cast<std::uint32_t>(l.segment),
                                    .vaddr = at.value});
    } else {
        const Segment first = memory.heap().table().segment(static_cast<SegmentId>(l.segment));
        co_await part(freePiece(kernel, process, l));
        if (first.asked > first.frames) { // the first piece of two
            l.address = (at + bytesOf(first.frames)).value;
            l.segment = segmentAt(kernel, process, VirtAddr(l.address));
            co_await part(freePiece(kernel, process, l));
        }
    }
    announceCall(kernel, process, begun, l.frames, refused.value_or(Rule::SegmentUnmapped));
    unlockHeap(kernel, process);
}

} // namespace

Steps allocateSegment(Kernel& kernel, Process& process, SegmentCall& call) {
    const SegmentMemorySettings& settings = kernel.segments()->settings();
    if (settings.heap.placement == SegmentPlacement::Paged) {
        return allocatePaged(kernel, process, call);
    }
    return settings.addresses == SegmentAddresses::Physical
               ? allocatePhysical(kernel, process, call)
               : allocateMapped(kernel, process, call);
}

Steps freeSegment(Kernel& kernel, Process& process, VirtAddr at) {
    const SegmentMemorySettings& settings = kernel.segments()->settings();
    if (settings.heap.placement == SegmentPlacement::Paged) {
        return freePaged(kernel, process, at);
    }
    return settings.addresses == SegmentAddresses::Physical ? freePhysical(kernel, process, at)
                                                            : freeMapped(kernel, process, at);
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
