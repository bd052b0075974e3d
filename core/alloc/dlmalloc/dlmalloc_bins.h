#pragma once

#include "fragscope/alloc/dlmalloc/dlmalloc_heap.h"

/// Small bins: rings of chunks of one size, newest first. The bin itself is a member of its ring;
/// if its bit is clear its links mean nothing. And what is done with a chunk once it is chosen.
namespace fragscope {

/// The first chunk of a bin whose bit is set; out of the bin.
template <class Memory> std::uint64_t DlmallocHeap<Memory>::takeFirst(Locals& l, unsigned bin) {
    using namespace dlmalloc_layout;
    const std::uint64_t at = binAt(bin);
    const std::uint64_t chunk = load(at + nextAt);
    checkChunk(chunk, at + nextAt);
    const std::uint64_t head = headOf(chunk);
    l.bin = bin;
    l.chunk = chunk;
    l.bytes = sizeOf(head);
    check(l.bytes == std::uint64_t{8} * bin && !isInUse(head), chunk + headAt, head);
    const std::uint64_t next = load(chunk + nextAt);
    if (next == at) {
        setMap(smallMap, getMap(smallMap) & ~(1U << bin));
    } else {
        checkChunk(next, chunk + nextAt);
        check(load(next + previousAt) == chunk, next + previousAt, chunk);
        store(next + previousAt, at);
        store(at + nextAt, next);
    }
    return chunk;
}

template <class Memory>
void DlmallocHeap<Memory>::insertSmall(Locals& l, std::uint64_t chunk, std::uint64_t size) {
    using namespace dlmalloc_layout;
    const auto bin = static_cast<unsigned>(size >> 3);
    const std::uint64_t at = binAt(bin);
    l.bin = bin;
    step(Line::InsertSmall, l);
    const std::uint32_t map = getMap(smallMap);
    std::uint64_t next = at;
    if ((map >> bin & 1U) == 0) {
        setMap(smallMap, map | 1U << bin);
    } else {
        next = load(at + nextAt);
        checkChunk(next, at + nextAt);
    }
    store(at + nextAt, chunk);
    store(next + previousAt, chunk);
    store(chunk + nextAt, next);
    store(chunk + previousAt, at);
}

template <class Memory>
void DlmallocHeap<Memory>::unlinkSmall(Locals& l, std::uint64_t chunk, std::uint64_t size) {
    using namespace dlmalloc_layout;
    const auto bin = static_cast<unsigned>(size >> 3);
    const std::uint64_t at = binAt(bin);
    l.bin = bin;
    step(Line::UnlinkSmall, l);
    const std::uint64_t next = load(chunk + nextAt);
    const std::uint64_t previous = load(chunk + previousAt);
    check(next == at || (next >= start_ && load(next + previousAt) == chunk), chunk + nextAt, next);
    if (next == previous) {
        setMap(smallMap, getMap(smallMap) & ~(1U << bin));
        return;
    }
    check(previous == at || (previous >= start_ && load(previous + nextAt) == chunk),
          chunk + previousAt, previous);
    store(next + previousAt, previous);
    store(previous + nextAt, next);
}

template <class Memory>
void DlmallocHeap<Memory>::unlink(Locals& l, std::uint64_t chunk, std::uint64_t size) {
    if (dlmalloc_layout::isSmall(size)) {
        unlinkSmall(l, chunk, size);
    } else {
        unlinkLarge(l, chunk);
    }
}

template <class Memory>
void DlmallocHeap<Memory>::insert(Locals& l, std::uint64_t chunk, std::uint64_t size) {
    if (dlmalloc_layout::isSmall(size)) {
        insertSmall(l, chunk, size);
    } else {
        insertLarge(l, chunk, size);
    }
}

/// The old victim is small here, or there is none.
template <class Memory>
void DlmallocHeap<Memory>::replaceVictim(Locals& l, std::uint64_t chunk, std::uint64_t size) {
    using namespace dlmalloc_layout;
    step(Line::NewVictim, l);
    const std::uint64_t old = get(victimSize);
    if (old != 0) {
        check(isSmall(old), state_ + victimSize, old);
        insertSmall(l, get(victim), old);
    }
    set(victimSize, size);
    set(victim, chunk);
}

/// The low `size` bytes of the chunk; the rest has its head and foot, and nothing else yet.
template <class Memory> void DlmallocHeap<Memory>::giveFront(Locals& l) {
    using namespace dlmalloc_layout;
    step(Line::GiveFront, l);
    setHead(l.chunk, l.size | inUse | beforeInUse);
    setFree(l.chunk + l.size, l.rest);
}

template <class Memory> void DlmallocHeap<Memory>::giveWhole(Locals& l) {
    using namespace dlmalloc_layout;
    l.neighbour = l.chunk + l.bytes;
    step(Line::GiveWhole, l);
    setHead(l.chunk, l.bytes | inUse | beforeInUse);
    setHead(l.neighbour, headOf(l.neighbour) | beforeInUse);
}

} // namespace fragscope
