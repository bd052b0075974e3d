#include "fragscope/workload/heap/heap_operations.h"

#include "fragscope/alloc/heap_size.h"
#include "fragscope/workload/heap/kernel_collector.h"
#include "fragscope/workload/heap/scavenger.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Lock = 1, Malloc, Free, Write, Read, Scavenge, Collect, Done };

constexpr std::array<std::string_view, 8> lines{
    "take the lock of the heap",
    "malloc: a block from the pool; the pool grows if it must",
    "free: the block goes back to the pool; what of it goes back to the kernel?",
    "write a word of the block",
    "read a word of the block: as it was filled?",
    "scavenge: the whole pages of all free areas go back",
    "the kernel's collector parses the heap",
    "done",
};

constexpr std::array<std::string_view, 6> localNames{"address", "size_bytes", "word",
                                                     "same",    "zero",       "other"};

struct Locals {
    std::uint64_t address;
    std::uint64_t size;
    std::uint64_t word;
    std::uint64_t same;
    std::uint64_t zero;
    std::uint64_t other;
};

/// The words of a block that are looked at.
class Samples {
public:
    explicit Samples(const NamedBlock& block) {
        const std::uint64_t words = block.size.value / wordBytes;
        if (words == 0 || block.address.value == 0) {
            return;
        }
        last_ = (words - 1) * wordBytes;
        boundary_ = roundUp(block.address.value + 1, pageBytes) - block.address.value;
        inside_ = boundary_ < last_ ? (last_ - 1 - boundary_) / pageBytes + 1 : 0;
        count_ = last_ == 0 ? 1 : inside_ + 2;
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }

    [[nodiscard]] std::uint64_t offset(std::uint64_t n) const {
        if (n == 0) {
            return 0;
        }
        return n <= inside_ ? boundary_ + (n - 1) * pageBytes : last_;
    }

private:
    std::uint64_t count_ = 0;
    std::uint64_t last_ = 0;
    std::uint64_t boundary_ = 0; ///< first begin of a page in the block
    std::uint64_t inside_ = 0;   ///< begins of pages before its last word
};

std::uint64_t freshFill(ProcessHeap& heap) {
    constexpr std::uint64_t mark = 0xf1; // no other writes of programs have it there
    return std::uint64_t{heap.process().number} << 56 | mark << 48 | heap.nextFill() << 24;
}

/// One access to the block at l.address + offset. Throws ArenaGone if the process has ended.
Steps reach(ProcessHeap& heap, AccessRequest& request, std::uint64_t offset, const Locals& l) {
    HeapReference reference{VirtAddr(l.address), offset};
    co_await part(heap.follow(reference));
    request.process = &heap.process();
    request.address = reference.address;
    request.bytes = widthAt(reference.address);
    co_await access(heap.kernel(), request);
    if (request.killed) {
        throw ArenaGone{};
    }
    heap.kernel().board().scheduler.spend(heap.kernel().board().cost.think);
}

Steps mallocBlock(ProcessHeap& heap, NamedBlock& block, ByteCount size, Locals& l) {
    co_yield Line::Malloc;
    l.size = size.value;
    block.size = size;
    co_await part(heap.allocate(size, block.address));
    block.live = block.address.value != 0;
    block.fill = 0;
    l.address = block.address.value;
}

Steps freeBlock(ProcessHeap& heap, NamedBlock& block, Locals& l) {
    if (block.address.value == 0) {
        co_return;
    }
    co_yield Line::Free;
    l.address = block.address.value;
    l.size = block.size.value;
    block.live = false;
    co_await part(heap.release(block.address, block.size));
}

Steps fillBlock(ProcessHeap& heap, NamedBlock& block, Locals& l) {
    const Samples samples(block);
    AccessRequest request{.kind = AccessKind::Write};
    block.fill = freshFill(heap);
    l.address = block.address.value;
    for (l.word = 0; l.word < samples.count(); ++l.word) {
        co_yield Line::Write;
        request.value = block.fill + l.word;
        co_await part(reach(heap, request, samples.offset(l.word), l));
    }
}

void countWord(Locals& l, std::uint64_t found, std::uint64_t filled) {
    if (found == filled) {
        ++l.same;
    } else if (found == 0) {
        ++l.zero;
    } else {
        ++l.other;
    }
}

Rule conditionOfBlock(const NamedBlock& block) {
    if (!block.live) {
        return Rule::FreedBlock;
    }
    return block.fill != 0 ? Rule::LiveBlock : Rule::NotFilledYet;
}

Steps checkBlock(ProcessHeap& heap, const NamedBlock& block, Locals& l) {
    if (block.address.value == 0) {
        co_return;
    }
    const Samples samples(block);
    AccessRequest request{.kind = AccessKind::Read};
    l.address = block.address.value;
    for (l.word = 0; l.word < samples.count(); ++l.word) {
        co_yield Line::Read;
        co_await part(reach(heap, request, samples.offset(l.word), l));
        if (!request.skipped) {
            const std::uint64_t mask = ~0ULL >> (64 - 8 * request.bytes);
            countWord(l, request.value, (block.fill + l.word) & mask);
        }
    }
    heap.kernel().board().events.emit({.kind = EventKind::BlockChecked,
                                       .rule = conditionOfBlock(block),
                                       .object = heap.process().number,
                                       .vaddr = l.address,
                                       .value = l.same,
                                       .a = l.zero,
                                       .b = l.other});
}

/// Allocates, writes the first word of each page and the last one, and frees, `call.offset` times.
Steps cycle(ProcessHeap& heap, Task& self, const ScriptedAccess& call, Locals& l) {
    NamedBlock block;
    for (std::uint64_t n = 0; n < call.offset; ++n) {
        co_await part(lockHeap(heap, self, Line::Lock));
        co_await part(mallocBlock(heap, block, call.size, l));
        heap.unlock();
        co_await part(fillBlock(heap, block, l));
        co_await part(lockHeap(heap, self, Line::Lock));
        co_await part(freeBlock(heap, block, l));
        heap.unlock();
        block.address = VirtAddr(0);
    }
}

/// The heap stays locked: the thread that is told of low memory may drop the block else.
Steps useCache(ProcessHeap& heap, NamedBlock& block, ByteCount size, Locals& l) {
    const bool hit = block.live;
    block.cached = true;
    if (hit) {
        co_await part(checkBlock(heap, block, l));
    } else {
        co_await part(mallocBlock(heap, block, size, l));
        co_await part(fillBlock(heap, block, l));
    }
    heap.kernel().board().events.emit({.kind = EventKind::CacheUsed,
                                       .rule = hit ? Rule::CacheHit : Rule::CacheFilled,
                                       .object = heap.process().number,
                                       .vaddr = block.address.value,
                                       .value = hit ? 1U : 0U,
                                       .a = block.size.value});
}

/// What holds the lock from begin to end.
Steps operateLocked(ProcessHeap& heap, Task& self, const ScriptedAccess& call, Locals& l) {
    co_await part(lockHeap(heap, self, Line::Lock));
    NamedBlock& block = heap.blocks()[call.other];
    ScavengeTurn turn;
    switch (call.verb) {
    case Verb::Malloc:
        co_await part(mallocBlock(heap, block, call.size, l));
        break;
    case Verb::Free:
        co_await part(freeBlock(heap, block, l));
        break;
    case Verb::Cache:
        co_await part(useCache(heap, block, call.size, l));
        break;
    default:
        co_yield Line::Scavenge;
        co_await part(scavengeTurn(heap, turn, Rule::ByScript));
        break;
    }
    heap.unlock();
}

Steps operate(ProcessHeap& heap, Task& self, const ScriptedAccess& call, Locals& l) {
    switch (call.verb) {
    case Verb::Fill:
        co_await part(fillBlock(heap, heap.blocks()[call.other], l));
        break;
    case Verb::Check:
        co_await part(checkBlock(heap, heap.blocks()[call.other], l));
        break;
    case Verb::Cycle:
        co_await part(cycle(heap, self, call, l));
        break;
    case Verb::Collect:
        co_yield Line::Collect;
        co_await collectHeap(heap.kernel(), heap.process());
        break;
    default:
        co_await part(operateLocked(heap, self, call, l));
        break;
    }
}

} // namespace

Steps performHeapOperation(ProcessHeap& heap, const ScriptedAccess& call) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{heapOperationListing()};
    try {
        co_await part(operate(heap, self, call, l));
    } catch (const ArenaGone&) {
        // the process has ended
    } catch (const HeapDamaged& damage) {
        heap.broken(damage);
    }
    if (heap.lockedBy(self)) {
        heap.unlock();
    }
    co_yield Line::Done;
}

const Listing& heapOperationListing() {
    static constexpr Listing listing{ListingId::HeapOperation, "heap-operation",
                                     "Program: a use of its heap", lines, localNames};
    return listing;
}

} // namespace fragscope
