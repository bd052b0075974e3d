#include "fragscope/alloc/segregated_layout.h"

#include <algorithm>

namespace fragscope::segregated_layout {

namespace {

bool isFreeBlock(const HeapPicture& picture, std::uint64_t start, unsigned list) {
    const auto found = std::lower_bound(
        picture.blocks.begin(), picture.blocks.end(), start,
        [](const HeapBlock& block, std::uint64_t at) { return block.start.value < at; });
    return found != picture.blocks.end() && found->start.value == start && !found->used &&
           listOf(found->length.value) == list;
}

/// One list: returns how many blocks it has; both directions must agree.
std::size_t
checkList(const ArenaReader& reader, VirtAddr start, unsigned list, HeapPicture& picture) {
    const VirtAddr head = start + headsOffset + ByteCount(list * wordBytes);
    std::uint64_t previous = 0;
    std::size_t count = 0;
    for (std::uint64_t block = reader.word(head); block != 0 && picture.whole(); ++count) {
        if (!isFreeBlock(picture, block, list)) {
            picture.broken("a list leads to something that is no free block of its class",
                           VirtAddr(block));
        } else if (reader.word(VirtAddr(block) + previousOffset) != previous) {
            picture.broken("a back link does not lead to the block before", VirtAddr(block));
        } else {
            previous = block;
            block = reader.word(VirtAddr(block) + nextOffset);
        }
    }
    const bool marked = (reader.word(start + bitmapOffset) >> list & 1U) != 0;
    if (picture.whole() && marked != (count != 0)) {
        picture.broken("the bit of a list is wrong", start + bitmapOffset);
    }
    return count;
}

void checkLists(const ArenaReader& reader, VirtAddr start, HeapPicture& picture) {
    std::size_t listed = 0;
    for (unsigned list = 0; list < lists && picture.whole(); ++list) {
        listed += checkList(reader, start, list, picture);
    }
    const auto free =
        static_cast<std::size_t>(std::count_if(picture.blocks.begin(), picture.blocks.end(),
                                               [](const HeapBlock& block) { return !block.used; }));
    if (picture.whole() && listed != free) {
        picture.broken("a free block is in no list", start);
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
    const VirtAddr limit = limitOf(end);
    VirtAddr at = start + firstBlockOffset;
    while (at < limit) {
        const std::uint64_t tag = reader.word(at);
        if (!isSound(tag, at, limit)) {
            return picture.broken("no length of a block", at);
        }
        const HeapBlock block{at, ByteCount(lengthOf(tag)), !isFree(tag)};
        if (reader.word(at + block.length - ByteCount(tagBytes)) != tag) {
            return picture.broken("the tags of a block differ", at);
        }
        if (!block.used && !picture.blocks.empty() && !picture.blocks.back().used) {
            return picture.broken("two free blocks beside each other", at);
        }
        picture.blocks.push_back(block);
        at += block.length;
    }
    checkLists(reader, start, picture);
    return picture;
}

} // namespace fragscope::segregated_layout
