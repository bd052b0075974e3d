#pragma once

#include "fragscope/alloc/half_fit/half_fit_layout.h"
#include "fragscope/alloc/heap.h"

/// What the two forms of Half-fit do differently: how a block says what it is, and how it finds its
/// neighbours. Blocks at address 0 do not exist.
namespace fragscope::half_fit_layout {

/// A header as it was read.
struct Header {
    std::uint64_t size = 0;
    bool free = false;
};

/// Boundary tags: the word in front of a block is the tag of the block before it.
template <class Memory> class ClassicBlocks {
public:
    using Layout = Classic;

    ClassicBlocks(Memory& memory, std::uint64_t first, std::uint64_t end)
        : memory_(memory), first_(first), end_(end) {}

    Header header(std::uint64_t block) {
        const std::uint64_t tag = memory_.load(block);
        return {tag & ~Layout::freeBit, (tag & Layout::freeBit) != 0};
    }

    /// 0 if it is not free.
    std::uint64_t freeBefore(std::uint64_t block) {
        if (block == first_) {
            return 0;
        }
        const std::uint64_t tag = memory_.load(block - 8);
        return (tag & Layout::freeBit) != 0 ? block - (tag & ~Layout::freeBit) : 0;
    }

    /// 0: there is none.
    std::uint64_t behind(std::uint64_t block, std::uint64_t size) {
        return block + size < end_ ? block + size : 0;
    }

    void makeFree(std::uint64_t block, std::uint64_t size) {
        memory_.store(block, size | Layout::freeBit);
        memory_.store(block + size - 8, size | Layout::freeBit);
    }

    void makeUsed(std::uint64_t block, std::uint64_t size) {
        memory_.store(block, size);
        memory_.store(block + size - 8, size);
    }

    void split(std::uint64_t block, std::uint64_t size, std::uint64_t rest) {
        makeFree(block + size, rest);
    }

    /// `second` becomes part of `first`, which is in front of it; makeFree follows.
    void merge(std::uint64_t /*first*/, std::uint64_t /*second*/) {}

    // The paper has no counters.
    static constexpr bool counts = false;

    void startCounting() {}

    void countTaken(std::uint64_t, std::uint64_t) {}

    void countGiven(std::uint64_t) {}

    void countRefused(std::uint64_t) {}

private:
    Memory& memory_;
    std::uint64_t first_;
    std::uint64_t end_;
};

/// A header with the addresses of both neighbours.
template <class Memory> class PowerOfTwoBlocks {
public:
    using Layout = PowerOfTwo;

    PowerOfTwoBlocks(Memory& memory, std::uint64_t first, std::uint64_t end)
        : memory_(memory), first_(first), end_(end),
          counters_(first - Layout::first + Layout::counters) {}

    Header header(std::uint64_t block) {
        return {memory_.load(block + Layout::size), !isUsed(block)};
    }

    std::uint64_t freeBefore(std::uint64_t block) {
        const std::uint64_t before = memory_.load(block + Layout::before);
        return before != 0 && !isUsed(before) ? before : 0;
    }

    std::uint64_t behind(std::uint64_t block, std::uint64_t size) {
        const std::uint64_t next = memory_.load(block);
        const std::uint64_t end = block + size;
        if (next != (end < end_ ? end : 0)) {
            throw HeapDamaged{VirtAddr(block), next};
        }
        return next;
    }

    void makeFree(std::uint64_t block, std::uint64_t size) {
        memory_.store(block + Layout::size, size);
        memory_.template store<std::uint8_t>(block + Layout::used, 0);
    }

    void makeUsed(std::uint64_t block, std::uint64_t size) {
        memory_.store(block + Layout::size, size);
        memory_.template store<std::uint8_t>(block + Layout::used, 1);
    }

    void split(std::uint64_t block, std::uint64_t size, std::uint64_t rest) {
        const std::uint64_t second = block + size;
        makeFree(second, rest);
        link(second, memory_.load(block));
        link(block, second);
    }

    void merge(std::uint64_t first, std::uint64_t second) {
        memory_.store(second + Layout::size, 0); // a second free of it is noticed
        link(first, memory_.load(second));
    }

    static constexpr bool counts = true;

    void startCounting() { memory_.store(counters_, end_ - first_); }

    void countTaken(std::uint64_t size, std::uint64_t bytes) {
        const std::uint64_t allocated = memory_.load(counters_ + 8) + size;
        memory_.store(counters_ + 8, allocated);
        raise(counters_ + 16, allocated);
        raise(counters_ + 24, bytes);
    }

    void countGiven(std::uint64_t size) {
        memory_.store(counters_ + 8, memory_.load(counters_ + 8) - size);
    }

    void countRefused(std::uint64_t bytes) {
        raise(counters_ + 24, bytes);
        if (bytes != 0) {
            memory_.store(counters_ + 32, memory_.load(counters_ + 32) + 1);
        }
    }

private:
    bool isUsed(std::uint64_t block) {
        return memory_.template load<std::uint8_t>(block + Layout::used) != 0;
    }

    /// `second` lies behind `first`; 0: nothing does.
    void link(std::uint64_t first, std::uint64_t second) {
        memory_.store(first, second);
        if (second != 0) {
            memory_.store(second + Layout::before, first);
        }
    }

    void raise(std::uint64_t counter, std::uint64_t to) {
        if (memory_.load(counter) < to) {
            memory_.store(counter, to);
        }
    }

    Memory& memory_;
    std::uint64_t first_;
    std::uint64_t end_;
    std::uint64_t counters_;
};

} // namespace fragscope::half_fit_layout
