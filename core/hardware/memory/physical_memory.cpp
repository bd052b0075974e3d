#include "fragscope/hardware/memory/physical_memory.h"

#include "fragscope/base/text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr unsigned maxPhysicalBits = 52;

std::uint64_t onesOf(unsigned bytes) {
    return ~0ULL >> (64 - 8 * bytes);
}

ByteCount restOfFrame(PhysAddr address) {
    return ByteCount(pageBytes - offsetInPage(address));
}

/// Bytes of the frame that ends where `end` begins or inside which `end` lies.
ByteCount frameBefore(PhysAddr end) {
    return ByteCount(((end.value - 1) & pageOffsetMask) + 1);
}

bool isWholeFrame(PhysAddr address, ByteCount length) {
    return offsetInPage(address) == 0 && length.value == pageBytes;
}

} // namespace

PhysicalMemory::PhysicalMemory(EventBus& events,
                               ByteCount size,
                               const std::vector<MemorySpan>& holes)
    : events_(events), size_(size), holes_(holes),
      directory_(PageCount((size.value + pageOffsetMask) >> pageShift)) {
    FRAGSCOPE_CHECK(size.value % pageBytes == 0 && size.value <= 1ULL << maxPhysicalBits,
                    text(size));
    for (const MemorySpan& hole : holes_) {
        FRAGSCOPE_CHECK(offsetInPage(hole.start) == 0 && hole.length.value % pageBytes == 0,
                        text(hole.start));
    }
    std::sort(holes_.begin(), holes_.end(),
              [](const MemorySpan& a, const MemorySpan& b) { return a.start < b.start; });
}

bool PhysicalMemory::isRam(FrameNumber frame) const {
    if (frame.value >= frameCount().value) {
        return false;
    }
    const PhysAddr address = startOf(frame);
    return std::none_of(holes_.begin(), holes_.end(), [&](const MemorySpan& hole) {
        return address >= hole.start && address - hole.start < hole.length;
    });
}

std::string PhysicalMemory::describeAccess(PhysAddr address, unsigned bytes) {
    return fmt::format("{} bytes at {}", bytes, text(address));
}

void PhysicalMemory::emitHoleAccess(PhysAddr address, std::uint64_t value, unsigned bytes) const {
    Event event;
    event.kind = EventKind::HoleAccess;
    event.paddr = address.value;
    event.value = value;
    event.size = static_cast<std::uint8_t>(bytes);
    events_.emit(event);
}

std::uint64_t PhysicalMemory::loadUnbacked(PhysAddr address, unsigned bytes) const {
    if (isRam(frameOf(address))) {
        return 0;
    }
    emitHoleAccess(address, onesOf(bytes), bytes);
    return onesOf(bytes);
}

std::byte* PhysicalMemory::writableBytes(FrameNumber frame) {
    FrameChunk& chunk = directory_.findOrMake(frame);
    directory_.markDirty(chunk, frame);
    return chunk.pages[frame.value % FrameChunk::frames].writable();
}

void PhysicalMemory::replacePage(FrameNumber frame, PageRef page) {
    FrameChunk& chunk = directory_.findOrMake(frame);
    directory_.markDirty(chunk, frame);
    chunk.pages[frame.value % FrameChunk::frames] = std::move(page);
}

void PhysicalMemory::store(PhysAddr address, std::uint64_t value, unsigned bytes) {
    if (storeIntoRam(address, value, bytes) && events_.wants(EventKind::PhysStore)) {
        Event event;
        event.kind = EventKind::PhysStore;
        event.paddr = address.value;
        event.value = value & onesOf(bytes);
        event.size = static_cast<std::uint8_t>(bytes);
        events_.emit(event);
    }
}

bool PhysicalMemory::storeIntoRam(PhysAddr address, std::uint64_t value, unsigned bytes) {
    checkWithinFrame(address, bytes);
    const FrameNumber frame = frameOf(address);
    const FrameChunk* chunk = directory_.find(frame);
    const bool backed = chunk != nullptr && !chunk->pages[frame.value % FrameChunk::frames].empty();
    if (!backed && !isRam(frame)) [[unlikely]] {
        emitHoleAccess(address, value & onesOf(bytes), bytes);
        return false;
    }
    std::memcpy(writableBytes(frame) + offsetInPage(address), &value, bytes);
    return true;
}

bool PhysicalMemory::isAllRam(PhysAddr address, ByteCount length) const {
    const PhysAddr end = address + length;
    return end.value <= size_.value &&
           std::none_of(holes_.begin(), holes_.end(), [&](const MemorySpan& hole) {
               return address < hole.start + hole.length && hole.start < end;
           });
}

void PhysicalMemory::emitFill(PhysAddr address, ByteCount length, std::byte value) const {
    if (events_.wants(EventKind::PhysFill)) {
        Event event;
        event.kind = EventKind::PhysFill;
        event.paddr = address.value;
        event.value = std::to_integer<std::uint64_t>(value);
        event.a = length.value;
        events_.emit(event);
    }
}

void PhysicalMemory::emitCopy(PhysAddr destination, PhysAddr source, ByteCount length) const {
    if (events_.wants(EventKind::PhysCopy)) {
        Event event;
        event.kind = EventKind::PhysCopy;
        event.paddr = destination.value;
        event.a = source.value;
        event.b = length.value;
        events_.emit(event);
    }
}

bool PhysicalMemory::fillWithinFrame(PhysAddr address, ByteCount length, std::byte value) {
    const FrameNumber frame = frameOf(address);
    if (!isRam(frame)) {
        emitHoleAccess(address, std::to_integer<std::uint64_t>(value), 1);
        return false;
    }
    if (isWholeFrame(address, length) && value == std::byte{0}) {
        replacePage(frame, PageRef());
    } else {
        std::memset(writableBytes(frame) + offsetInPage(address), std::to_integer<int>(value),
                    length.value);
    }
    return true;
}

void PhysicalMemory::fill(PhysAddr address, ByteCount length, std::byte value) {
    const bool oneEvent = isAllRam(address, length);
    ByteCount done;
    while (done < length) {
        const PhysAddr at = address + done;
        const ByteCount piece = std::min(length - done, restOfFrame(at));
        if (fillWithinFrame(at, piece, value) && !oneEvent) {
            emitFill(at, piece, value);
        }
        done += piece;
    }
    if (oneEvent && length.value > 0) {
        emitFill(address, length, value);
    }
}

void PhysicalMemory::copyRam(PhysAddr destination, PhysAddr source, ByteCount length) {
    const PageRef from = page(frameOf(source));
    if (isWholeFrame(source, length) && isWholeFrame(destination, length)) {
        replacePage(frameOf(destination), from);
        return;
    }
    std::byte* target = writableBytes(frameOf(destination)) + offsetInPage(destination);
    if (from.empty()) {
        std::memset(target, 0, length.value);
    } else {
        std::memmove(target, from.bytes() + offsetInPage(source), length.value);
    }
}

void PhysicalMemory::copyPiece(PhysAddr destination,
                               PhysAddr source,
                               ByteCount length,
                               bool oneEvent) {
    if (!isRam(frameOf(source))) {
        emitHoleAccess(source, onesOf(1), 1);
        if (fillWithinFrame(destination, length, std::byte{0xff})) {
            emitFill(destination, length, std::byte{0xff});
        }
    } else if (!isRam(frameOf(destination))) {
        emitHoleAccess(destination, load(source, 1), 1);
    } else {
        copyRam(destination, source, length);
        if (!oneEvent) {
            emitCopy(destination, source, length);
        }
    }
}

void PhysicalMemory::copy(PhysAddr destination, PhysAddr source, ByteCount length) {
    const bool oneEvent = isAllRam(destination, length) && isAllRam(source, length);
    const bool upwards = destination <= source; // never overwrite what is still to be read
    ByteCount done;
    while (done < length) {
        const ByteCount left = length - done;
        if (upwards) {
            const PhysAddr to = destination + done;
            const PhysAddr from = source + done;
            const ByteCount piece = std::min({left, restOfFrame(to), restOfFrame(from)});
            copyPiece(to, from, piece, oneEvent);
            done += piece;
        } else {
            const PhysAddr toEnd = destination + left;
            const PhysAddr fromEnd = source + left;
            const ByteCount piece = std::min({left, frameBefore(toEnd), frameBefore(fromEnd)});
            copyPiece(toEnd - piece, fromEnd - piece, piece, oneEvent);
            done += piece;
        }
    }
    if (oneEvent && length.value > 0) {
        emitCopy(destination, source, length);
    }
}

PageRef PhysicalMemory::page(FrameNumber frame) const {
    const FrameChunk* chunk = directory_.find(frame);
    return chunk == nullptr ? PageRef() : chunk->pages[frame.value % FrameChunk::frames];
}

void PhysicalMemory::emitPageImages() {
    for (const FrameNumber frame : takeDirtyFrames()) {
        events_.emitPageImage(startOf(frame), page(frame));
    }
}

} // namespace fragscope
