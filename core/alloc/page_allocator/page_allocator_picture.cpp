#include "fragscope/alloc/memory/backing_reader.h"
#include "fragscope/alloc/page_allocator/page_allocator_layout.h"

namespace fragscope::page_allocator {

namespace {

struct Decoder {
    const Layout& layout;
    const ArenaReader& reader;

    [[nodiscard]] std::uint8_t byteOf(std::uint64_t page, std::uint64_t which) const {
        return readNumber<std::uint8_t>(reader, layout.entryAt(page) + which);
    }

    [[nodiscard]] bool isFree(std::uint64_t page, unsigned order) const {
        return page < layout.pages && byteOf(page, stateOffset) == (freeMark | order);
    }

    [[nodiscard]] std::uint32_t number(std::uint64_t at) const {
        return readNumber<std::uint32_t>(reader, at);
    }

    // ---- blocks ----
    void readBlocks(HeapPicture& picture) const {
        for (std::uint64_t page = 0; page < layout.pages;) {
            const VirtAddr at(layout.addressOf(page));
            const std::uint8_t mark = byteOf(page, stateOffset);
            const unsigned order = mark & orderMask;
            const bool free = (mark & freeMark) != 0;
            if (free == ((mark & usedMark) != 0) || order > layout.largestOrder(page)) {
                picture.broken("no order of a block that can begin here", at);
                return;
            }
            picture.blocks.push_back({at, ByteCount(pageBytes << order), !free, false, order});
            if (free && !checkFree(page, order, picture)) {
                return;
            }
            page += std::uint64_t{1} << order;
        }
    }

    bool checkFree(std::uint64_t page, unsigned order, HeapPicture& picture) const {
        const VirtAddr at(layout.addressOf(page));
        if (order + 1 < orders && isFree(layout.buddyOf(page, order), order)) {
            picture.broken("both buddies are free", at);
        }
        const std::uint8_t type = byteOf(page, typeOffset);
        const std::uint64_t step = std::uint64_t{1} << layout.blockOrder;
        for (std::uint64_t done = 0; done < std::uint64_t{1} << order; done += step) {
            if (readNumber<std::uint8_t>(reader, layout.typeOfPageBlockAt(page + done)) != type) {
                picture.broken("a free block has another type than its page block", at);
            }
        }
        return picture.whole();
    }

    // ---- lists ----
    /// Blocks of the order that lists hold.
    std::uint64_t readLists(unsigned order, HeapPicture& picture) const {
        std::uint64_t members = 0;
        for (unsigned type = 0; type < types && picture.whole(); ++type) {
            members += readList(order, type, picture);
        }
        if (picture.whole() && reader.word(VirtAddr(layout.countAt(order))) != members) {
            picture.broken("nr_free is not the number of blocks in the lists of the order",
                           VirtAddr(layout.countAt(order)));
        }
        return members;
    }

    std::uint64_t readList(unsigned order, unsigned type, HeapPicture& picture) const {
        const ByteCount length(pageBytes << order);
        FreeListPicture list{"order", order, type, length, length, {}};
        std::uint32_t previous = none;
        std::uint32_t page = number(layout.firstAt(order, type));
        while (page != none) {
            if (!isFree(page, order) || byteOf(page, typeOffset) != type) {
                picture.broken("a list leads to something that is no free block of its order and "
                               "type",
                               VirtAddr(layout.addressOf(page)));
                return 0;
            }
            if (number(layout.entryAt(page) + previousOffset) != previous) {
                picture.broken("a back link does not lead to the block before",
                               VirtAddr(layout.addressOf(page)));
                return 0;
            }
            list.members.push_back({VirtAddr(layout.addressOf(page)), length});
            previous = page;
            page = number(layout.entryAt(page) + nextOffset);
        }
        if (number(layout.lastAt(order, type)) != previous) {
            picture.broken("the end of a list is not its last block",
                           VirtAddr(layout.lastAt(order, type)));
        }
        const std::uint64_t members = list.members.size();
        if (members != 0) {
            picture.lists.push_back(std::move(list));
        }
        return members;
    }
};

} // namespace

HeapPicture decode(const Layout& layout, const ArenaReader& reader, const HeapExtent& heap) {
    HeapPicture picture;
    const Decoder decoder{layout, reader};
    decoder.readBlocks(picture);
    std::uint64_t free = 0;
    for (const HeapBlock& block : picture.blocks) {
        free += block.used ? 0U : 1U;
    }
    for (unsigned order = 0; order < orders && picture.whole(); ++order) {
        free -= decoder.readLists(order, picture);
    }
    if (picture.whole() && free != 0) {
        picture.broken("a free block is in no list", VirtAddr(heap.start));
    }
    return picture;
}

} // namespace fragscope::page_allocator
