#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/dlmalloc/dlmalloc_bins.h"
#include "fragscope/alloc/dlmalloc/dlmalloc_system.h"
#include "fragscope/alloc/dlmalloc/dlmalloc_trees.h"
#include "fragscope/alloc/memory/backing_reader.h"

namespace fragscope {

using namespace dlmalloc_layout;

template <class Memory>
DlmallocHeap<Memory>::DlmallocHeap(const AllocatorSettings& settings, Memory& memory)
    : memory_(memory), isPool_(settings.variant != AllocatorVariant::System),
      start_(memory.heapStart()), state_(isPool_ ? start_ + payloadAt : memory.books()),
      system_(memory,
              memory.books() + systemWords,
              start_ + (isPool_ ? settings.heapSize : std::uint64_t{0}),
              start_ + settings.heapSize) {}

template <class Memory> void DlmallocHeap<Memory>::initialise() {
    system_.initialise();
    for (std::uint64_t field = 0; field < stateBytes; field += 8) {
        set(field, 0);
    }
    setMap(stateFlags, isPool_ ? mayMap | notContiguous : mayMap);
    if (!isPool_) {
        return;
    }
    const std::uint64_t bytes = memory_.heapEnd() - start_;
    firstSegment({start_, bytes, external});
    setHead(start_, stateChunk | inUse | beforeInUse);
    set(footprintBytes, bytes);
    set(mostFootprint, bytes);
    initTop(start_ + stateChunk, bytes - stateChunk - topFoot);
}

// ---- malloc -------------------------------------------------------------------------------------
template <class Memory> std::uint64_t DlmallocHeap<Memory>::allocate(std::uint64_t bytes) {
    Locals l;
    l.size = chunkFor(bytes);
    step(Line::Pad, l);
    std::uint64_t chunk = 0;
    if (l.size != 0) {
        chunk = isSmall(l.size) ? fromSmallBins(l) : fromTrees(l);
        chunk = chunk != 0 ? chunk : fromVictim(l);
        chunk = chunk != 0 ? chunk : fromTop(l);
        chunk = chunk != 0 ? chunk : fromSystem(l);
    }
    if (chunk == 0) {
        memory_.reason(Rule::HeapNoBlock, bytes);
        return refused;
    }
    return chunk + payloadAt;
}

template <class Memory> std::uint64_t DlmallocHeap<Memory>::fromSmallBins(Locals& l) {
    const auto bin = static_cast<unsigned>(l.size >> 3);
    l.bin = bin;
    step(Line::SmallMap, l);
    const std::uint32_t map = getMap(smallMap) >> bin;
    memory_.looked();
    if ((map & 1U) != 0) {
        step(Line::TakeSmall, l);
        (void)takeFirst(l, bin);
        memory_.reason(Rule::HeapSmallBin, l.size, bin);
        giveWhole(l);
        return l.chunk;
    }
    step(Line::AskVictim, l);
    l.victim = get(victimSize);
    memory_.looked();
    if (l.size <= l.victim) {
        return 0;
    }
    if (map != 0) {
        return fromNextSmallBin(l, map << bin);
    }
    step(Line::TreeMap, l);
    const std::uint32_t trees = getMap(treeMap);
    memory_.looked();
    return trees != 0 ? fromSmallestTree(l, trees) : 0;
}

template <class Memory>
std::uint64_t DlmallocHeap<Memory>::fromNextSmallBin(Locals& l, std::uint32_t above) {
    step(Line::NextSmall, l);
    const auto bin = static_cast<unsigned>(std::countr_zero(above));
    (void)takeFirst(l, bin);
    const std::uint64_t chunk = l.chunk;
    l.rest = l.bytes - l.size;
    if (l.rest < leastChunk) {
        memory_.reason(Rule::HeapSmallBinNext, l.size, bin);
        giveWhole(l);
    } else {
        memory_.reason(Rule::HeapBestFit, l.size, l.bytes, 1U);
        giveFront(l);
        replaceVictim(l, chunk + l.size, l.rest);
    }
    return chunk;
}

template <class Memory> std::uint64_t DlmallocHeap<Memory>::fromVictim(Locals& l) {
    l.victim = get(victimSize);
    if (l.size > l.victim) {
        return 0;
    }
    step(Line::UseVictim, l);
    l.chunk = get(victim);
    checkChunk(l.chunk, state_ + victim);
    l.bytes = l.victim;
    l.rest = l.victim - l.size;
    memory_.reason(Rule::HeapVictim, l.size, l.victim);
    if (l.rest >= leastChunk) {
        set(victim, l.chunk + l.size);
        set(victimSize, l.rest);
        giveFront(l);
    } else {
        set(victim, 0);
        set(victimSize, 0);
        giveWhole(l);
    }
    return l.chunk;
}

template <class Memory> std::uint64_t DlmallocHeap<Memory>::fromTop(Locals& l) {
    l.top = get(topSize);
    if (l.size >= l.top) {
        return 0;
    }
    step(Line::UseTop, l);
    l.chunk = get(top);
    checkChunk(l.chunk, state_ + top);
    l.rest = l.top - l.size;
    set(topSize, l.rest);
    set(top, l.chunk + l.size);
    setHead(l.chunk + l.size, l.rest | beforeInUse);
    setHead(l.chunk, l.size | inUse | beforeInUse);
    memory_.reason(Rule::HeapFromTop, l.size, l.rest);
    return l.chunk;
}

// ---- free ---------------------------------------------------------------------------------------
template <class Memory> void DlmallocHeap<Memory>::release(std::uint64_t handle) {
    Locals l;
    l.chunk = handle - payloadAt;
    step(Line::Free, l);
    checkChunk(l.chunk, handle);
    const std::uint64_t head = headOf(l.chunk);
    l.bytes = sizeOf(head);
    l.size = l.bytes;
    l.neighbour = l.chunk + l.bytes;
    check((isInUse(head) || isMapped(head)) && (head & 12) == 0 && l.bytes >= leastChunk &&
              l.bytes < memory_.heapEnd() - l.chunk,
          l.chunk + headAt, head);
    if (isMapped(head)) {
        return unmapChunk(l);
    }
    if ((head & beforeInUse) == 0 && mergeBefore(l)) {
        return;
    }
    step(Line::Behind, l);
    const std::uint64_t nextHead = headOf(l.neighbour);
    check((nextHead & beforeInUse) != 0, l.neighbour + headAt, nextHead);
    if (isInUse(nextHead)) {
        step(Line::SetFree, l);
        setHead(l.neighbour, nextHead & ~beforeInUse);
        setFree(l.chunk, l.bytes);
        putAway(l);
    } else {
        mergeBehind(l, nextHead);
    }
    memory_.reason(l.bytes == l.size ? Rule::HeapFreed : Rule::HeapMerged, l.bytes);
}

/// True if that is all: the victim is enlarged, and no free chunk lies behind.
template <class Memory> bool DlmallocHeap<Memory>::mergeBefore(Locals& l) {
    step(Line::Before, l);
    const std::uint64_t size = load(l.chunk);
    const std::uint64_t before = l.chunk - size;
    checkChunk(before, l.chunk);
    const std::uint64_t head = headOf(before);
    check(head == (size | beforeInUse), before + headAt, head);
    l.chunk = before;
    l.bytes += size;
    if (before != get(victim)) {
        unlink(l, before, size);
        return false;
    }
    const std::uint64_t nextHead = headOf(l.neighbour);
    if ((nextHead & (inUse | beforeInUse)) != (inUse | beforeInUse)) {
        return false;
    }
    step(Line::SetFree, l);
    set(victimSize, l.bytes);
    setHead(l.neighbour, nextHead & ~beforeInUse);
    setFree(before, l.bytes);
    memory_.reason(Rule::HeapMerged, l.bytes);
    return true;
}

template <class Memory> void DlmallocHeap<Memory>::mergeBehind(Locals& l, std::uint64_t nextHead) {
    if (l.neighbour == get(top)) {
        return intoTop(l);
    }
    if (l.neighbour == get(victim)) {
        step(Line::IntoVictim, l);
        l.bytes += get(victimSize);
        set(victimSize, l.bytes);
        set(victim, l.chunk);
        setFree(l.chunk, l.bytes);
        return;
    }
    const std::uint64_t size = sizeOf(nextHead);
    check(size >= leastChunk && size < memory_.heapEnd() - l.neighbour, l.neighbour + headAt,
          nextHead);
    unlink(l, l.neighbour, size);
    l.bytes += size;
    step(Line::SetFree, l);
    setFree(l.chunk, l.bytes);
    if (l.chunk == get(victim)) {
        set(victimSize, l.bytes);
    } else {
        putAway(l);
    }
}

template <class Memory> void DlmallocHeap<Memory>::intoTop(Locals& l) {
    step(Line::IntoTop, l);
    l.bytes += get(topSize);
    set(topSize, l.bytes);
    set(top, l.chunk);
    setHead(l.chunk, l.bytes | beforeInUse);
    if (l.chunk == get(victim)) {
        set(victim, 0);
        set(victimSize, 0);
    }
    if (l.bytes > get(trimCheck)) {
        trim(l);
    }
}

/// Into its bin; large chunks count down to a look at the segments.
template <class Memory> void DlmallocHeap<Memory>::putAway(Locals& l) {
    insert(l, l.chunk, l.bytes);
    if (!isSmall(l.bytes)) {
        const std::uint64_t left = get(releaseChecks) - 1;
        set(releaseChecks, left);
        if (left == 0) {
            (void)releaseSegments(l);
        }
    }
}

// ---- reading ------------------------------------------------------------------------------------
template <class Memory> void DlmallocHeap<Memory>::forEachFreeArea(const FreeAreaFunctor& functor) {
    if (get(top) == 0) {
        return;
    }
    std::uint64_t from = 0; // segments by address
    for (std::uint64_t i = 0; i < SystemAreas<Memory>::mostRuns; ++i) {
        std::uint64_t base = ~std::uint64_t{0};
        std::uint64_t end = 0;
        std::uint64_t record = state_ + segment;
        for (std::uint64_t j = 0; record != 0 && j < SystemAreas<Memory>::mostRuns; ++j) {
            if (load(record) >= from && load(record) < base) {
                base = load(record);
                end = base + load(record + segmentSize);
            }
            record = load(record + segmentNext);
        }
        if (end == 0 || !visitSegment(base, end, functor)) {
            return;
        }
        from = end;
    }
}

/// False: no more are wanted.
template <class Memory>
bool DlmallocHeap<Memory>::visitSegment(std::uint64_t base,
                                        std::uint64_t end,
                                        const FreeAreaFunctor& functor) {
    const std::uint64_t topChunk = get(top);
    const std::uint64_t victimChunk = get(victim);
    for (std::uint64_t chunk = base; chunk < end && headOf(chunk) != fencepost;) {
        const std::uint64_t head = headOf(chunk);
        const std::uint64_t size = sizeOf(head);
        check(size >= 16 && size % granule == 0 && size <= end - chunk, chunk + headAt, head);
        const std::uint64_t links = chunk == topChunk || chunk == victimChunk ? payloadAt
                                    : isSmall(size)                           ? endOfLinks
                                                                              : endOfTreeLinks;
        if (!isInUse(head) && size > links &&
            !functor({VirtAddr(chunk + links), ByteCount(size - links)})) {
            return false;
        }
        if (chunk == topChunk) {
            return true;
        }
        chunk += size;
    }
    return true;
}

template <class Memory>
HeapPicture DlmallocHeap<Memory>::picture(const ArenaReader& reader,
                                          const HeapExtent& extent) const {
    return decode(
        reader, extent,
        {isPool_ ? extent.start + payloadAt : extent.books, extent.books + systemWords, isPool_});
}

/// System: what it has given. Pool: to the end of the last chunk in use.
template <class Memory>
std::uint64_t DlmallocHeap<Memory>::footprint(const ArenaReader& reader,
                                              const HeapExtent& extent) const {
    return isPool_ ? Allocator::footprint(reader, extent)
                   : readNumber<std::uint64_t>(reader, extent.books + footprintBytes);
}

// ---- forms --------------------------------------------------------------------------------------
MemoryPlan planDlmalloc(const AllocatorSettings& settings) {
    return growingPlan(settings, systemWords + SystemAreas<FlatMemory>::wordsBytes);
}

template <class Memory>
std::unique_ptr<Allocator> makeDlmalloc(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<DlmallocHeap<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(Dlmalloc);

} // namespace fragscope
