#include "fragscope/kernel/segments/message_calls.h"

#include "fragscope/kernel/segments/segment_pieces.h"

#include <array>

namespace fragscope {

namespace {

// ---- send
// -----------------------------------------------------------------------------------------------
enum class SendLine : std::uint16_t {
    Lock = 1,
    Find,
    Refused,
    Unmap,
    Ask,
    Acked,
    Transit,
    NewOne,
    Copy,
    Put
};

constexpr std::array<std::string_view, 10> sendLines{
    "take the lock of the segment heap; a segment that is being moved arrives first",
    "find the area by binary search: which segment is it?",
    "none, or locked in place, or nobody to get it: the call fails",
    "take the next table entry out",
    "make all CPUs drop their translations",
    "every CPU has acknowledged",
    "the area is free; the segment is in transit: nobody maps it",
    "messages are copied: ask the heap for a segment of the receiver",
    "copy the next page of the body",
    "copy the header into the message; wake the receiver",
};

constexpr std::array<std::string_view, 8> sendNames{"address", "segment", "frames", "done",
                                                    "entries", "round",   "copy",   "receiver"};

struct SendLocals {
    std::uint64_t address;
    std::uint64_t segment;
    std::uint64_t frames;
    std::uint64_t done;
    std::uint64_t entries;
    std::uint64_t round;
    std::uint64_t copy; ///< segment of the receiver
    std::uint64_t receiver;
};

// ---- receive
// -----------------------------------------------------------------------------------------------
enum class Line : std::uint16_t { Wait = 1, Lock, Take, Area, Table, Acked, Map, NoRoom, Return };

constexpr std::array<std::string_view, 9> lines{
    "wait for a message",
    "take the lock of the segment heap; a segment that is being moved arrives first",
    "the oldest message for the process",
    "a free area of the address space, by its lists",
    "a large page takes the place of an empty page table: make all CPUs drop it",
    "every CPU has acknowledged",
    "write the table entry of the next page, or of the next 2 MiB",
    "the array of areas or the page tables are full: the message stays, the call fails",
    "the segment is the receiver's; return its address and the header",
};

constexpr std::array<std::string_view, 8> localNames{"frames", "segment", "base",  "address",
                                                     "done",   "entries", "round", "message"};

struct Locals {
    std::uint64_t frames;
    std::uint64_t segment;
    std::uint64_t base;
    std::uint64_t address;
    std::uint64_t done;
    std::uint64_t entries;
    std::uint64_t round;
    std::uint64_t message;
};

constexpr UnmapLines<SendLine> unmapLines{
    .unmap = SendLine::Unmap, .ask = SendLine::Ask, .acked = SendLine::Acked};

constexpr MapLines<Line> mapLines{.table = Line::Table, .acked = Line::Acked, .map = Line::Map};

Process* processOf(Kernel& kernel, std::uint64_t number) {
    return number != 0 && number <= kernel.processes().size() ? kernel.processes()[number - 1].get()
                                                              : nullptr;
}

std::optional<Rule> refusesSend(Kernel& kernel, const SendLocals& l) {
    const Process* receiver = processOf(kernel, l.receiver);
    if (receiver == nullptr || receiver->state != ProcessState::Running) {
        return Rule::ReceiverEnded;
    }
    SegmentMemory& memory = *kernel.segments();
    if (memory.messages().freePlace() == 0) {
        return Rule::MessagesFull;
    }
    return memory.heap().refusesRelease(static_cast<SegmentId>(l.segment));
}

void refuse(Kernel& kernel, const Process& process, const SendLocals& l, Rule why) {
    kernel.board().events.emit({.kind = EventKind::MessageRefused,
                                .rule = why,
                                .object = process.number,
                                .vaddr = l.address,
                                .value = l.receiver});
}

/// The segment leaves the sender's address space.
Steps takeOut(Kernel& kernel, Process& process, SendLocals& l) {
    Task& self = co_await thisTask();
    process.mapLock = self.id;
    SegmentMemory& memory = *kernel.segments();
    co_await part(unmapSegment(kernel, process, l, unmapLines, Rule::MessageUnmapped,
                               memory.settings().messages.shootdown));
    co_yield SendLine::Transit;
    AreaArray& areas = memory.areasOf(process);
    const AreaArray::Work before = areas.work();
    (void)areas.release(VirtAddr(l.address), Rule::MessageUnmapped);
    chargeAreas(kernel, before, areas.work());
    announceAreas(kernel, process, VirtAddr(l.address), before, Rule::MessageUnmapped);
    SegmentTable& table = memory.heap().table();
    const auto id = static_cast<SegmentId>(l.segment);
    table.setState(id, SegmentState::InTransit);
    table.setHolder(id, static_cast<std::uint32_t>(l.receiver), VirtAddr(0));
}

void copyPage(Kernel& kernel, const Process& process, const SendLocals& l) {
    const Board& board = kernel.board();
    const SegmentTable& table = kernel.segments()->heap().table();
    const PageCount page(l.done);
    const PhysAddr to = startOf(table.base(static_cast<SegmentId>(l.copy)) + page);
    if (page >= table.frames(static_cast<SegmentId>(l.segment))) {
        board.memory.fill(to, ByteCount(pageBytes), std::byte{0}); // rounded up
        board.scheduler.spend(board.cost.fillPage);
        return;
    }
    const PhysAddr from = startOf(table.base(static_cast<SegmentId>(l.segment)) + page);
    board.memory.copy(to, from, ByteCount(pageBytes));
    board.scheduler.spend(board.cost.copyPage);
    board.events.emit({.kind = EventKind::MessageCopied,
                       .rule = Rule::BodyCopied,
                       .object = process.number,
                       .vaddr = l.address + bytesOf(page).value,
                       .paddr = to.value,
                       .value = pageBytes,
                       .a = l.receiver,
                       .b = from.value});
}

/// The receiver gets a segment of its own; l.copy is 0 if there is none.
Steps copyBody(Kernel& kernel, const Process& process, SendLocals& l) {
    co_yield SendLine::NewOne;
    SegmentHeap& heap = kernel.segments()->heap();
    SegmentRequest request{.frames = PageCount(l.frames),
                           .owner = static_cast<std::uint32_t>(l.receiver)};
    co_await heap.allocate(request);
    l.copy = request.segment;
    if (request.segment == 0) {
        co_return;
    }
    heap.table().setState(request.segment, SegmentState::InTransit);
    l.frames = heap.table().frames(request.segment).value;
    for (l.done = 0; l.done < l.frames; ++l.done) {
        co_yield SendLine::Copy;
        copyPage(kernel, process, l);
    }
}

void putMessage(Kernel& kernel, const Process& process, SendCall& call, const SendLocals& l) {
    const Board& board = kernel.board();
    SegmentMemory& memory = *kernel.segments();
    const auto id = static_cast<SegmentId>(l.copy != 0 ? l.copy : l.segment);
    const PhysAddr place = startOf(memory.heap().table().base(id));
    memory.messages().put({.place = memory.messages().freePlace(),
                           .sender = process.number,
                           .receiver = call.receiver,
                           .segment = id,
                           .headerBytes = call.headerBytes,
                           .header = call.header});
    board.scheduler.spend(board.cost.copyPage * call.headerBytes / pageBytes);
    if (call.headerBytes != 0) {
        board.events.emit({.kind = EventKind::MessageCopied,
                           .rule = Rule::HeaderCopied,
                           .object = process.number,
                           .value = call.headerBytes,
                           .a = call.receiver});
    }
    board.events.emit({.kind = EventKind::MessageSent,
                       .rule = l.copy != 0 ? Rule::BodyCopied : Rule::MessageUnmapped,
                       .object = process.number,
                       .vaddr = l.address,
                       .paddr = place.value,
                       .value = l.frames,
                       .a = call.receiver,
                       .b = l.entries});
    call.sent = true;
}

/// The message itself, of a segment that may be sent to a process that cannot be reaped meanwhile.
Steps deliver(Kernel& kernel, Process& process, SendCall& call, SendLocals& l) {
    const bool copies = kernel.segments()->settings().messages.way == MessageWay::Copy;
    if (copies) {
        co_await part(copyBody(kernel, process, l));
    } else {
        co_await part(takeOut(kernel, process, l));
    }
    const Process& receiver = *processOf(kernel, l.receiver);
    if ((copies && l.copy == 0) || receiver.state != ProcessState::Running) {
        co_yield SendLine::Refused; // a receiver that has ended gives back what is in transit to it
        refuse(kernel, process, l,
               copies && l.copy == 0 ? Rule::NoRoomForCopy : Rule::ReceiverEnded);
    } else {
        co_yield SendLine::Put;
        putMessage(kernel, process, call, l);
    }
}

void noteReceived(Kernel& kernel, const Process& process, const Message& message, const Locals& l) {
    kernel.board().events.emit({.kind = EventKind::MessageReceived,
                                .rule = Rule::MessageMapped,
                                .object = process.number,
                                .vaddr = l.address,
                                .paddr = startOf(FrameNumber(l.base)).value,
                                .value = l.frames,
                                .a = message.sender,
                                .b = l.entries});
}

/// l.address is 0 if there is no room for the entry of the area.
Steps findArea(Kernel& kernel, Process& process, Segment segment, Locals& l) {
    co_yield Line::Area;
    SegmentMemory& memory = *kernel.segments();
    AreaArray& areas = memory.areasOf(process);
    const AreaArray::Work before = areas.work();
    const AreaArray::Target target{.place = startOf(segment.base), .segment = segment.id};
    const auto found =
        areas.allocate(segment.frames, segment.alignment(), target, Rule::MessageMapped);
    chargeAreas(kernel, before, areas.work());
    if (found) {
        l.address = found->start.value;
        memory.heap().table().setHolder(segment.id, process.number, found->start);
        announceAreas(kernel, process, found->start, before, found->why);
    }
}

/// Maps the segment of the message l.message.
Steps mapMessage(Kernel& kernel, Process& process, ReceiveCall& call, Locals& l) {
    SegmentMemory& memory = *kernel.segments();
    SegmentTable& table = memory.heap().table();
    const Message message = *memory.messages().firstFor(process.number);
    const Segment segment = table.segment(message.segment);
    l.segment = segment.id;
    l.frames = segment.frames.value;
    l.base = segment.base.value;
    co_await part(findArea(kernel, process, segment, l));
    if (l.address != 0) {
        co_await part(mapSegment(kernel, process, l, mapLines, Rule::MessageMapped));
    }
    if (l.address == 0 || l.done < l.frames) {
        co_yield Line::NoRoom;
        undoMapping(kernel, process, VirtAddr(l.address), PageCount(l.done));
        table.setHolder(segment.id, process.number, VirtAddr(0));
        kernel.board().events.emit({.kind = EventKind::MessageRefused,
                                    .rule = Rule::NoRoomForArea,
                                    .object = process.number,
                                    .value = message.sender});
        co_return;
    }
    co_yield Line::Return;
    table.setState(segment.id, SegmentState::Used);
    memory.messages().remove(message.place);
    noteReceived(kernel, process, message, l);
    call = {.at = VirtAddr(l.address),
            .segment = segment.id,
            .frames = segment.frames,
            .sender = message.sender,
            .header = message.header,
            .headerBytes = message.headerBytes};
}

} // namespace

Steps sendSegment(Kernel& kernel, Process& process, SendCall& call) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<SendLocals>{sendSegmentListing()};
    SegmentMemory& memory = *kernel.segments();
    l.address = call.at.value;
    l.receiver = call.receiver;
    co_await part(lockHeap(kernel, process, self, SendLine::Lock));
    co_yield SendLine::Find;
    l.segment = segmentAt(kernel, process, call.at);
    if (const auto refused = refusesSend(kernel, l)) {
        co_yield SendLine::Refused;
        refuse(kernel, process, l, *refused);
        unlockHeap(kernel, process);
        co_return;
    }
    l.frames = memory.heap().table().frames(static_cast<SegmentId>(l.segment)).value;
    Process& receiver = *processOf(kernel, l.receiver);
    ++receiver.mappingsOpen; // what is on its way is given back only when it is known to whom
    co_await part(deliver(kernel, process, call, l));
    --receiver.mappingsOpen;
    unlockHeap(kernel, process);
    kernel.reapIfDead(receiver);
}

Steps receiveSegment(Kernel& kernel, Process& process, ReceiveCall& call) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{receiveSegmentListing()};
    SegmentMemory& memory = *kernel.segments();
    co_yield Line::Wait;
    while (!memory.messageOrEnd(process.number)) {
        co_await until(conditionOf<&SegmentMemory::messageOrEnd>(memory, process.number));
        co_yield Line::Wait;
    }
    co_await part(lockHeap(kernel, process, self, Line::Lock));
    co_yield Line::Take;
    l.message = memory.messages().hasFor(process.number) ? 1 : 0;
    if (l.message != 0) { // else it has ended
        process.mapLock = self.id;
        co_await part(mapMessage(kernel, process, call, l));
    }
    unlockHeap(kernel, process);
}

const Listing& sendSegmentListing() {
    static constexpr Listing listing{ListingId::SendSegment, "send-segment",
                                     "A process sends a segment", sendLines, sendNames};
    return listing;
}

const Listing& receiveSegmentListing() {
    static constexpr Listing listing{ListingId::ReceiveSegment, "receive-segment",
                                     "A process receives a segment", lines, localNames};
    return listing;
}

} // namespace fragscope
