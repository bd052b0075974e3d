#pragma once

#include "fragscope/alloc/allocator.h"
#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/dlmalloc/dlmalloc_layout.h"
#include "fragscope/alloc/dlmalloc/dlmalloc_listing.h"
#include "fragscope/alloc/dlmalloc/system_areas.h"

namespace fragscope {

/// dlmalloc 2.8.6: bins of exact small sizes, a bitwise trie for each range of large ones (best
/// fit), the designated victim, which is the rest of the latest small split, and top, which borders
/// on the system's memory and is used last. Free neighbours merge at once. Words:
/// dlmalloc_layout.h. Source: Lea, malloc.c 2.8.6; Lea, A Memory Allocator, 2000.
///
/// Pool is create_mspace_with_base over heap_size bytes; when they are used up, and for chunks of
/// 256 KiB that top does not hold, the system maps areas behind them up to heap_limit. System is
/// the default build: heap_size bytes are the room for the break, which starts at the heap's
/// start; mapped areas lie above.
///
/// Simplified: nobody else moves the break, so growth by it is always contiguous.
///
/// Members are defined in this file (words), dlmalloc_bins.h, dlmalloc_trees.h, dlmalloc_system.h
/// and dlmalloc.cpp.
template <class Memory> class DlmallocHeap final : public Allocator {
public:
    DlmallocHeap(const AllocatorSettings& settings, Memory& memory);

    void initialise() override;
    std::uint64_t allocate(std::uint64_t bytes) override;
    void release(std::uint64_t handle) override;
    void forEachFreeArea(const FreeAreaFunctor& functor) override;
    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override;
    [[nodiscard]] std::uint64_t footprint(const ArenaReader& reader,
                                          const HeapExtent& extent) const override;

    [[nodiscard]] const Listing& listing() const override { return listingDlmalloc(); }

private:
    using Line = DlmallocLine;
    using Locals = DlmallocLocals;

    // ---- malloc (dlmalloc.cpp); all give the chunk, or 0 ----
    std::uint64_t fromSmallBins(Locals& l);
    std::uint64_t fromNextSmallBin(Locals& l, std::uint32_t above);
    std::uint64_t fromVictim(Locals& l);
    std::uint64_t fromTop(Locals& l);

    // ---- free (dlmalloc.cpp) ----
    bool mergeBefore(Locals& l);
    void mergeBehind(Locals& l, std::uint64_t nextHead);
    void intoTop(Locals& l);
    void putAway(Locals& l);
    bool visitSegment(std::uint64_t base, std::uint64_t end, const FreeAreaFunctor& functor);

    // ---- small bins (dlmalloc_bins.h) ----
    std::uint64_t takeFirst(Locals& l, unsigned bin);
    void insertSmall(Locals& l, std::uint64_t chunk, std::uint64_t size);
    void unlinkSmall(Locals& l, std::uint64_t chunk, std::uint64_t size);
    void unlink(Locals& l, std::uint64_t chunk, std::uint64_t size);
    void insert(Locals& l, std::uint64_t chunk, std::uint64_t size);
    void replaceVictim(Locals& l, std::uint64_t chunk, std::uint64_t size);
    void giveFront(Locals& l);
    void giveWhole(Locals& l);

    // ---- trees (dlmalloc_trees.h) ----
    struct Best {
        std::uint64_t chunk = 0;
        std::uint64_t rest = 0; ///< of its size over the request
    };

    std::uint64_t fromSmallestTree(Locals& l, std::uint32_t map);
    std::uint64_t fromTrees(Locals& l);
    std::uint64_t walkToSize(Locals& l, Best& best);
    void walkLeft(Locals& l, std::uint64_t node, Best& best);
    void consider(Locals& l, std::uint64_t node, Best& best);
    void insertLarge(Locals& l, std::uint64_t chunk, std::uint64_t size);
    void joinRing(std::uint64_t node, std::uint64_t chunk);
    void unlinkLarge(Locals& l, std::uint64_t chunk);
    std::uint64_t takeLeaf(std::uint64_t chunk);
    void replaceInTree(std::uint64_t chunk, std::uint64_t parent, std::uint64_t other);

    // ---- the system (dlmalloc_system.h) ----
    /// What the system gave; nothing if bytes is 0.
    struct Fresh {
        std::uint64_t base = 0;
        std::uint64_t bytes = 0;
        std::uint64_t flags = 0;
    };

    std::uint64_t fromSystem(Locals& l);
    std::uint64_t mapChunk(Locals& l);
    Fresh moreFromBreak(const Locals& l, std::uint64_t bytes);
    Fresh moreMemory(Locals& l);
    void firstSegment(const Fresh& fresh);
    bool continueTop(const Fresh& fresh);
    std::uint64_t putInFront(Locals& l, const Fresh& fresh);
    void addSegment(Locals& l, const Fresh& fresh);
    void initTop(std::uint64_t at, std::uint64_t bytes);
    void initBins();
    void count(std::uint64_t bytes);
    void unmapChunk(Locals& l);
    void trim(Locals& l);
    std::uint64_t trimTop();
    std::uint64_t releaseSegments(Locals& l);
    std::uint64_t segmentOf(std::uint64_t at);
    bool holdsRecord(std::uint64_t record);

    // ---- words ----
    void step(Line line, const Locals& l) {
        memory_.step(line, l.size, l.bin, l.chunk, l.bytes, l.rest, l.neighbour, l.victim, l.top);
    }

    static void check(bool good, std::uint64_t at, std::uint64_t found) {
        if (!good) [[unlikely]] {
            throw HeapDamaged{VirtAddr(at), found};
        }
    }

    /// A chunk may lie here: read as a link at `at`.
    void checkChunk(std::uint64_t chunk, std::uint64_t at) const {
        check(chunk >= start_ && chunk < memory_.heapEnd() && chunk % dlmalloc_layout::granule == 0,
              at, chunk);
    }

    std::uint64_t load(std::uint64_t at) { return memory_.load(at); }

    void store(std::uint64_t at, std::uint64_t value) { memory_.store(at, value); }

    /// A word of the state.
    std::uint64_t get(std::uint64_t field) { return memory_.load(state_ + field); }

    void set(std::uint64_t field, std::uint64_t value) { memory_.store(state_ + field, value); }

    std::uint32_t getMap(std::uint64_t field) {
        return memory_.template load<std::uint32_t>(state_ + field);
    }

    void setMap(std::uint64_t field, std::uint32_t value) {
        memory_.template store<std::uint32_t>(state_ + field, value);
    }

    std::uint64_t headOf(std::uint64_t chunk) { return load(chunk + dlmalloc_layout::headAt); }

    void setHead(std::uint64_t chunk, std::uint64_t head) {
        store(chunk + dlmalloc_layout::headAt, head);
    }

    /// Head and foot of a free chunk; the chunk before it is in use.
    void setFree(std::uint64_t chunk, std::uint64_t size) {
        setHead(chunk, size | dlmalloc_layout::beforeInUse);
        store(chunk + size, size);
    }

    [[nodiscard]] std::uint64_t binAt(unsigned bin) const {
        return state_ + dlmalloc_layout::smallBins + std::uint64_t{16} * bin;
    }

    [[nodiscard]] std::uint64_t treeAt(std::uint64_t tree) const {
        return state_ + dlmalloc_layout::treeBins + 8 * tree;
    }

    Memory& memory_;
    bool isPool_;
    std::uint64_t start_; ///< of the heap
    std::uint64_t state_; ///< where the state lies
    SystemAreas<Memory> system_;
};

} // namespace fragscope
