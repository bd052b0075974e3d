#include "fragscope/alloc/allocators/region_layout.h"

#include <algorithm>

namespace fragscope::region {

namespace {

struct Decoder {
    std::uint64_t size;
    const ArenaReader& reader;
    HeapExtent heap;

    [[nodiscard]] std::uint64_t book(std::uint64_t offset) const {
        return reader.word(VirtAddr(heap.books + offset));
    }

    static void add(HeapPicture& picture, std::uint64_t from, std::uint64_t to, HeapBlock kind) {
        if (from < to) {
            kind.start = VirtAddr(from);
            kind.length = ByteCount(to - from);
            picture.blocks.push_back(kind);
        }
    }

    /// A region: its header, the blocks given out, and the room above them, which is free in the
    /// current and in empty regions only.
    [[nodiscard]] std::uint64_t readRegion(std::uint64_t at, HeapPicture& picture) const {
        const std::uint64_t length = reader.word(VirtAddr(at));
        const std::uint64_t top = reader.word(VirtAddr(at + topOffset));
        const std::uint64_t count = reader.word(VirtAddr(at + countOffset));
        const auto number = static_cast<std::uint32_t>((at - firstOf(heap.start)) / size);
        if (length == 0 || length % size != 0 || length > book(takenOffset) - at) {
            picture.broken("no length of a region", VirtAddr(at));
            return 0;
        }
        if (top < headerBytes || top > length || (count == 0) != (top == headerBytes)) {
            picture.broken("the top of a region does not fit its blocks", VirtAddr(at + topOffset));
            return 0;
        }
        const bool closed = count != 0 && at != book(currentOffset);
        add(picture, at, at + headerBytes, {{}, {}, false, true, number});
        add(picture, at + headerBytes, at + top, {{}, {}, true, false, number});
        add(picture, at + top, at + length, {{}, {}, false, closed, number});
        return length;
    }

    void readRegions(HeapPicture& picture) const {
        std::uint64_t at = firstOf(heap.start);
        add(picture, heap.start, at, {{}, {}, false, true});
        const std::uint64_t taken = book(takenOffset);
        if (taken < at || taken > heap.end) {
            picture.broken("the regions end outside the heap", VirtAddr(heap.books + takenOffset));
            return;
        }
        while (at < taken && picture.whole()) {
            at += readRegion(at, picture);
        }
        add(picture, taken, heap.end, {});
    }

    /// A header in front of room that is all free.
    [[nodiscard]] static const HeapBlock* emptyRegion(const HeapPicture& picture,
                                                      std::uint64_t at) {
        const auto found = std::lower_bound(
            picture.blocks.begin(), picture.blocks.end(), at,
            [](const HeapBlock& block, std::uint64_t place) { return block.start.value < place; });
        const bool good = found != picture.blocks.end() && found->start.value == at &&
                          found->books && found + 1 != picture.blocks.end() && !(found + 1)->used &&
                          !(found + 1)->books;
        return good ? &*(found + 1) : nullptr;
    }

    void readLists(HeapPicture& picture) const {
        const std::uint64_t current = book(currentOffset);
        if (current != none && reader.word(VirtAddr(current)) < size) {
            picture.broken("the current region is none", VirtAddr(heap.books));
            return;
        }
        FreeListPicture list{"empty region", 0, 0, ByteCount(size), {}, {}};
        list.most = ByteCount(heap.end - heap.start);
        std::uint64_t before = 0;
        for (std::uint64_t at = book(emptyOffset); at != none;) {
            const HeapBlock* room = emptyRegion(picture, at);
            if (room == nullptr || at < before || at == current) {
                picture.broken("the list of empty regions leads to something else", VirtAddr(at));
                return;
            }
            const ByteCount length = room->length + ByteCount(headerBytes);
            list.members.push_back({VirtAddr(at), length});
            before = at + length.value;
            at = reader.word(VirtAddr(at + linkOffset));
        }
        checkAllListed(picture, list.members.size(), current);
        picture.lists.push_back(std::move(list));
    }

    void checkAllListed(HeapPicture& picture, std::size_t listed, std::uint64_t current) const {
        std::uint64_t at = firstOf(heap.start);
        std::size_t empty = 0;
        while (at < book(takenOffset)) {
            empty += at != current && reader.word(VirtAddr(at + countOffset)) == 0 ? 1U : 0U;
            at += reader.word(VirtAddr(at));
        }
        if (empty != listed) {
            picture.broken("an empty region is not in the list", VirtAddr(heap.books));
        }
    }
};

} // namespace

HeapPicture decode(std::uint64_t size, const ArenaReader& reader, const HeapExtent& heap) {
    HeapPicture picture;
    const Decoder decoder{size, reader, heap};
    decoder.readRegions(picture);
    if (picture.whole()) {
        decoder.readLists(picture);
    }
    return picture;
}

std::uint64_t takenBytes(const ArenaReader& reader, const HeapExtent& heap) {
    return reader.word(VirtAddr(heap.books + takenOffset)) - heap.start;
}

} // namespace fragscope::region
