#include "fragscope/alloc/allocators/sliding_layout.h"

namespace fragscope::sliding_layout {

HeapPicture decode(const ArenaReader& reader, const HeapExtent& extent, bool compact, bool table) {
    HeapPicture heap;
    FreeListPicture holes{"holes", 0, 0, ByteCount(headerBytes), ByteCount(~0ULL), {}};
    const std::uint64_t top = reader.word(VirtAddr(extent.books + topAt));
    if (top < extent.start || top > extent.end) {
        return heap.broken("the top lies outside the heap", VirtAddr(extent.books + topAt));
    }
    std::uint64_t block = extent.start;
    while (block < top) {
        const std::uint64_t word = reader.word(VirtAddr(block));
        if (!isSound(word, block, top)) {
            return heap.broken("a block's length is wrong", VirtAddr(block));
        }
        const std::uint64_t length = lengthOf(word);
        heap.blocks.push_back({VirtAddr(block), ByteCount(length), isUsed(word)});
        if (!isUsed(word)) {
            holes.members.push_back({VirtAddr(block), ByteCount(length)});
            if (compact) {
                return heap.broken("a hole in a heap that is kept compact", VirtAddr(block));
            }
        } else if (table) {
            const std::uint64_t entry = reader.word(VirtAddr(block + ownerAt));
            if (entry < extent.books + tableAt ||
                reader.word(VirtAddr(entry)) != block + headerBytes) {
                return heap.broken("a block's entry does not lead to it",
                                   VirtAddr(block + ownerAt));
            }
        }
        block += length;
    }
    if (top < extent.end) {
        heap.blocks.push_back({VirtAddr(top), ByteCount(extent.end - top)});
    }
    if (!holes.members.empty()) {
        heap.lists.push_back(holes);
    }
    if (top < extent.end) {
        heap.lists.push_back({"top",
                              1,
                              0,
                              ByteCount(1),
                              ByteCount(extent.end - top),
                              {{VirtAddr(top), ByteCount(extent.end - top)}}});
    }
    return heap;
}

} // namespace fragscope::sliding_layout
