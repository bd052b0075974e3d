#include "fragscope/kernel/segments/dma_calls.h"

#include "fragscope/kernel/segments/segment_pieces.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Idle = 1, Lock, NotLocked, Program };

constexpr std::array<std::string_view, 4> lines{
    "wait until the device is idle",
    "lock the buffer in place: the device will know its physical address only",
    "deliberate mistake: the buffer is not locked",
    "write the physical address and the length to the registers of the device",
};

constexpr std::array<std::string_view, 3> localNames{"address", "segment", "length"};

struct Locals {
    std::uint64_t address;
    std::uint64_t segment;
    std::uint64_t length;
};

enum class DeviceLine : std::uint16_t { Idle = 1, Write, Done };

constexpr std::array<std::string_view, 3> deviceLines{
    "wait for a transfer",
    "write the next words, up to the end of the frame",
    "all is written: interrupt; the driver unlocks the buffer",
};

constexpr std::array<std::string_view, 2> deviceNames{"transfer", "left_bytes"};

struct DeviceLocals {
    std::uint64_t transfer;
    std::uint64_t left;
};

/// The buffer is found as a lock would find it, but not locked.
Steps findOnly(Kernel& kernel, Process& process, Locals& l) {
    const SegmentLocks& locks = kernel.segments()->heap().locks();
    co_yield Line::NotLocked;
    while (!locks.notMoving(process.number)) {
        co_await until(conditionOf<&SegmentLocks::notMoving>(locks, process.number));
        co_yield Line::NotLocked;
    }
    l.segment = segmentAt(kernel, process, VirtAddr(l.address));
}

Steps lockBuffer(Kernel& kernel, Process& process, Locals& l) {
    co_yield Line::Lock;
    LockCall call{.at = VirtAddr(l.address)};
    co_await lockSegment(kernel, process, call);
    l.segment = call.segment;
    if (call.segment != 0) {
        kernel.segments()->heap().locks().device = call.segment;
    }
}

void program(Kernel& kernel, const Process& process, TransferCall& call, Locals& l) {
    SegmentMemory& memory = *kernel.segments();
    const auto id = static_cast<SegmentId>(l.segment);
    const Segment segment = memory.heap().table().segment(id);
    l.length = std::min(call.length, bytesOf(segment.frames)).value;
    memory.driver().begin({.process = process.number,
                           .at = call.at,
                           .place = startOf(segment.base),
                           .length = ByteCount(l.length),
                           .locked = memory.heap().locks().device});
    call.begun = true;
}

} // namespace

Steps startTransfer(Kernel& kernel, Process& process, TransferCall& call) {
    auto& l = co_await Follow<Locals>{startTransferListing()};
    SegmentMemory& memory = *kernel.segments();
    l.address = call.at.value;
    co_yield Line::Idle;
    while (!memory.driver().idle(0)) {
        co_await until(conditionOf<&SegmentDriver::idle>(memory.driver()));
        co_yield Line::Idle;
    }
    memory.driver().claim(process.number);
    if (memory.settings().device.lock == BufferLock::Held) {
        co_await part(lockBuffer(kernel, process, l));
    } else {
        co_await part(findOnly(kernel, process, l));
    }
    if (l.segment != 0) {
        co_yield Line::Program;
        program(kernel, process, call, l);
    } else {
        memory.driver().giveUp();
    }
}

Steps runDevice(Kernel& kernel) {
    auto& l = co_await Follow<DeviceLocals>{dmaDeviceListing()};
    const Board& board = kernel.board();
    SegmentMemory& memory = *kernel.segments();
    SegmentDriver& driver = memory.driver();
    while (true) {
        co_yield DeviceLine::Idle;
        co_await until(conditionOf<&SegmentDriver::writing>(driver));
        while (driver.device().busy()) {
            co_await sleepUntil(board.scheduler.now() + board.cost.deviceBurst);
            co_yield DeviceLine::Write;
            if (driver.device().busy()) { // else its process has ended meanwhile
                driver.burst();
            }
            l.transfer = driver.device().transfer();
            l.left = driver.device().left().value;
        }
        co_yield DeviceLine::Done;
        if (driver.interrupts()) {
            const SegmentId locked = driver.transfer().locked;
            driver.finish(Rule::TransferEnds);
            if (locked != 0) {
                memory.heap().locks().device = 0;
                dropLock(kernel, locked);
            }
        }
    }
}

const Listing& startTransferListing() {
    static constexpr Listing listing{ListingId::StartTransfer, "start-transfer",
                                     "A device is told to write to a segment", lines, localNames};
    return listing;
}

const Listing& dmaDeviceListing() {
    static constexpr Listing listing{ListingId::DmaDevice, "dma-device", "A device", deviceLines,
                                     deviceNames};
    return listing;
}

} // namespace fragscope
