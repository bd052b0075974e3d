#pragma once

#include "fragscope/base/units.h"

/// How the kernel keeps its books of physical frames (seed 004). The first value of each is the
/// safe one and the default.
namespace fragscope {

/// Where the owners of a frame are noted.
enum class FrameBooks : std::uint8_t {
    Array, ///< in its element of the guarded array; further owners in a guarded pool of nodes
    List,  ///< in one linked list of nodes of the kernel heap, as the seed had it at first
};

/// How the kernel's own pages are booked.
enum class KernelPages : std::uint8_t { Table, Counter };

/// How the free list is built.
enum class FrameInit : std::uint8_t { Bordered, OffByOne };

/// What a process that ends gives back of its page tables.
enum class TableRelease : std::uint8_t { Complete, LeakTables };

struct FrameSettings {
    FrameBooks books = FrameBooks::Array;
    KernelPages kernelPages = KernelPages::Table;
    FrameInit init = FrameInit::Bordered;
    TableRelease tableRelease = TableRelease::Complete;
    bool stepBoot = false;        ///< build the free list in micro-steps
    std::uint64_t ownerNodes = 0; ///< of the pool; 0 = one for two frames
    ByteCount kernelHeap{};       ///< 0 = 16 KiB, with books = list 32 bytes a frame
};

} // namespace fragscope
