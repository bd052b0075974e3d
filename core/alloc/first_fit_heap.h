#pragma once

#include "fragscope/alloc/heap.h"

namespace fragscope {

/// First fit in order of address: one list of free blocks, a header in front of each block
/// (first_fit_layout.h). The first free block that is large enough gives its low end; a freed
/// block merges with free neighbours at once. Allocation and release walk the list.
/// Source: Knuth, The Art of Computer Programming 1, 2.5, algorithm A, with the list of free
/// blocks in order of address; Kernighan and Ritchie, 8.7.
class FirstFitHeap : public Heap {
public:
    FirstFitHeap(Arena& arena, PoolSource& source) : arena_(arena), source_(source) {}

    Steps allocate(HeapRequest& request) override;
    Steps release(HeapReturn& block) override;
    Steps trim(ByteCount keep) override;
    Steps forEachFreeArea(VirtAddr from, FreeAreaVisitor& visitor) override;
    [[nodiscard]] HeapPicture picture(const ArenaReader& reader) const override;

private:
    struct AllocateLocals;
    struct ReleaseLocals;
    struct WalkLocals;

    Steps search(AllocateLocals& l);
    Steps grow(AllocateLocals& l, bool& granted);
    Steps addPages(AllocateLocals& l, VirtAddr tail);
    Steps place(AllocateLocals& l, ByteCount asked);
    Steps link(std::uint64_t previous, std::uint64_t block);
    Steps findPlace(ReleaseLocals& l);
    Steps merge(ReleaseLocals& l);
    Steps lastFree(WalkLocals& l);

    [[nodiscard]] VirtAddr head() const;
    void checkFree(std::uint64_t header, std::uint64_t block, std::uint64_t before) const;

    Arena& arena_;
    PoolSource& source_;
};

const Listing& firstFitAllocateListing();
const Listing& firstFitReleaseListing();
const Listing& firstFitWalkListing();

} // namespace fragscope
