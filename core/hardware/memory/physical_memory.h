#pragma once

#include "fragscope/base/page.h"
#include "fragscope/base/units.h"
#include "fragscope/event/event_bus.h"

#include <vector>

namespace fragscope {

/// A contiguous piece of physical memory with RAM behind it; start and length in whole frames.
struct MemorySpan {
    PhysAddr start;
    ByteCount length;
};

/// Physical memory with real bytes: RAM spans and holes. Frames never written stay unbacked and read zero.
///
/// Invariants: (1) an access never crosses a frame border (the caller splits it); (2) a hole reads all
/// ones, drops writes and raises a HoleAccess event; (3) a page that somebody else still references is
/// never written in place (copy-on-write).
/// The machine's parts write only through this class; the view gets the pages by reference.
class PhysicalMemory {
public:
    /// RAM of `size` bytes from address 0, less the holes.
    PhysicalMemory(EventBus& events, ByteCount size, const std::vector<MemorySpan>& holes = {});

    [[nodiscard]] ByteCount size() const;
    [[nodiscard]] PageCount frameCount() const;
    [[nodiscard]] bool isRam(FrameNumber frame) const;

    /// Reads `bytes` (1 to 8) at `address`, little endian.
    [[nodiscard]] std::uint64_t load(PhysAddr address, unsigned bytes = wordBytes) const;

    /// Stores and emits PhysStore: for the kernel and the page walk.
    void store(PhysAddr address, std::uint64_t value, unsigned bytes = wordBytes);

    /// Stores without an event: for accesses that emit their own Store event.
    void storeQuietly(PhysAddr address, std::uint64_t value, unsigned bytes = wordBytes);

    /// Fills and emits one PhysFill; may cross frames.
    void fill(PhysAddr address, ByteCount length, std::byte value);

    /// Copies like memmove and emits one PhysCopy; may cross frames.
    void copy(PhysAddr destination, PhysAddr source, ByteCount length);

    /// The page behind a frame (empty reference if never written or a hole).
    [[nodiscard]] PageRef page(FrameNumber frame) const;

    /// Frames written since the last call, ascending. For coalesced events and for the replica at the head.
    [[nodiscard]] std::vector<FrameNumber> takeDirtyFrames();

    /// Emits one PageImage for each frame written since the last slice.
    void emitPageImages();
};

} // namespace fragscope
