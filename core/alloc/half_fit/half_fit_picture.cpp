#include "fragscope/alloc/allocators/free_block_set.h"
#include "fragscope/alloc/half_fit/half_fit_layout.h"

#include <type_traits>

namespace fragscope::half_fit_layout {

namespace {

template <class Layout> class Decoder {
public:
    Decoder(const ArenaReader& reader, const HeapExtent& extent)
        : reader_(reader), extent_(extent), first_(extent.start + Layout::first),
          end_(first_ + capacityOf<Layout>(extent.end - extent.start)) {}

    HeapPicture decode() {
        add(extent_.start, first_, false, true);
        if (walk()) {
            if (end_ < extent_.end) {
                add(end_, extent_.end, false, true);
            }
            FreeBlockSet free(heap_);
            const std::uint64_t map = load(extent_.start + Layout::bitmap);
            for (unsigned list = 0; list < lists && heap_.whole(); ++list) {
                readList(list, (map >> list & 1) != 0, free);
            }
            if (const HeapBlock* left = free.leftOver(); heap_.whole() && left != nullptr) {
                heap_.broken("a free block is on no list", left->start);
            }
        }
        return std::move(heap_);
    }

private:
    static constexpr bool isClassic = std::is_same_v<Layout, Classic>;

    struct Block {
        std::uint64_t size;
        bool free;
    };

    bool walk() {
        bool freeBefore = false;
        std::uint64_t before = 0;
        for (std::uint64_t at = first_; at < end_;) {
            const Block block = read(at);
            if (block.size < Layout::least || block.size % Layout::granule != 0 ||
                block.size > end_ - at) {
                return broken("a header gives a size that cannot be", at);
            }
            if (!isLinked(at, block, before)) {
                return false;
            }
            if (block.free && freeBefore) {
                return broken("two free blocks lie next to each other", at);
            }
            add(at, at + block.size, !block.free, false);
            freeBefore = block.free;
            before = at;
            at += block.size;
        }
        return true;
    }

    [[nodiscard]] Block read(std::uint64_t at) const {
        if constexpr (isClassic) {
            const std::uint64_t tag = load(at);
            return {tag & ~Classic::freeBit, (tag & Classic::freeBit) != 0};
        } else {
            return {load(at + PowerOfTwo::size), (load(at + PowerOfTwo::used) & 0xFF) == 0};
        }
    }

    /// Classic: both tags are the same. Else: the header leads to both neighbours.
    bool isLinked(std::uint64_t at, const Block& block, std::uint64_t before) {
        const std::uint64_t end = at + block.size;
        if constexpr (isClassic) {
            return load(end - 8) == load(at) ||
                   broken("the tags at both ends of a block differ", end - 8);
        } else {
            if ((load(at + PowerOfTwo::used) & 0xFE) != 0) {
                return broken("a header says neither used nor free", at + PowerOfTwo::used);
            }
            if (load(at) != (end < end_ ? end : 0)) {
                return broken("a header does not lead to the block behind it", at);
            }
            return load(at + PowerOfTwo::before) == before ||
                   broken("a header does not lead to the block before it", at + PowerOfTwo::before);
        }
    }

    void readList(unsigned list, bool marked, FreeBlockSet& free) {
        std::uint64_t link = extent_.start + Layout::heads + 8 * std::uint64_t{list};
        if ((load(link) != 0) != marked) {
            heap_.broken("the bitmap is wrong about a list",
                         VirtAddr(extent_.start + Layout::bitmap));
            return;
        }
        if (!marked) {
            return;
        }
        const std::uint64_t least = Layout::unit << list;
        FreeListPicture picture{"list", list, 0, ByteCount(least), ByteCount(2 * least - 1), {}};
        std::uint64_t previous = 0;
        for (std::uint64_t at = load(link); at != 0; at = load(link)) {
            const HeapBlock* block = free.take(at);
            if (block == nullptr) {
                broken("a link leads to something that is no free block, or listed twice", link);
                break;
            }
            if (listOf<Layout>(block->length.value) != list) {
                broken("a free block is on the list of another size", at);
                break;
            }
            if (load(at + Layout::previous) != previous) {
                broken("a link back does not lead to the block before it in the list",
                       at + Layout::previous);
                break;
            }
            picture.members.push_back({block->start, block->length});
            previous = at;
            link = at + Layout::next;
        }
        heap_.lists.push_back(std::move(picture));
    }

    void add(std::uint64_t from, std::uint64_t to, bool used, bool books) {
        heap_.blocks.push_back({VirtAddr(from), ByteCount(to - from), used, books});
    }

    bool broken(std::string_view what, std::uint64_t at) {
        heap_.broken(what, VirtAddr(at));
        return false;
    }

    [[nodiscard]] std::uint64_t load(std::uint64_t at) const { return reader_.word(VirtAddr(at)); }

    const ArenaReader& reader_;
    HeapExtent extent_;
    std::uint64_t first_;
    std::uint64_t end_;
    HeapPicture heap_;
};

} // namespace

template <class Layout> HeapPicture decode(const ArenaReader& reader, const HeapExtent& extent) {
    return Decoder<Layout>(reader, extent).decode();
}

template HeapPicture decode<Classic>(const ArenaReader&, const HeapExtent&);
template HeapPicture decode<PowerOfTwo>(const ArenaReader&, const HeapExtent&);

} // namespace fragscope::half_fit_layout
