#include "fragscope/kernel/segments/physical_calls.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/segments/call_steps.h"
#include "fragscope/kernel/segments/segment_mapping.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Lock = 1, Identity, Heap, Refused, Clear, Return };

constexpr std::array<std::string_view, 6> lines{
    "take the lock of the segment heap",
    "the first call of the process: all of the heap, at its own addresses",
    "ask the heap for frames",
    "there are none: the call fails",
    "clear the segment, page by page",
    "return the address: where the segment, or its first piece, lies in memory",
};

constexpr std::array<std::string_view, 4> localNames{"segment", "base", "frames", "done"};

struct Locals {
    std::uint64_t segment;
    std::uint64_t base;
    std::uint64_t frames;
    std::uint64_t done;
};

enum class FreeLine : std::uint16_t { Lock = 1, Find, Heap };

constexpr std::array<std::string_view, 3> freeLines{
    "take the lock of the segment heap",
    "which segment of the process begins there? If none does, the call fails",
    "give the segment, or both its pieces, to the heap",
};

constexpr std::array<std::string_view, 2> freeNames{"address", "segment"};

struct FreeLocals {
    std::uint64_t address;
    std::uint64_t segment;
};

/// Every zone of the heap at its own addresses.
void mapIdentity(Kernel& kernel, Process& process) {
    const SegmentTable& table = kernel.segments()->heap().table();
    for (std::uint32_t n = 0; n < table.shape().zones; ++n) {
        const SegmentZone zone = table.zone(n);
        const PageCount frames = zone.end - zone.begin;
        const std::uint64_t start = startOf(zone.begin).value;
        process.map.insert(process.map.count() - 1,
                           {.start = start,
                            .place = process.map.placeFor(start, start),
                            .length = bytesOf(frames).value,
                            .label = 'M'},
                           Rule::InitialState);
        process.map.patch(process.map.count() - 1, map_field::start, startOf(zone.end).value,
                          Rule::InitialState);
        for (PageCount done; done < frames;) {
            const MappedPiece piece =
                pieceAt(PageNumber(zone.begin.value), zone.begin, frames, done, true);
            FRAGSCOPE_CHECK(mapPiece(kernel, process, piece, Rule::InitialState),
                            "no frame for the tables of the identity map");
            done += piece.pages();
        }
    }
}

Steps clearPiece(Kernel& kernel, SegmentId piece, Locals& l) {
    const Board& board = kernel.board();
    const Segment segment = kernel.segments()->heap().table().segment(piece);
    l.segment = piece;
    l.base = segment.base.value;
    l.frames = segment.frames.value;
    const bool clear = kernel.segments()->settings().clear;
    for (l.done = 0; clear && l.done < l.frames; ++l.done) {
        co_yield Line::Clear;
        board.memory.fill(startOf(FrameNumber(l.base + l.done)), ByteCount(pageBytes),
                          std::byte{0});
        board.scheduler.spend(board.cost.fillPage);
    }
}

enum class Piece : std::uint8_t { First, Second };

/// The segment, or second piece of one, that the process knows by this address; 0 if there is none.
/// A second piece is noted with the address behind the first: that of somebody else's memory.
SegmentId segmentAt(const SegmentTable& table, const Process& process, VirtAddr at, Piece piece) {
    for (std::uint32_t zone = 0; zone < table.shape().zones; ++zone) {
        for (SegmentId id = table.first(zone); id != 0; id = table.next(id)) {
            const Segment segment = table.segment(id);
            const bool second = segment.asked.value == 0;
            if (segment.state == SegmentState::Used && segment.owner == process.number &&
                segment.vaddr == at && second == (piece == Piece::Second)) {
                return id;
            }
        }
    }
    return 0;
}

} // namespace

Steps allocatePhysical(Kernel& kernel, Process& process, SegmentCall& call) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{allocatePhysicalListing()};
    const std::uint64_t begun = kernel.board().scheduler.now();
    SegmentHeap& heap = kernel.segments()->heap();
    co_await part(lockHeap(kernel, process, self, Line::Lock));
    if (process.map.count() == 1) {
        co_yield Line::Identity;
        mapIdentity(kernel, process);
    }
    co_yield Line::Heap;
    SegmentRequest request{
        .frames = call.frames, .owner = process.number, .unmovable = call.unmovable};
    co_await heap.allocate(request);
    if (request.segment == 0) {
        co_yield Line::Refused;
        announceCall(kernel, process, begun, call.frames.value, request.why);
        unlockHeap(kernel, process);
        co_return;
    }
    const VirtAddr at(startOf(heap.table().base(request.segment)).value);
    heap.table().setHolder(request.segment, process.number, at);
    if (request.second != 0) {
        heap.table().setHolder(request.second, process.number,
                               at + bytesOf(heap.table().frames(request.segment)));
        co_await part(clearPiece(kernel, request.second, l));
    }
    co_await part(clearPiece(kernel, request.segment, l));
    co_yield Line::Return;
    call.segment = request.segment;
    call.at = at;
    call.given = request.second != 0 ? call.frames : heap.table().frames(request.segment);
    announceCall(kernel, process, begun, call.given.value, Rule::SegmentMapped);
    unlockHeap(kernel, process);
}

Steps freePhysical(Kernel& kernel, Process& process, VirtAddr at) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<FreeLocals>{freePhysicalListing()};
    const std::uint64_t begun = kernel.board().scheduler.now();
    SegmentHeap& heap = kernel.segments()->heap();
    l.address = at.value;
    co_await part(lockHeap(kernel, process, self, FreeLine::Lock));
    co_yield FreeLine::Find;
    l.segment = segmentAt(heap.table(), process, at, Piece::First);
    const auto refused = heap.refusesRelease(static_cast<SegmentId>(l.segment));
    if (refused) {
        heap.refuseRelease(static_cast<SegmentId>(l.segment), *refused);
        unlockHeap(kernel, process);
        co_return;
    }
    const Segment first = heap.table().segment(static_cast<SegmentId>(l.segment));
    co_yield FreeLine::Heap;
    co_await heap.release(first.id);
    if (first.asked > first.frames) { // the first piece of two
        l.segment = segmentAt(heap.table(), process, at + bytesOf(first.frames), Piece::Second);
        co_await heap.release(static_cast<SegmentId>(l.segment));
    }
    announceCall(kernel, process, begun, first.frames.value, Rule::SegmentUnmapped);
    unlockHeap(kernel, process);
}

const Listing& allocatePhysicalListing() {
    static constexpr Listing listing{ListingId::AllocatePhysical, "allocate-physical",
                                     "Without paging: a process gets a segment", lines, localNames};
    return listing;
}

const Listing& freePhysicalListing() {
    static constexpr Listing listing{ListingId::FreePhysical, "free-physical",
                                     "Without paging: a process gives a segment back", freeLines,
                                     freeNames};
    return listing;
}

} // namespace fragscope
