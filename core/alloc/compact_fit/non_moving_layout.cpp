#include "fragscope/alloc/compact_fit/non_moving_layout.h"

#include "fragscope/alloc/memory/backing_reader.h"

#include <algorithm>

namespace fragscope::non_moving_layout {

using namespace compact_fit_layout;

namespace {

constexpr std::uint64_t defaultEntries = std::uint64_t{1} << 20;
constexpr std::uint64_t mostPages = std::uint64_t{1} << 16;
constexpr HeaderOffsets offsets{8};

/// The frames of the blocks in use, from the tables of the pages.
class FrameMap {
public:
    FrameMap(const ArenaReader& reader, const HeapExtent& extent, const AllocatorSettings& settings)
        : reader_(reader), extent_(extent), shape_(settings), classes_(settings),
          count_(word(extent.books + framesEver)) {}

    HeapPicture decode() {
        if (count_ > (extent_.end - extent_.start) / shape_.frame) {
            return heap_.broken("more frames than the heap has room for",
                                VirtAddr(extent_.books + framesEver));
        }
        used_.resize(count_);
        readPages();
        readFreeFrames();
        for (std::uint64_t frame = 0; frame < count_; ++frame) {
            heap_.blocks.push_back({VirtAddr(extent_.start + frame * shape_.frame),
                                    ByteCount(shape_.frame), used_[frame] != 0});
        }
        const std::uint64_t fresh = extent_.start + count_ * shape_.frame;
        if (fresh < extent_.end) {
            heap_.blocks.push_back({VirtAddr(fresh), ByteCount(extent_.end - fresh)});
        }
        return std::move(heap_);
    }

private:
    [[nodiscard]] std::uint64_t word(std::uint64_t at) const { return reader_.word(VirtAddr(at)); }

    void readPages() {
        const std::uint64_t pages = std::min(word(extent_.books + pagesEver), shape_.pages);
        std::uint64_t inUse = 0;
        for (std::uint64_t number = 0; number < pages; ++number) {
            const std::uint64_t page = extent_.books + shape_.pagesAt + number * shape_.pageBytes;
            const std::uint64_t header = page + shape_.pageBytes - compact_fit_layout::header;
            if (readNumber<std::uint32_t>(reader_, header + offsets.state()) != 0) {
                ++inUse;
                readPage(page, header);
            }
        }
        if (inUse != word(extent_.books + pagesInUse)) {
            heap_.broken("the number of pages in use is wrong",
                         VirtAddr(extent_.books + pagesInUse));
        }
    }

    void readPage(std::uint64_t page, std::uint64_t header) {
        const auto sizeClass = readNumber<std::uint32_t>(reader_, header + offsets.sizeClass());
        if (sizeClass >= classes_.count()) {
            heap_.broken("a page of a class that does not exist",
                         VirtAddr(header + offsets.sizeClass()));
            return;
        }
        const std::uint64_t frames = shape_.framesOf(classes_.blockBytes(sizeClass));
        for (std::uint64_t block = 0; block < shape_.capacityOf(frames); ++block) {
            const auto bits = readNumber<std::uint32_t>(reader_, header + offsets.bits(block / 32));
            if ((bits >> (block % 32) & 1) != 0) {
                readBlock(page + block * frames * 8, frames, page + shape_.ownersAt() + block * 8);
            }
        }
    }

    void readBlock(std::uint64_t table, std::uint64_t frames, std::uint64_t owner) {
        if (word(word(owner)) != table) {
            heap_.broken("a block's owner does not lead to the block", VirtAddr(owner));
        }
        for (std::uint64_t i = 0; i < frames; ++i) {
            const std::uint64_t frame = word(table + i * 8);
            const std::uint64_t number = (frame - extent_.start) / shape_.frame;
            if (frame < extent_.start || number >= count_ || used_[number]++ != 0) {
                heap_.broken("a frame that is none, or in two blocks", VirtAddr(table + i * 8));
                return;
            }
        }
    }

    void readFreeFrames() {
        FreeListPicture list{"free frames",           0, 0, ByteCount(shape_.frame),
                             ByteCount(shape_.frame), {}};
        std::uint64_t frame = word(extent_.books + freeFrame);
        while (frame != 0 && heap_.whole()) {
            const std::uint64_t number = (frame - extent_.start) / shape_.frame;
            if (frame < extent_.start || number >= count_ || used_[number] != 0 ||
                list.members.size() > count_) {
                heap_.broken("the list of free frames leads to no free frame", VirtAddr(frame));
                return;
            }
            list.members.push_back({VirtAddr(frame), ByteCount(shape_.frame)});
            frame = word(frame);
        }
        const auto used =
            static_cast<std::uint64_t>(std::count(used_.begin(), used_.end(), std::uint8_t{1}));
        if (used + list.members.size() != count_ || used != word(extent_.books + framesInUse)) {
            heap_.broken("a frame is in no block and in no list", VirtAddr(extent_.start));
        }
        if (!list.members.empty()) {
            heap_.lists.push_back(std::move(list));
        }
    }

    const ArenaReader& reader_;
    HeapExtent extent_;
    Shape shape_;
    SizeClasses classes_;
    std::uint64_t count_; ///< frames ever used
    std::vector<std::uint8_t> used_;
    HeapPicture heap_;
};

} // namespace

Shape::Shape(const AllocatorSettings& settings)
    : frame(settings.frameSize),
      framesPerPage(std::min((settings.pageSize - SizeClasses::headerBytes) / frame,
                             SizeClasses::mostBlocks)),
      pageBytes(2 * framesPerPage * 8 + SizeClasses::headerBytes), pages(mostPages),
      entries(settings.tableEntries != 0 ? settings.tableEntries : defaultEntries),
      pagesAt(tableAt + entries * entryBytes), booksBytes(pagesAt + pages * pageBytes) {}

HeapPicture
decode(const ArenaReader& reader, const HeapExtent& extent, const AllocatorSettings& settings) {
    return FrameMap(reader, extent, settings).decode();
}

} // namespace fragscope::non_moving_layout
