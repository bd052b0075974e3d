#pragma once

#include "fragscope/alloc/dlmalloc/dlmalloc_heap.h"

/// Memory from the system and back to it: the break, mapped areas, segments, trimming.
namespace fragscope {

template <class Memory> std::uint64_t DlmallocHeap<Memory>::fromSystem(Locals& l) {
    using namespace dlmalloc_layout;
    if (l.size >= mapThreshold && get(topSize) != 0) {
        if (const std::uint64_t chunk = mapChunk(l); chunk != 0) {
            return chunk;
        }
    }
    const Fresh fresh = moreMemory(l);
    if (fresh.bytes == 0) {
        return 0;
    }
    count(fresh.bytes);
    if (get(top) == 0) {
        firstSegment(fresh);
    } else if (!continueTop(fresh)) {
        step(Line::Segment, l);
        if (const std::uint64_t chunk = putInFront(l, fresh); chunk != 0) {
            return chunk;
        }
        addSegment(l, fresh);
    }
    const std::uint64_t chunk = fromTop(l);
    memory_.reason(Rule::HeapSystem, l.size, fresh.bytes);
    return chunk;
}

/// An area for this chunk alone, which is in no segment.
template <class Memory> std::uint64_t DlmallocHeap<Memory>::mapChunk(Locals& l) {
    using namespace dlmalloc_layout;
    step(Line::MapArea, l);
    const std::uint64_t bytes = pageAlign(l.size + 48 + granule - 1);
    const std::uint64_t chunk = bytes > l.size ? system_.map(bytes) : 0;
    if (chunk == 0) {
        return 0;
    }
    const std::uint64_t size = bytes - mappedFoot;
    store(chunk, 0);
    setHead(chunk, size);
    setHead(chunk + size, fencepost);
    setHead(chunk + size + 8, 0);
    set(leastAddress, std::min(get(leastAddress), chunk));
    count(bytes);
    memory_.reason(Rule::HeapSystem, l.size, bytes);
    return chunk;
}

template <class Memory>
typename DlmallocHeap<Memory>::Fresh DlmallocHeap<Memory>::moreFromBreak(const Locals& l,
                                                                         std::uint64_t bytes) {
    using namespace dlmalloc_layout;
    const std::uint64_t base = system_.programBreak();
    if (get(top) == 0) {
        bytes += pageAlign(base) - base; // ends on a page
    } else {
        bytes = pageAlign(l.size - get(topSize) + topFoot + granule);
    }
    if (!system_.raiseBreak(bytes)) {
        return {};
    }
    return {base, bytes, 0};
}

/// At least what the request and a segment's end need: by the break if it continues the segment of
/// top, else a mapped area, else by the break wherever it is.
template <class Memory>
typename DlmallocHeap<Memory>::Fresh DlmallocHeap<Memory>::moreMemory(Locals& l) {
    using namespace dlmalloc_layout;
    const std::uint64_t bytes = pageAlign(l.size + topFoot + granule);
    if (bytes <= l.size) {
        return {};
    }
    step(Line::Extend, l);
    const auto state = memory_.template load<std::uint32_t>(state_ + stateFlags);
    if ((state & notContiguous) == 0) {
        if (const Fresh fresh = moreFromBreak(l, bytes); fresh.bytes != 0) {
            return fresh;
        }
        setMap(stateFlags, state | notContiguous);
    }
    if (const std::uint64_t base = system_.map(bytes); base != 0) {
        return {base, bytes, mapped};
    }
    if (const std::uint64_t base = system_.programBreak(); system_.raiseBreak(bytes)) {
        return {base, bytes, 0};
    }
    return {};
}

template <class Memory> void DlmallocHeap<Memory>::firstSegment(const Fresh& fresh) {
    using namespace dlmalloc_layout;
    set(leastAddress, fresh.base);
    set(segment, fresh.base);
    set(segment + segmentSize, fresh.bytes);
    set(segment + segmentFlags, fresh.flags);
    set(magic, magicWord);
    set(releaseChecks, releaseRate);
    initBins();
    initTop(fresh.base, fresh.bytes - topFoot);
}

/// The segment that ends where the fresh memory begins grows, if it is top's and of the same kind.
template <class Memory> bool DlmallocHeap<Memory>::continueTop(const Fresh& fresh) {
    using namespace dlmalloc_layout;
    const std::uint64_t record = segmentOf(get(top));
    const std::uint64_t bytes = load(record + segmentSize);
    const std::uint64_t kind = load(record + segmentFlags);
    if (load(record) + bytes != fresh.base || (kind & external) != 0 ||
        (kind & mapped) != fresh.flags) {
        return false;
    }
    store(record + segmentSize, bytes + fresh.bytes);
    initTop(get(top), get(topSize) + fresh.bytes);
    return true;
}

/// The fresh memory ends where a segment of its kind begins: it becomes the front of that, and the
/// request is taken from it. 0: there is no such segment.
template <class Memory>
std::uint64_t DlmallocHeap<Memory>::putInFront(Locals& l, const Fresh& fresh) {
    using namespace dlmalloc_layout;
    set(leastAddress, std::min(get(leastAddress), fresh.base));
    std::uint64_t record = state_ + segment;
    while (record != 0 && load(record) != fresh.base + fresh.bytes) {
        record = load(record + segmentNext);
    }
    if (record == 0 || (load(record + segmentFlags) & external) != 0 ||
        (load(record + segmentFlags) & mapped) != fresh.flags) {
        return 0;
    }
    std::uint64_t old = load(record); // the first chunk of the segment so far
    store(record, fresh.base);
    store(record + segmentSize, load(record + segmentSize) + fresh.bytes);
    setHead(fresh.base, l.size | inUse | beforeInUse);
    const std::uint64_t rest = fresh.base + l.size;
    std::uint64_t bytes = fresh.bytes - l.size;
    if (old == get(top)) {
        bytes += get(topSize);
        set(topSize, bytes);
        set(top, rest);
        setHead(rest, bytes | beforeInUse);
    } else if (old == get(victim)) {
        bytes += get(victimSize);
        set(victimSize, bytes);
        set(victim, rest);
        setFree(rest, bytes);
    } else {
        const std::uint64_t head = headOf(old);
        if (!isInUse(head)) {
            unlink(l, old, sizeOf(head));
            old += sizeOf(head);
            bytes += sizeOf(head);
        }
        setHead(old, headOf(old) & ~beforeInUse);
        setFree(rest, bytes);
        insert(l, rest, bytes);
    }
    l.chunk = fresh.base;
    memory_.reason(Rule::HeapSystem, l.size, fresh.bytes);
    return fresh.base;
}

/// The record of the segment so far goes to its end, behind it fence posts; what was top becomes a
/// free chunk.
template <class Memory> void DlmallocHeap<Memory>::addSegment(Locals& l, const Fresh& fresh) {
    using namespace dlmalloc_layout;
    const std::uint64_t oldTop = get(top);
    const std::uint64_t old = segmentOf(oldTop);
    const std::uint64_t end = load(old) + load(old + segmentSize);
    const std::uint64_t wanted =
        (end - (recordChunk + 32 + granule - 1) + granule - 1) & ~(granule - 1);
    const std::uint64_t chunk = wanted < oldTop + leastChunk ? oldTop : wanted;
    initTop(fresh.base, fresh.bytes - topFoot);
    setHead(chunk, recordChunk | inUse | beforeInUse);
    const std::uint64_t record = chunk + payloadAt;
    memory_.copy(record, state_ + segment, segmentBytes);
    set(segment, fresh.base);
    set(segment + segmentSize, fresh.bytes);
    set(segment + segmentFlags, fresh.flags);
    set(segment + segmentNext, record);
    std::uint64_t fence = chunk + recordChunk;
    setHead(fence, fencepost);
    while (fence + 8 + headAt < end) {
        fence += 8;
        setHead(fence, fencepost);
    }
    if (chunk != oldTop) {
        setHead(chunk, recordChunk | inUse);
        setFree(oldTop, chunk - oldTop);
        insert(l, oldTop, chunk - oldTop);
    }
}

template <class Memory> void DlmallocHeap<Memory>::initTop(std::uint64_t at, std::uint64_t bytes) {
    using namespace dlmalloc_layout;
    set(top, at);
    set(topSize, bytes);
    setHead(at, bytes | beforeInUse);
    setHead(at + bytes, topFoot);
    set(trimCheck, trimThreshold);
}

template <class Memory> void DlmallocHeap<Memory>::initBins() {
    using namespace dlmalloc_layout;
    for (unsigned bin = 0; bin < bins; ++bin) {
        store(binAt(bin) + nextAt, binAt(bin));
        store(binAt(bin) + previousAt, binAt(bin));
    }
}

/// More, or less if negative, is taken from the system.
template <class Memory> void DlmallocHeap<Memory>::count(std::uint64_t bytes) {
    using namespace dlmalloc_layout;
    const std::uint64_t now = get(footprintBytes) + bytes;
    set(footprintBytes, now);
    if (now > get(mostFootprint)) {
        set(mostFootprint, now);
    }
}

template <class Memory> void DlmallocHeap<Memory>::unmapChunk(Locals& l) {
    using namespace dlmalloc_layout;
    step(Line::Unmap, l);
    const std::uint64_t offset = load(l.chunk);
    check(offset == 0 && l.chunk % page == 0, l.chunk, offset);
    const std::uint64_t bytes = l.bytes + mappedFoot;
    check(bytes % page == 0, l.chunk + headAt, l.bytes);
    system_.unmap(l.chunk, bytes);
    count(0 - bytes);
    memory_.reason(Rule::HeapFreed, bytes);
}

/// As many whole pages of top as can be, and segments that nobody uses. If that is nothing, it is
/// not tried again until top has changed its segment.
template <class Memory> void DlmallocHeap<Memory>::trim(Locals& l) {
    using namespace dlmalloc_layout;
    step(Line::Trim, l);
    const std::uint64_t released = trimTop() + releaseSegments(l);
    if (released == 0 && get(topSize) > get(trimCheck)) {
        set(trimCheck, ~std::uint64_t{0});
    }
}

template <class Memory> std::uint64_t DlmallocHeap<Memory>::trimTop() {
    using namespace dlmalloc_layout;
    const std::uint64_t size = get(topSize);
    if (size <= topFoot) {
        return 0;
    }
    const std::uint64_t extra = ((size - topFoot + page - 1) / page - 1) * page;
    const std::uint64_t record = segmentOf(get(top));
    const std::uint64_t bytes = load(record + segmentSize);
    const std::uint64_t kind = load(record + segmentFlags);
    const std::uint64_t end = load(record) + bytes;
    if ((kind & external) != 0 || extra == 0) {
        return 0;
    }
    if ((kind & mapped) != 0) {
        if (bytes < extra || holdsRecord(record)) {
            return 0;
        }
        system_.unmap(end - extra, extra);
    } else if (system_.programBreak() == end) {
        system_.lowerBreak(extra);
    } else {
        return 0;
    }
    store(record + segmentSize, bytes - extra);
    count(0 - extra);
    initTop(get(top), size - extra);
    return extra;
}

/// Older mapped segments that are one free chunk.
template <class Memory> std::uint64_t DlmallocHeap<Memory>::releaseSegments(Locals& l) {
    using namespace dlmalloc_layout;
    step(Line::Release, l);
    std::uint64_t released = 0;
    std::uint64_t segments = 0;
    std::uint64_t before = state_ + segment;
    for (std::uint64_t record = load(before + segmentNext); record != 0; ++segments) {
        check(segments < SystemAreas<Memory>::mostRuns, before, record);
        const std::uint64_t base = load(record);
        const std::uint64_t bytes = load(record + segmentSize);
        const std::uint64_t kind = load(record + segmentFlags);
        const std::uint64_t next = load(record + segmentNext);
        const std::uint64_t head = (kind & mapped) != 0 ? headOf(base) : inUse;
        if (!isInUse(head) && (kind & external) == 0 &&
            base + sizeOf(head) >= base + bytes - topFoot) {
            if (base == get(victim)) {
                set(victim, 0);
                set(victimSize, 0);
            } else {
                unlinkLarge(l, base);
            }
            system_.unmap(base, bytes);
            count(0 - bytes);
            released += bytes;
            store(before + segmentNext, next);
        } else {
            before = record;
        }
        record = next;
    }
    set(releaseChecks, std::max(segments, releaseRate));
    return released;
}

/// The record of the segment that an address lies in.
template <class Memory> std::uint64_t DlmallocHeap<Memory>::segmentOf(std::uint64_t at) {
    using namespace dlmalloc_layout;
    std::uint64_t record = state_ + segment;
    for (unsigned i = 0; at - load(record) >= load(record + segmentSize); ++i) {
        record = load(record + segmentNext);
        check(record != 0 && i < SystemAreas<Memory>::mostRuns, record, at);
    }
    return record;
}

/// A segment that holds the record of another one cannot shrink.
template <class Memory> bool DlmallocHeap<Memory>::holdsRecord(std::uint64_t record) {
    using namespace dlmalloc_layout;
    const std::uint64_t base = load(record);
    const std::uint64_t bytes = load(record + segmentSize);
    std::uint64_t other = state_ + segment;
    for (unsigned i = 0; other != 0 && i < SystemAreas<Memory>::mostRuns; ++i) {
        if (other - base < bytes) {
            return true;
        }
        other = load(other + segmentNext);
    }
    return false;
}

} // namespace fragscope
