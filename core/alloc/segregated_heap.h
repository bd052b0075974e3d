#pragma once

#include "fragscope/alloc/heap.h"

namespace fragscope {

/// Lists of free blocks by size (powers of two), newest first, and a tag at both ends of each block
/// (segregated_layout.h): a freed block finds its neighbours without a walk. The first block that
/// is large enough, from the list of its own size upwards, gives its low end. Source: Knuth, The
/// Art of Computer Programming 1, 2.5, boundary tags; Wilson et al. 1995, segregated fits.
class SegregatedHeap : public Heap {
public:
    SegregatedHeap(Arena& arena, PoolSource& source) : arena_(arena), source_(source) {}

    Steps allocate(HeapRequest& request) override;
    Steps release(HeapReturn& block) override;
    Steps trim(ByteCount keep) override;
    Steps forEachFreeArea(VirtAddr from, FreeAreaVisitor& visitor) override;
    [[nodiscard]] HeapPicture picture(const ArenaReader& reader) const override;

private:
    struct AllocateLocals;
    struct ReleaseLocals;
    struct WalkLocals;

    template <class Line> Steps unlink(Line line, VirtAddr block, std::uint64_t length);
    template <class Line> Steps insert(Line line, VirtAddr block, std::uint64_t length);
    template <class Line> Steps writeTags(Line line, VirtAddr block, std::uint64_t tag);

    Steps search(AllocateLocals& l);
    Steps searchList(AllocateLocals& l);
    Steps grow(AllocateLocals& l, bool& granted);
    Steps place(AllocateLocals& l);
    Steps merge(ReleaseLocals& l);

    [[nodiscard]] VirtAddr headOf(unsigned list) const;
    [[nodiscard]] VirtAddr limit() const;
    std::uint64_t checked(std::uint64_t tag, VirtAddr block, bool free) const;

    Arena& arena_;
    PoolSource& source_;
};

const Listing& segregatedAllocateListing();
const Listing& segregatedReleaseListing();
const Listing& segregatedWalkListing();

} // namespace fragscope
