#pragma once

#include "fragscope/alloc/free_area.h"
#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/memory/memory_plan.h"
#include "fragscope/task/listing.h"

#include <functional>

namespace fragscope {

/// Called for each free area; false: no more are wanted.
using FreeAreaFunctor = std::function<bool(FreeArea)>;

/// An allocator over one memory (memory/flat_memory.h, memory/observed_memory.h). All that it
/// knows lies in that memory; the object holds settings and addresses only, so that bytes alone
/// say what state it is in.
///
/// A program holds handles: the address of its block, or of the entry that leads to it where
/// blocks move (addressOf is then one load).
///
/// Every operation throws HeapDamaged where it finds something else than its own words: nothing
/// that it does from then on can be right.
class Allocator {
public:
    static constexpr std::uint64_t refused = ~0ULL;

    virtual ~Allocator() = default;

    /// Writes the first words; once, before all else.
    virtual void initialise() = 0;

    /// A handle of a block of at least `bytes`, or `refused`. 0 bytes: as the allocator documents.
    virtual std::uint64_t allocate(std::uint64_t bytes) = 0;

    /// The same for memory of a migrate type, where the allocator sorts by it: 1 unmovable, 2
    /// movable, 3 reclaimable; 0 = the request says none.
    virtual std::uint64_t allocateTyped(std::uint64_t bytes, std::uint8_t /*migrateType*/) {
        return allocate(bytes);
    }

    virtual void release(std::uint64_t handle) = 0;

    /// Where the payload lies now.
    virtual std::uint64_t addressOf(std::uint64_t handle) { return handle; }

    /// Where a byte of the payload lies now: dereference. The payload is contiguous except where an
    /// allocator puts large objects together from pieces.
    virtual std::uint64_t byteAt(std::uint64_t handle, std::uint64_t offset) {
        return addressOf(handle) + offset;
    }

    /// A request as the allocator's preset takes it: the same, changed, or `refused` for one that
    /// it leaves out.
    [[nodiscard]] virtual std::uint64_t admitted(std::uint64_t bytes) const { return bytes; }

    // ---- moves in parts, where an allocator has them ----
    /// release() up to the first moment at which another actor may run; true if a move is under
    /// way.
    virtual bool beginRelease(std::uint64_t handle) {
        release(handle);
        return false;
    }

    /// One part of each move under way, oldest slot first; false if there was none.
    virtual bool advanceMoves() { return false; }

    /// The seed's scavenge(functor): each free area of memory that the allocator does not need, by
    /// address; no word that it needs lies in one. Reads memory, changes nothing.
    virtual void forEachFreeArea(const FreeAreaFunctor& functor) = 0;

    /// What lies in the heap, read from its bytes, with the first thing that is wrong: the check of
    /// integrity. Blocks cover the heap from its start to its end.
    [[nodiscard]] virtual HeapPicture picture(const ArenaReader& reader,
                                              const HeapExtent& extent) const = 0;

    /// Bytes from the start of the heap to the end of what the allocator has taken of it: what the
    /// program costs. From the bytes, as the picture.
    [[nodiscard]] virtual std::uint64_t footprint(const ArenaReader& reader,
                                                  const HeapExtent& extent) const;

    /// The footprint is one load, of pages or chunks that the allocator takes and gives back; if
    /// not, the end of the last block in use counts, which who replays a trace knows without a
    /// decoder.
    [[nodiscard]] virtual bool takesChunks() const { return false; }

    /// One listing for all its operations; what `step` counts lines of.
    [[nodiscard]] virtual const Listing& listing() const = 0;

protected:
    Allocator() = default;
    Allocator(const Allocator&) = default;
    Allocator& operator=(const Allocator&) = default;
};

} // namespace fragscope
