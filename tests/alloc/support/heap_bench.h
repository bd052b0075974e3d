#pragma once

#include "fragscope/alloc/flat_arena.h"
#include "fragscope/alloc/heaps.h"
#include "fragscope/task/scheduler.h"

#include "alloc/support/heap_program.h"

namespace fragscope::test {

/// A heap over a flat arena that runs operations to their end.
class HeapBench : public PoolSource, public SchedulerHooks {
public:
    explicit HeapBench(HeapKind kind) : heap(makeHeap(kind, arena, *this)) {
        scheduler.setHooks(this);
    }

    void switchedTo(const Task&) override {}

    void interruptTaken(std::uint32_t, std::uint64_t) override {}

    void stepEnded(const Task&) override {}

    [[nodiscard]] bool wantsStepEnds() const override { return false; }

    Steps growPool(PageCount pages, bool& granted) override {
        ++calls;
        granted = (arena.end() - arena.start()) + bytesOf(pages) <= limit;
        if (granted) {
            const VirtAddr old = arena.end();
            arena.setEnd(old + bytesOf(pages));
            arena.clear(old, arena.end());
        }
        co_return;
    }

    Steps reserveBooks(VirtAddr, PageCount, bool& granted) override {
        granted = false; // a flat arena is one range
        co_return;
    }

    Steps shrinkPool(PageCount pages) override {
        ++calls;
        arena.setEnd(VirtAddr(arena.end().value - bytesOf(pages).value));
        co_return;
    }

    void run(Steps steps) {
        (void)scheduler.spawn({}, std::move(steps));
        (void)scheduler.run(stop, ~0ULL);
    }

    /// Address of the block, 0 if there is no memory.
    VirtAddr take(std::uint64_t size, std::uint64_t alignment = 16) {
        HeapRequest request{.size = ByteCount(size), .alignment = ByteCount(alignment)};
        run(heap->allocate(request));
        return request.address;
    }

    HeapReturn give(VirtAddr address) {
        HeapReturn block{address};
        run(heap->release(block));
        return block;
    }

    void trim(std::uint64_t keep) { run(heap->trim(ByteCount(keep))); }

    std::vector<FreeArea> freeAreas(VirtAddr from = VirtAddr(0)) {
        AreaLog visited;
        run(heap->forEachFreeArea(from, visited));
        return visited.areas;
    }

    [[nodiscard]] HeapPicture picture() const { return heap->picture(arena); }

    [[nodiscard]] std::uint64_t pages() const {
        return (arena.end() - arena.start()).value / pageBytes;
    }

    static constexpr VirtAddr base{0x10000000};

    EventBus events;
    CostModel cost;
    Choices choices{1};
    Scheduler scheduler{events, cost, 1, choices};
    FlatArena arena{base};
    std::unique_ptr<Heap> heap;
    ByteCount limit = mib(64);
    std::uint64_t calls = 0; ///< of the source
    bool stop = false;
};

} // namespace fragscope::test
