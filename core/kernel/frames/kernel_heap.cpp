#include "fragscope/kernel/frames/kernel_heap.h"

namespace fragscope {

namespace {

constexpr ByteCount header{wordBytes};

} // namespace

KernelHeap::Block KernelHeap::blockAt(VirtAddr start) {
    const std::uint64_t size = memory_.load(start);
    return {start, size, VirtAddr(memory_.load(start + header))};
}

void KernelHeap::write(const Block& block) {
    memory_.store(block.start, block.size);
    memory_.store(block.start + header, block.next.value);
}

void KernelHeap::initialise() {
    write({kernel_space::heap, size_.value, VirtAddr(0)});
    memory_.setVariable(kernel_variable::heapFree, kernel_space::heap.value);
}

/// Makes `next` follow the free block `before` (address 0: the head).
void KernelHeap::link(VirtAddr before, VirtAddr next) {
    if (before.value == 0) {
        memory_.setVariable(kernel_variable::heapFree, next.value);
    } else {
        memory_.store(before + header, next.value);
    }
}

std::optional<VirtAddr> KernelHeap::allocate(ByteCount size) {
    const std::uint64_t wanted = (size.value + header.value + granule - 1) / granule * granule;
    VirtAddr before{0};
    std::uint64_t left = mostBlocks();
    for (VirtAddr at = first(); at.value != 0 && left != 0 && !memory_.faulted(); --left) {
        const Block block = blockAt(at);
        if (block.size < wanted) {
            before = at;
            at = block.next;
            continue;
        }
        const std::uint64_t rest = block.size - wanted;
        if (rest == 0) {
            link(before, block.next);
        } else {
            memory_.store(at, rest);
        }
        const VirtAddr start = at + ByteCount(rest);
        memory_.store(start, wanted);
        return start + header;
    }
    return std::nullopt;
}

void KernelHeap::free(VirtAddr object) {
    const VirtAddr start = object - header;
    VirtAddr before{0};
    VirtAddr after = first();
    for (std::uint64_t left = mostBlocks();
         after.value != 0 && after < start && left != 0 && !memory_.faulted(); --left) {
        before = after;
        after = blockAt(after).next;
    }
    Block freed{start, memory_.load(start), after};
    if (after.value != 0 && start + ByteCount(freed.size) == after) {
        const Block next = blockAt(after);
        freed.size += next.size;
        freed.next = next.next;
    }
    if (before.value != 0) {
        const std::uint64_t size = memory_.load(before);
        if (before + ByteCount(size) == start) {
            write({before, size + freed.size, freed.next});
            return;
        }
    }
    write(freed);
    link(before, start);
}

} // namespace fragscope
