#include "fragscope/workload/heap/heap_trace.h"

#include "fragscope/base/hash.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Next = 1, Lock, Malloc, Stamp, Copy, Verify, Free, End };

constexpr std::array<std::string_view, 8> lines{
    "take the next operation of the trace",
    "take the lock of the heap",
    "malloc: the heap gives a block",
    "write the block's first and last word",
    "realloc: the contents, up to the smaller size",
    "read the block's first and last word again",
    "free: the block goes back to the heap",
    "the trace is over",
};

constexpr std::array<std::string_view, 6> localNames{"operation", "id",   "size_bytes",
                                                     "address",   "word", "refused"};

std::uint64_t stampOf(std::uint32_t id, std::uint64_t offset) {
    const std::array<std::uint64_t, 2> name{id, offset};
    return hashBytes(name.data(), sizeof name);
}

/// Offset of the last whole word of a block.
std::uint64_t lastWord(std::uint64_t size) {
    return size / wordBytes * wordBytes - wordBytes;
}

} // namespace

struct HeapTrace::Locals {
    std::uint64_t operation;
    std::uint64_t id;
    std::uint64_t size;
    std::uint64_t address;
    std::uint64_t word;
    std::uint64_t refused;
};

HeapTrace::HeapTrace(ApplicationThread& thread, AllocationTrace trace)
    : thread_(thread), heap_(*thread.heap), trace_(std::move(trace)),
      blocks_(trace_.largestId + 1) {
    request_.process = &thread.process;
}

Steps HeapTrace::run() {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{heapTraceListing()};
    try {
        co_await part(replay(l, self));
    } catch (const ArenaGone&) {
        // the process has ended
    } catch (const HeapDamaged& damage) {
        heap_.broken(damage);
    }
    if (heap_.lockedBy(self)) {
        heap_.unlock();
    }
    co_yield Line::End;
    heap_.programEnded();
    thread_.kernel.board().events.emit({.kind = EventKind::AccessesDone,
                                        .object = thread_.process.number,
                                        .value = thread_.progress.accesses,
                                        .a = thread_.progress.reads,
                                        .b = thread_.kernel.board().scheduler.now()});
    thread_.kernel.threadEnded(thread_.process);
}

Steps HeapTrace::replay(Locals& l, Task& self) {
    const std::uint64_t limit = thread_.settings.traceOperations;
    const std::uint64_t count =
        limit == 0 ? trace_.operations.size() : std::min(limit, trace_.operations.size());
    for (; l.operation < count && !heap_.ended(); ++l.operation) {
        co_yield Line::Next;
        thread_.kernel.board().scheduler.spend(thread_.kernel.board().cost.think);
        const TraceOperation& operation = trace_.operations[l.operation];
        l.id = operation.id;
        l.size = operation.size;
        co_await part(operate(l, self, operation));
    }
}

Steps HeapTrace::operate(Locals& l, Task& self, const TraceOperation& operation) {
    const bool frees = operation.kind == TraceKind::Free;
    const std::uint32_t ends = frees ? operation.id : operation.oldId;
    const bool ending = operation.kind != TraceKind::Allocate && blocks_[ends].live;
    if (frees && ending) {
        co_await part(verify(l, operation, ends));
    }
    if (!frees) {
        co_await part(lockHeap(heap_, self, Line::Lock));
        co_await part(allocate(l, operation));
        heap_.unlock();
    }
    if (!frees && ending && blocks_[operation.id].live) {
        co_await part(copyContents(l, operation));
    }
    if (ending) {
        co_await part(lockHeap(heap_, self, Line::Lock));
        co_await part(release(l, ends));
        heap_.unlock();
    }
    if (!frees && blocks_[operation.id].live) {
        co_await part(stamp(l, operation.id));
    }
}

Steps HeapTrace::allocate(Locals& l, const TraceOperation& operation) {
    co_yield Line::Malloc;
    Block& block = blocks_[operation.id];
    block.size = operation.size;
    co_await part(heap_.allocate(ByteCount(operation.size), block.handle, operation.migrateType));
    block.live = block.handle.value != 0;
    l.address = block.handle.value;
    l.refused += block.live ? 0U : 1U;
}

Steps HeapTrace::release(Locals& l, std::uint32_t id) {
    co_yield Line::Free;
    Block& block = blocks_[id];
    l.address = block.handle.value;
    block.live = false;
    co_await part(heap_.release(block.handle, ByteCount(block.size)));
}

/// One access to a word of a block, wherever it lies now.
Steps HeapTrace::word(Locals& l, std::uint32_t id, std::uint64_t offset, AccessKind kind) {
    l.word = offset;
    HeapReference reference{blocks_[id].handle, offset};
    co_await part(heap_.follow(reference));
    l.address = reference.address.value;
    request_.kind = kind;
    request_.address = reference.address;
    request_.bytes = widthAt(reference.address);
    co_await access(heap_.kernel(), request_);
    if (request_.killed) {
        throw ArenaGone{};
    }
    thread_.progress.accesses += 1;
    thread_.progress.reads += kind == AccessKind::Read ? 1U : 0U;
}

Steps HeapTrace::stamp(Locals& l, std::uint32_t id) {
    const std::uint64_t size = blocks_[id].size;
    if (size < wordBytes) {
        co_return;
    }
    for (int end = 0; end < 2; ++end) {
        const std::uint64_t offset = end == 0 ? 0 : lastWord(size);
        co_yield Line::Stamp;
        request_.value = stampOf(id, offset);
        co_await part(word(l, id, offset, AccessKind::Write));
    }
}

/// As memcpy does, in words; the first and the last one only, which are all that was written.
Steps HeapTrace::copyContents(Locals& l, const TraceOperation& operation) {
    const std::uint64_t size = std::min(blocks_[operation.id].size, blocks_[operation.oldId].size);
    if (size < wordBytes) {
        co_return;
    }
    for (int end = 0; end < 2; ++end) {
        const std::uint64_t offset = end == 0 ? 0 : lastWord(size);
        co_yield Line::Copy;
        co_await part(word(l, operation.oldId, offset, AccessKind::Read));
        co_yield Line::Copy;
        co_await part(word(l, operation.id, offset, AccessKind::Write));
    }
}

Steps HeapTrace::verify(Locals& l, const TraceOperation& operation, std::uint32_t id) {
    const std::uint64_t size = blocks_[id].size;
    if (size < wordBytes) {
        co_return;
    }
    for (int end = 0; end < 2; ++end) {
        const std::uint64_t offset = end == 0 ? 0 : lastWord(size);
        co_yield Line::Verify;
        co_await part(word(l, id, offset, AccessKind::Read));
        const std::uint64_t mask = ~0ULL >> (64 - 8 * request_.bytes);
        if (!request_.skipped && request_.value != (stampOf(id, offset) & mask)) {
            thread_.kernel.board().events.emit({.kind = EventKind::StampBroken,
                                                .rule = Rule::ReadDiffers,
                                                .object = thread_.process.number,
                                                .vaddr = request_.address.value,
                                                .value = request_.value,
                                                .a = stampOf(id, offset),
                                                .b = operation.line});
        }
    }
}

const Listing& heapTraceListing() {
    static constexpr Listing listing{ListingId::HeapTrace, "heap-trace",
                                     "Program: a trace on its heap", lines, localNames};
    return listing;
}

} // namespace fragscope
