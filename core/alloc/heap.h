#pragma once

#include "fragscope/alloc/arena.h"
#include "fragscope/alloc/free_area.h"
#include "fragscope/alloc/heap_picture.h"
#include "fragscope/event/rule.h"

#include <span>

namespace fragscope {

/// Where a heap gets its memory, page by page, at the end of its arena. The caller makes system
/// calls of these; the heap knows no kernel.
class PoolSource {
public:
    virtual ~PoolSource() = default;

    /// The arena grows by `pages`; `granted` is false if that is refused. New pages read zero.
    virtual Steps growPool(PageCount pages, bool& granted) = 0;

    /// Room beside the arena for books that do not lie in the heap; they read zero.
    virtual Steps reserveBooks(VirtAddr at, PageCount pages, bool& granted) = 0;

    /// The heap has moved a block in use.
    virtual void blockMoved(VirtAddr /*from*/, VirtAddr /*to*/, ByteCount /*length*/) {}

    /// Why the heap did what it did, with the operands of the rule's text.
    virtual void decided(Rule /*why*/, VirtAddr /*block*/, std::span<const std::uint64_t, 3>) {}

    /// The last `pages` of the arena go back.
    virtual Steps shrinkPool(PageCount pages) = 0;
};

/// The functor of a scavenger.
class FreeAreaVisitor {
public:
    virtual ~FreeAreaVisitor() = default;

    /// Called for one free area; no more are wanted if `goOn` becomes false.
    virtual Steps visit(FreeArea area, bool& goOn) = 0;
};

/// A request for a block and what came of it. Lives in the caller's frame.
struct HeapRequest {
    ByteCount size;
    ByteCount alignment{16};      ///< of the address; a power of two, at least 16
    VirtAddr address{};           ///< of the block, or its handle; 0 if there is no memory
    std::uint8_t migrateType = 0; ///< as Allocator::allocateTyped has it; 0 = the heap's own
};

/// A block that is given back and what came of it.
struct HeapReturn {
    VirtAddr address;
    FreeArea merged{};        ///< the free area that it is part of now
    bool atEnd = false;       ///< nothing but that lies at the end of the arena
    bool wantsMerged = false; ///< the caller needs `merged`, which some heaps have to look for
};

/// A byte of a block and where it lies now.
struct HeapReference {
    VirtAddr handle;
    std::uint64_t offset = 0;
    VirtAddr address{};
};

/// What a heap found in its memory instead of its own words: written over, freed twice, or taken
/// away. Thrown by the operations, since nothing it does from then on can be right.
struct HeapDamaged {
    VirtAddr at;
    std::uint64_t found = 0;
};

/// A heap: decides where blocks lie in an arena, by words that lie in the arena as well (in-band).
/// It knows pages only as the unit of its source. Operations are algorithms with a listing; the
/// caller holds the lock of the heap from their begin to their end.
class Heap {
public:
    virtual ~Heap() = default;

    virtual Steps allocate(HeapRequest& request) = 0;
    virtual Steps release(HeapReturn& block) = 0;

    /// Follows a handle. Heaps that move no block hand out addresses: nothing is to be done.
    virtual Steps dereference(HeapReference& reference) {
        reference.address = reference.handle + ByteCount(reference.offset);
        co_return;
    }

    /// Where the block of a handle lies, looked at without an access.
    [[nodiscard]] virtual VirtAddr payloadOf(VirtAddr handle) { return handle; }

    /// Whether dereference() has work to do.
    [[nodiscard]] virtual bool hasHandles() const { return false; }

    /// Gives whole pages at the end of the arena back to the source if more than `keep` bytes are
    /// free there.
    virtual Steps trim(ByteCount keep) = 0;

    /// The seed's scavenge(functor): calls `visitor` for each free area that ends above `from`, in
    /// order of address. The areas hold no word that the heap needs. Changes nothing itself.
    virtual Steps forEachFreeArea(VirtAddr from, FreeAreaVisitor& visitor) = 0;

    /// What lies in the arena, read from its bytes, with the first thing that is wrong.
    [[nodiscard]] virtual HeapPicture picture(const ArenaReader& reader) const = 0;
};

} // namespace fragscope
