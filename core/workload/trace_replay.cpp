#include "fragscope/workload/trace_replay.h"

#include "fragscope/base/hash.h"
#include "fragscope/kernel/growth.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Next = 1, Reuse, Top, Grow, Stamp, Verify, End };

constexpr std::array<std::string_view, 7> lines{
    "take the next operation of the trace",
    "allocate: re-use a freed block of the size class",
    "none: take the block from the heap's top",
    "the top passes the end of the area: grow",
    "stamp the block",
    "free: verify the stamps",
    "the trace is over",
};

constexpr std::array<std::string_view, 6> localNames{"operation", "id",   "size_bytes",
                                                     "address",   "word", "refused"};

std::uint64_t stampOf(std::uint32_t id, std::uint64_t word) {
    const std::array<std::uint64_t, 2> name{id, word};
    return hashBytes(name.data(), sizeof name);
}

/// Offsets of the stamped words of a block of `bytes` (a class size): first, one per page, last.
std::uint64_t stampCount(std::uint64_t bytes) {
    return bytes / pageBytes + 2;
}

std::uint64_t stampOffset(std::uint64_t bytes, std::uint64_t n) {
    const bool last = n + 1 == stampCount(bytes);
    return last ? bytes - wordBytes : std::min(n * pageBytes, bytes - wordBytes);
}

} // namespace

struct TraceReplay::Locals {
    std::uint64_t operation;
    std::uint64_t id;
    std::uint64_t size;
    std::uint64_t address;
    std::uint64_t word;
    std::uint64_t refused;
};

TraceReplay::TraceReplay(ApplicationThread& thread, AllocationTrace trace)
    : thread_(thread), trace_(std::move(trace)), heap_(thread.process.map.areaStart()),
      blocks_(trace_.largestId + 1) {
    request_.process = &thread.process;
}

Steps TraceReplay::run() {
    auto& l = co_await Follow<Locals>{traceReplayListing()};
    const std::uint64_t limit = thread_.settings.traceOperations;
    const std::uint64_t count =
        limit == 0 ? trace_.operations.size() : std::min(limit, trace_.operations.size());
    while (l.operation < count && !request_.killed) {
        co_yield Line::Next;
        const TraceOperation& operation = trace_.operations[l.operation];
        l.id = operation.id;
        l.size = operation.size;
        thread_.kernel.board().scheduler.spend(thread_.kernel.board().cost.think);
        if (operation.kind == TraceKind::Free) {
            co_await part(release(l, operation, operation.id));
        } else {
            co_await part(allocate(l, operation, operation.id));
        }
        if (operation.kind == TraceKind::Reallocate) {
            co_await part(release(l, operation, operation.oldId));
        }
        ++l.operation;
    }
    co_yield Line::End;
    thread_.kernel.board().events.emit({.kind = EventKind::AccessesDone,
                                        .object = thread_.process.number,
                                        .value = thread_.progress.accesses,
                                        .a = thread_.progress.reads,
                                        .b = thread_.kernel.board().scheduler.now()});
    thread_.kernel.threadEnded(thread_.process);
}

Steps TraceReplay::allocate(Locals& l, const TraceOperation& operation, std::uint32_t id) {
    co_yield Line::Reuse;
    auto place = heap_.reuse(operation.size);
    if (!place) {
        co_yield Line::Top;
        const VirtAddr end = heap_.topAfter(operation.size);
        const VirtAddr areaEnd = thread_.process.map.areaEnd();
        if (end > areaEnd) {
            co_yield Line::Grow;
            const std::uint64_t missing = (end - areaEnd).value;
            const std::uint64_t step =
                std::max<std::uint64_t>(thread_.settings.growBy.value, pageBytes);
            const ByteCount size((missing + step - 1) / step * step);
            GrowthOutcome outcome = GrowthOutcome::Refused;
            co_await growArea(thread_.kernel, thread_.process, MoveEnd::High, size, outcome);
            if (outcome == GrowthOutcome::Refused) {
                ++l.refused;
                co_return;
            }
        }
        place = heap_.bump(operation.size);
    }
    blocks_[id] = {*place, operation.size, true};
    l.address = place->value;
    co_await part(visitStamps(l, operation, id, true));
    announce(EventKind::AllocationDone, blocks_[id], operation);
}

Steps TraceReplay::release(Locals& l, const TraceOperation& operation, std::uint32_t id) {
    if (!blocks_[id].live) {
        co_return; // its allocation was refused
    }
    l.address = blocks_[id].address.value;
    co_await part(visitStamps(l, operation, id, false));
    blocks_[id].live = false;
    heap_.free(blocks_[id].address, blocks_[id].size);
    announce(EventKind::FreeDone, blocks_[id], operation);
}

Steps TraceReplay::visitStamps(Locals& l,
                               const TraceOperation& operation,
                               std::uint32_t id,
                               bool write) {
    const std::uint64_t bytes = BumpHeap::classSize(blocks_[id].size);
    for (l.word = 0; l.word < stampCount(bytes) && !request_.killed; ++l.word) {
        const std::uint64_t stamp = stampOf(id, stampOffset(bytes, l.word));
        request_.address = blocks_[id].address + ByteCount(stampOffset(bytes, l.word));
        request_.kind = write ? AccessKind::Write : AccessKind::Read;
        request_.value = write ? stamp : 0;
        if (write) {
            co_yield Line::Stamp;
        } else {
            co_yield Line::Verify;
        }
        co_await access(thread_.kernel, request_);
        thread_.progress.accesses += 1;
        thread_.progress.reads += write ? 0 : 1;
        if (!write && !request_.killed && request_.value != stamp) {
            thread_.kernel.board().events.emit({.kind = EventKind::StampBroken,
                                                .rule = Rule::ReadDiffers,
                                                .object = thread_.process.number,
                                                .vaddr = request_.address.value,
                                                .value = request_.value,
                                                .a = stamp,
                                                .b = operation.line});
        }
    }
}

void TraceReplay::announce(EventKind kind, const Block& block, const TraceOperation& operation) {
    thread_.kernel.board().events.emit({.kind = kind,
                                        .object = thread_.process.number,
                                        .vaddr = block.address.value,
                                        .value = block.size,
                                        .a = operation.line});
}

const Listing& traceReplayListing() {
    static constexpr Listing listing{ListingId::TraceReplay, "trace-replay",
                                     "Application: replays a trace", lines, localNames};
    return listing;
}

} // namespace fragscope
