#include "fragscope/kernel/system_call.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Look = 1, FaultIn, Repeat, Write, Done };

constexpr std::array<std::string_view, 5> lines{
    "is the next page of the buffer reachable?",
    "no: fault it in before the copy goes on",
    "no: return an error; the process repeats the call",
    "yes: write to it",
    "return to the process",
};

constexpr std::array<std::string_view, 4> localNames{"address", "end", "repeats", "words"};

struct Locals {
    std::uint64_t address;
    std::uint64_t end;
    std::uint64_t repeats;
    std::uint64_t words;
};

constexpr std::uint64_t stride = 512;

} // namespace

Steps writeBuffer(Kernel& kernel, Process& process, VirtAddr address, ByteCount size) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{systemCallListing()};
    const Board& board = kernel.board();
    Rule rule = Rule::ScenarioSaysSo;
    l.address = address.value;
    l.end = address.value + size.value;
    while (l.address < l.end && process.state == ProcessState::Running) {
        co_yield Line::Look;
        if (process.map.isNoAccess(VirtAddr(l.address))) {
            ++l.repeats;
            if (kernel.settings().systemCall == SystemCallMode::FaultIn) {
                co_yield Line::FaultIn;
                rule = Rule::BufferFaultedIn;
                co_await until(conditionOf<&Process::notInE>(process, l.address));
            } else {
                co_yield Line::Repeat;
                rule = Rule::CallRepeated;
                board.scheduler.spend(board.cost.faultExit + board.cost.faultEntry);
                l.address = address.value;
            }
            continue;
        }
        AccessRequest request{.process = &process,
                              .address = VirtAddr(l.address),
                              .kind = AccessKind::Write,
                              .value = 0x5c00000000000000ULL + l.words};
        kernel.installIfAbsent(process, request.address);
        co_yield Line::Write;
        co_await access(kernel, request);
        l.address += stride;
        ++l.words;
    }
    co_yield Line::Done;
    board.events.emit({.kind = EventKind::SystemCall,
                       .rule = rule,
                       .object = process.number,
                       .vaddr = address.value,
                       .value = size.value,
                       .a = l.repeats});
    (void)self;
}

const Listing& systemCallListing() {
    static constexpr Listing listing{ListingId::SystemCall, "system-call",
                                     "System call that writes a buffer", lines, localNames};
    return listing;
}

} // namespace fragscope
