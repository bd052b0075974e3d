#pragma once

#include "fragscope/kernel/frames/frame_layout.h"
#include "fragscope/kernel/frames/kernel_memory.h"

#include <optional>

namespace fragscope {

/// The kernel's own heap in emulated memory, as small as such heaps were: a list of free blocks in
/// order of address, first fit, the end of the block found is given out, neighbours are merged.
/// Each block begins with a word that holds its size. Objects lie beside each other without gaps,
/// so one that is overrun destroys the next one's header and first words.
///
/// Blocks: header (size in bytes, header included, a multiple of 16) and, of free ones, the address
/// of the next free block. Source: Kernighan and Ritchie, The C Programming Language, 8.7.
class KernelHeap {
public:
    static constexpr std::uint64_t granule = 16; ///< bytes

    KernelHeap(KernelMemory& memory, ByteCount size) : memory_(memory), size_(size) {}

    /// One free block.
    void initialise();

    /// Address of an object of `size` bytes; nothing if no free block is large enough.
    [[nodiscard]] std::optional<VirtAddr> allocate(ByteCount size);

    /// Gives an object back. `object` must come from allocate().
    void free(VirtAddr object);

private:
    struct Block {
        VirtAddr start;
        std::uint64_t size = 0;
        VirtAddr next;
    };

    [[nodiscard]] Block blockAt(VirtAddr start);
    void write(const Block& block);

    [[nodiscard]] VirtAddr first() { return VirtAddr(memory_.variable(kernel_variable::heapFree)); }

    /// No list of free blocks is longer, unless it was overwritten and leads in a circle.
    [[nodiscard]] std::uint64_t mostBlocks() const { return size_.value / granule; }

    void link(VirtAddr before, VirtAddr next);

    KernelMemory& memory_;
    ByteCount size_;
};

} // namespace fragscope
