#include "fragscope/alloc/first_fit_layout.h"

namespace fragscope::first_fit_layout {

namespace {

/// The free list must name exactly the free blocks, in order of address.
void checkList(const ArenaReader& reader, VirtAddr start, HeapPicture& picture) {
    VirtAddr link = start + headOffset;
    for (const HeapBlock& block : picture.blocks) {
        if (block.used) {
            continue;
        }
        if (reader.word(link) != block.start.value) {
            picture.broken("the free list does not lead to the next free block", link);
            return;
        }
        link = block.start + nextOffset;
    }
    if (reader.word(link) != 0) {
        picture.broken("the free list goes on behind the last free block", link);
    }
}

} // namespace

HeapPicture decode(const ArenaReader& reader, VirtAddr start, VirtAddr end) {
    HeapPicture picture;
    if (start == end) {
        return picture;
    }
    if (reader.word(start) != (start + firstBlockOffset).value) {
        return picture.broken("the place of the first block is wrong", start);
    }
    VirtAddr at = start + firstBlockOffset;
    while (at < end) {
        const std::uint64_t header = reader.word(at);
        if (!isSound(header, at, end)) {
            return picture.broken("no length of a block", at);
        }
        const HeapBlock block{at, ByteCount(lengthOf(header)), isUsed(header)};
        if (!block.used && !picture.blocks.empty() && !picture.blocks.back().used) {
            return picture.broken("two free blocks beside each other", at);
        }
        picture.blocks.push_back(block);
        at += block.length;
    }
    checkList(reader, start, picture);
    return picture;
}

} // namespace fragscope::first_fit_layout
