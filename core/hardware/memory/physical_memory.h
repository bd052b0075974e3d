#pragma once

#include "fragscope/base/check.h"
#include "fragscope/base/page.h"
#include "fragscope/base/units.h"
#include "fragscope/event/event_bus.h"
#include "fragscope/hardware/memory/frame_directory.h"

#include <cstring>
#include <vector>

namespace fragscope {

/// A contiguous piece of physical memory with RAM behind it; start and length in whole frames.
struct MemorySpan {
    PhysAddr start;
    ByteCount length;
};

/// Physical memory with real bytes: RAM spans and holes. Frames never written stay unbacked and
/// read zero. Addresses at or above `size()` behave like a hole.
///
/// Invariants: (1) an access never crosses a frame border (the caller splits it); (2) a hole reads
/// all ones, drops writes and raises a HoleAccess event; (3) a page that somebody else still
/// references is never written in place (copy-on-write). The machine's parts write only through
/// this class; the view gets the pages by reference.
///
/// Modelled: physical memory with real bytes, RAM and holes, up to 2^52 bytes; a hole reads all
/// ones and drops writes.
class PhysicalMemory {
public:
    /// RAM of `size` bytes (whole frames, at most 2^52) from address 0, less the holes.
    PhysicalMemory(EventBus& events, ByteCount size, const std::vector<MemorySpan>& holes = {});

    [[nodiscard]] ByteCount size() const { return size_; }

    [[nodiscard]] PageCount frameCount() const { return PageCount(size_.value >> pageShift); }

    [[nodiscard]] bool isRam(FrameNumber frame) const;

    /// Reads `bytes` (1 to 8) at `address`, little endian.
    [[nodiscard]] std::uint64_t load(PhysAddr address, unsigned bytes = wordBytes) const {
        checkWithinFrame(address, bytes);
        const FrameChunk* chunk = directory_.find(frameOf(address));
        if (chunk == nullptr) [[unlikely]] {
            return loadUnbacked(address, bytes);
        }
        const std::byte* page = chunk->pages[frameOf(address).value % FrameChunk::frames].bytes();
        if (page == nullptr) [[unlikely]] {
            return loadUnbacked(address, bytes);
        }
        std::uint64_t value = 0;
        if (bytes == wordBytes) [[likely]] {
            std::memcpy(&value, page + offsetInPage(address), wordBytes);
        } else {
            std::memcpy(&value, page + offsetInPage(address), bytes);
        }
        return value;
    }

    /// Tells the host that the byte will be read soon; no effect that anybody can see.
    void prefetch(PhysAddr address) const {
        const FrameChunk* chunk = directory_.find(frameOf(address));
        if (chunk != nullptr) {
            const std::byte* page =
                chunk->pages[frameOf(address).value % FrameChunk::frames].bytes();
            __builtin_prefetch(page + offsetInPage(address));
        }
    }

    /// Stores and emits PhysStore: for the kernel and the page walk.
    void store(PhysAddr address, std::uint64_t value, unsigned bytes = wordBytes);

    /// Stores without an event: for accesses that emit their own Store event.
    void storeQuietly(PhysAddr address, std::uint64_t value, unsigned bytes = wordBytes) {
        static_cast<void>(storeIntoRam(address, value, bytes));
    }

    /// Fills and emits one PhysFill (one per frame of RAM if the range touches a hole); may cross
    /// frames.
    void fill(PhysAddr address, ByteCount length, std::byte value);

    /// Copies like memmove and emits one PhysCopy; may cross frames. If a range touches a hole
    /// there is one event per piece, and PhysFill for what was read from a hole. Whole frames are
    /// copied by sharing the page until one of the two is written.
    void copy(PhysAddr destination, PhysAddr source, ByteCount length);

    /// The page behind a frame (empty reference if never written or a hole).
    [[nodiscard]] PageRef page(FrameNumber frame) const;

    /// Frames written since the last call, ascending. For coalesced events and for the replica at
    /// the head.
    [[nodiscard]] std::vector<FrameNumber> takeDirtyFrames() { return directory_.takeDirty(); }

    /// Emits one PageImage for each frame written since the last call.
    void emitPageImages();

private:
    static void checkWithinFrame(PhysAddr address, unsigned bytes) {
        FRAGSCOPE_CHECK(bytes - 1 < wordBytes && offsetInPage(address) + bytes <= pageBytes,
                        describeAccess(address, bytes));
    }

    static std::string describeAccess(PhysAddr address, unsigned bytes);
    [[nodiscard]] std::uint64_t loadUnbacked(PhysAddr address, unsigned bytes) const;
    void emitHoleAccess(PhysAddr address, std::uint64_t value, unsigned bytes) const;
    [[nodiscard]] bool isAllRam(PhysAddr address, ByteCount length) const;
    void emitFill(PhysAddr address, ByteCount length, std::byte value) const;
    void emitCopy(PhysAddr destination, PhysAddr source, ByteCount length) const;

    /// False if the address is in a hole: nothing was stored, HoleAccess was raised.
    [[nodiscard]] bool storeIntoRam(PhysAddr address, std::uint64_t value, unsigned bytes);
    [[nodiscard]] bool fillWithinFrame(PhysAddr address, ByteCount length, std::byte value);
    void copyPiece(PhysAddr destination, PhysAddr source, ByteCount length, bool oneEvent);
    void copyRam(PhysAddr destination, PhysAddr source, ByteCount length);

    /// The bytes of a RAM frame, made writable and marked dirty.
    [[nodiscard]] std::byte* writableBytes(FrameNumber frame);

    /// Makes `page` the contents of a RAM frame.
    void replacePage(FrameNumber frame, PageRef page);

    EventBus& events_;
    ByteCount size_;
    std::vector<MemorySpan> holes_; ///< ascending by start
    FrameDirectory directory_;
};

} // namespace fragscope
