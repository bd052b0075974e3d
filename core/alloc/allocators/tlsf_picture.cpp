#include "fragscope/alloc/allocators/free_block_set.h"
#include "fragscope/alloc/allocators/tlsf_layout.h"
#include "fragscope/alloc/memory/backing_reader.h"

namespace fragscope::tlsf_layout {

namespace {

/// Reads a heap: first its blocks, then each list and its bits.
template <class Layout> class Decoder {
public:
    Decoder(const ArenaReader& reader, const HeapExtent& extent)
        : reader_(reader), extent_(extent), first_(extent.start + Layout::firstBlock) {}

    HeapPicture decode() {
        if (walk()) {
            FreeBlockSet free(heap_);
            const std::uint32_t rows = bits(extent_.start + Layout::rowBitmap);
            for (unsigned row = 0; row < Layout::rows && heap_.whole(); ++row) {
                readRow(row, (rows >> row & 1U) != 0, free);
            }
            if ((rows >> Layout::rows) != 0) {
                heap_.broken("the bitmap of rows has a bit of no row",
                             VirtAddr(extent_.start + Layout::rowBitmap));
            }
            if (const HeapBlock* left = free.leftOver(); heap_.whole() && left != nullptr) {
                heap_.broken("a free block is on no list", left->start);
            }
        }
        return std::move(heap_);
    }

private:
    static constexpr std::uint64_t word = wordBytesOf<Layout>();

    // ---- blocks ----
    bool walk() {
        add(extent_.start, startOf<Layout>(first_), false, true);
        bool previousFree = false;
        std::uint64_t previous = 0;
        std::uint64_t block = first_;
        for (;;) {
            const std::uint64_t header = load(block + word);
            const std::uint64_t size = sizeOf(header);
            if (size != 0 && !isSound<Layout>(block, header, extent_.end)) {
                return broken("the header gives a size that cannot be", block + word);
            }
            if (((header & previousFreeBit) != 0) != previousFree) {
                return broken("the header is wrong about the block before it", block + word);
            }
            if (previousFree && load(block) != previous) {
                return broken("the word in front of the header does not lead to the free block "
                              "before it",
                              block);
            }
            if (size == 0) {
                return endWalk(block, header);
            }
            const bool free = (header & freeBit) != 0;
            if (free && previousFree) {
                return broken("two free blocks lie next to each other", block + word);
            }
            const std::uint64_t next = behind<Layout>(block, size);
            add(startOf<Layout>(block), startOf<Layout>(next), !free, false);
            previousFree = free;
            previous = block;
            block = next;
        }
    }

    bool endWalk(std::uint64_t block, std::uint64_t header) {
        const std::uint64_t pool = Layout::poolBytes(extent_.end - extent_.start);
        if (block != behind<Layout>(first_, pool) || (header & freeBit) != 0) {
            return broken("a block of size 0, which only the last one has", block + word);
        }
        add(startOf<Layout>(block), extent_.end, false, true);
        return true;
    }

    // ---- lists ----
    void readRow(unsigned row, bool marked, FreeBlockSet& free) {
        const std::uint64_t at = extent_.start + Layout::listBitmaps + sizeof(std::uint32_t) * row;
        const std::uint32_t map = bits(at);
        if ((map != 0) != marked) {
            heap_.broken("the bitmap of rows is wrong about a row",
                         VirtAddr(extent_.start + Layout::rowBitmap));
        }
        for (unsigned list = 0; list < lists && heap_.whole(); ++list) {
            const std::uint64_t head =
                extent_.start + Layout::heads + word * (std::uint64_t{row} * lists + list);
            if ((load(head) != null()) != ((map >> list & 1U) != 0)) {
                heap_.broken("the bitmap of a row is wrong about a list", VirtAddr(at));
            } else if (load(head) != null()) {
                readList({row, list}, head, free);
            }
        }
    }

    void readList(MatrixPlace at, std::uint64_t head, FreeBlockSet& free) {
        const std::uint64_t least = leastOf<Layout>(at);
        const MatrixPlace above{at.list + 1 == lists ? at.row + 1 : at.row, (at.list + 1) % lists};
        FreeListPicture picture{
            "level", at.row, at.list, ByteCount(least), ByteCount(leastOf<Layout>(above) - 1), {}};
        std::uint64_t previous = null();
        std::uint64_t link = head;
        for (std::uint64_t block = load(head); block != null(); block = load(link)) {
            const HeapBlock* member = free.take(startOf<Layout>(block));
            if (member == nullptr) {
                heap_.broken("a link leads to something that is no free block, or listed twice",
                             VirtAddr(link));
                break;
            }
            if (placeOf<Layout>(member->length.value - Layout::header) != at) {
                heap_.broken("a free block is on the list of another size", member->start);
                break;
            }
            if (load(block + Layout::previous) != previous) {
                heap_.broken("a link back does not lead to the block before it in the list",
                             VirtAddr(block + Layout::previous));
                break;
            }
            picture.members.push_back({member->start, member->length});
            previous = block;
            link = block + Layout::next;
        }
        heap_.lists.push_back(std::move(picture));
    }

    // ---- words ----
    void add(std::uint64_t from, std::uint64_t to, bool used, bool books) {
        heap_.blocks.push_back({VirtAddr(from), ByteCount(to - from), used, books});
    }

    bool broken(std::string_view what, std::uint64_t at) {
        heap_.broken(what, VirtAddr(at));
        return false;
    }

    [[nodiscard]] std::uint64_t load(std::uint64_t at) const {
        return readNumber<typename Layout::Word>(reader_, at);
    }

    [[nodiscard]] std::uint32_t bits(std::uint64_t at) const {
        return readNumber<std::uint32_t>(reader_, at);
    }

    [[nodiscard]] std::uint64_t null() const { return Layout::hasNullBlock ? extent_.start : 0; }

    const ArenaReader& reader_;
    HeapExtent extent_;
    std::uint64_t first_;
    HeapPicture heap_;
};

} // namespace

template <class Layout> HeapPicture decode(const ArenaReader& reader, const HeapExtent& extent) {
    return Decoder<Layout>(reader, extent).decode();
}

template HeapPicture decode<Tlsf31>(const ArenaReader&, const HeapExtent&);
template HeapPicture decode<Tlsf244>(const ArenaReader&, const HeapExtent&);

} // namespace fragscope::tlsf_layout
