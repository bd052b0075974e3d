#pragma once

#include "fragscope/alloc/memory/observed_memory.h"

namespace fragscope {

/// What dlmalloc gets from its system in our memory: a break that moves up and down, and areas of
/// whole pages above the room for it, at the lowest place that is wide enough; the heap ends behind
/// the last area. (Linux maps downwards from far above; here the addresses go up, so that one heap
/// holds both.) The system's own words lie in the books:
///
///     +0    the break
///     +8    number of runs of mapped pages
///     +16   start and end of each run, by address; adjacent areas are one run
template <class Memory> class SystemAreas {
public:
    static constexpr std::uint64_t mostRuns = 4096;
    static constexpr std::uint64_t wordsBytes = 16 + 16 * mostRuns;

    /// The break lies between `start` and `limit`; areas from the next page on.
    SystemAreas(Memory& memory, std::uint64_t words, std::uint64_t start, std::uint64_t limit)
        : memory_(memory), words_(words), start_(start), limit_(limit) {}

    void initialise() {
        memory_.store(words_, start_);
        memory_.store(words_ + 8, 0);
    }

    [[nodiscard]] std::uint64_t programBreak() { return memory_.load(words_); }

    /// False: there is no room.
    [[nodiscard]] bool raiseBreak(std::uint64_t bytes) {
        const std::uint64_t now = programBreak();
        if (bytes > limit_ - now) {
            return false;
        }
        memory_.store(words_, now + bytes);
        return true;
    }

    void lowerBreak(std::uint64_t bytes) { memory_.store(words_, programBreak() - bytes); }

    /// Whole pages; 0: there is no room.
    [[nodiscard]] std::uint64_t map(std::uint64_t bytes) {
        const std::uint64_t runs = count();
        std::uint64_t at = first();
        std::uint64_t run = 0;
        while (run < runs && startOf(run) - at < bytes) {
            at = endOf(run);
            ++run;
        }
        if (runs == mostRuns || bytes > memory_.plan().heapLimit) {
            return 0;
        }
        const std::uint64_t end = at + bytes;
        if (end > memory_.heapEnd() && !memory_.grow(end - memory_.heapEnd())) {
            return 0;
        }
        join(run, at, end);
        return at;
    }

    /// Any pages of one run. Throws HeapDamaged if they are not mapped.
    void unmap(std::uint64_t at, std::uint64_t bytes) {
        std::uint64_t run = 0;
        while (run < count() && endOf(run) <= at) {
            ++run;
        }
        if (run == count() || at < startOf(run) || bytes > endOf(run) - at) {
            throw HeapDamaged{VirtAddr(at), bytes};
        }
        const std::uint64_t end = endOf(run);
        const bool keepsFront = startOf(run) < at;
        const bool keepsBack = at + bytes < end;
        if (keepsFront && keepsBack) {
            open(run);
            setEnd(run, at);
            setStart(run + 1, at + bytes);
        } else if (keepsFront) {
            setEnd(run, at);
        } else if (keepsBack) {
            setStart(run, at + bytes);
        } else {
            close(run);
        }
        const std::uint64_t last = count() == 0 ? limit_ : endOf(count() - 1);
        memory_.shrink(memory_.heapEnd() - last);
    }

    /// The first address of areas.
    [[nodiscard]] std::uint64_t first() const {
        return (limit_ + pageBytes - 1) & ~std::uint64_t{pageBytes - 1};
    }

    [[nodiscard]] std::uint64_t count() { return std::min(memory_.load(words_ + 8), mostRuns); }

    [[nodiscard]] std::uint64_t startOf(std::uint64_t run) {
        return memory_.load(words_ + 16 + 16 * run);
    }

    [[nodiscard]] std::uint64_t endOf(std::uint64_t run) {
        return memory_.load(words_ + 24 + 16 * run);
    }

private:
    /// [at, end) becomes mapped; `run` is the first run behind it.
    void join(std::uint64_t run, std::uint64_t at, std::uint64_t end) {
        const bool follows = run > 0 && endOf(run - 1) == at;
        const bool precedes = run < count() && startOf(run) == end;
        if (follows && precedes) {
            setEnd(run - 1, endOf(run));
            close(run);
        } else if (follows) {
            setEnd(run - 1, end);
        } else if (precedes) {
            setStart(run, at);
        } else {
            open(run);
            setStart(run, at);
            setEnd(run, end);
        }
    }

    /// Runs from this one on move up by one; this one stays as it was, twice.
    void open(std::uint64_t run) {
        const std::uint64_t runs = count();
        memory_.copy(words_ + 32 + 16 * run, words_ + 16 + 16 * run, 16 * (runs - run));
        memory_.store(words_ + 8, runs + 1);
    }

    void close(std::uint64_t run) {
        const std::uint64_t runs = count() - 1;
        memory_.copy(words_ + 16 + 16 * run, words_ + 32 + 16 * run, 16 * (runs - run));
        memory_.store(words_ + 8, runs);
    }

    void setStart(std::uint64_t run, std::uint64_t at) {
        memory_.store(words_ + 16 + 16 * run, at);
    }

    void setEnd(std::uint64_t run, std::uint64_t at) { memory_.store(words_ + 24 + 16 * run, at); }

    Memory& memory_;
    std::uint64_t words_;
    std::uint64_t start_;
    std::uint64_t limit_;
};

} // namespace fragscope
