#include "fragscope/alloc/allocators/buddy_layout.h"
#include "fragscope/alloc/memory/backing_reader.h"

namespace fragscope::buddy {

namespace {

struct Decoder {
    const Layout& layout;
    const ArenaReader& reader;
    HeapExtent heap;

    [[nodiscard]] std::uint8_t state(std::uint64_t offset) const {
        return readNumber<std::uint8_t>(reader, layout.stateAt(heap.books, offset));
    }

    [[nodiscard]] std::uint64_t link(std::uint64_t block, std::uint64_t which) const {
        return readNumber<std::uint64_t>(
            reader, layout.linksAt(heap.start, heap.books, block - heap.start) + which);
    }

    void readBlocks(HeapPicture& picture) const {
        const std::uint64_t end = layout.usable(heap.end - heap.start);
        std::uint64_t offset = 0;
        while (offset < end) {
            const VirtAddr at(heap.start + offset);
            const std::uint8_t mark = state(offset);
            const unsigned order = mark & orderMask;
            const bool free = (mark & freeMark) != 0;
            if (free == ((mark & usedMark) != 0) || order > layout.largestOrder(offset, end)) {
                picture.broken("no order of a block that can begin here", at);
                return;
            }
            const std::uint64_t length = layout.bytesOf(order);
            picture.blocks.push_back({at, ByteCount(length), !free, false, order});
            if (free && (offset ^ length) + length <= end && state(offset ^ length) == mark) {
                picture.broken("both buddies are free", at);
                return;
            }
            offset += length;
        }
        if (heap.start + end < heap.end) {
            picture.blocks.push_back(
                {VirtAddr(heap.start + end), ByteCount(heap.end - heap.start - end), false, true});
        }
    }

    void readList(unsigned order, HeapPicture& picture) const {
        const std::uint64_t length = layout.bytesOf(order);
        FreeListPicture list{"order", order, 0, ByteCount(length), ByteCount(length), {}};
        std::uint64_t previous = none;
        std::uint64_t block = reader.word(VirtAddr(heap.books + headsOffset + order * wordBytes));
        while (block != none) {
            const std::uint64_t offset = block - heap.start;
            if (offset >= heap.end - heap.start || offset % layout.least != 0 ||
                state(offset) != (freeMark | order)) {
                picture.broken("a list leads to something that is no free block of its order",
                               VirtAddr(block));
                return;
            }
            if (link(block, 8) != previous) {
                picture.broken("a back link does not lead to the block before", VirtAddr(block));
                return;
            }
            list.members.push_back({VirtAddr(block), ByteCount(length)});
            previous = block;
            block = link(block, 0);
        }
        const bool marked = (reader.word(VirtAddr(heap.books)) >> order & 1U) != 0;
        if (marked == list.members.empty()) {
            picture.broken("the bit of a list is wrong", VirtAddr(heap.books));
        }
        if (!list.members.empty()) {
            picture.lists.push_back(list);
        }
    }
};

} // namespace

HeapPicture decode(const Layout& layout, const ArenaReader& reader, const HeapExtent& heap) {
    HeapPicture picture;
    const Decoder decoder{layout, reader, heap};
    decoder.readBlocks(picture);
    for (unsigned order = 0; order < orders && picture.whole(); ++order) {
        decoder.readList(order, picture);
    }
    std::size_t free = 0;
    for (const HeapBlock& block : picture.blocks) {
        free += !block.used && !block.books ? 1U : 0U;
    }
    for (const FreeListPicture& list : picture.lists) {
        free -= list.members.size();
    }
    if (picture.whole() && free != 0) {
        picture.broken("a free block is in no list", VirtAddr(heap.start));
    }
    return picture;
}

} // namespace fragscope::buddy
