#include "fragscope/ui/heap/heap_layout.h"

#include <algorithm>
#include <bit>

namespace fragscope {

namespace {

constexpr int narrow = 3; ///< pixels: blocks below are shown together

/// Neighbours too narrow to be told apart, on their way to a piece.
struct Group {
    int row = 0;
    int left = 0;
    int right = 0;
    VirtAddr first{};
    std::size_t blocks = 0;
    std::array<std::uint64_t, 3> bytes{}; ///< used, free, own
};

HeapPart partOf(const HeapBlock& block) {
    return block.used ? HeapPart::Used : block.books ? HeapPart::Own : HeapPart::Free;
}

class PieceMaker {
public:
    explicit PieceMaker(std::vector<HeapPiece>& pieces) : pieces_(pieces) {}

    void add(const HeapBlock& block, const HeapSpan& span) {
        if (span.width >= narrow) {
            flush();
            pieces_.push_back({span, partOf(block), block.start});
            return;
        }
        if (group_.blocks != 0 && group_.row != span.row) {
            flush();
        }
        if (group_.blocks == 0) {
            group_ = {span.row, span.left, span.left, block.start, 0, {}};
        }
        ++group_.blocks;
        group_.right = span.left + span.width;
        group_.bytes[static_cast<std::size_t>(partOf(block))] += block.length.value;
        if (group_.right - group_.left >= narrow) {
            flush();
        }
    }

    void flush() {
        const int width = group_.right - group_.left;
        if (group_.blocks != 0 && width > 0) {
            const auto& [used, free, own] = group_.bytes;
            HeapPiece piece{
                {group_.row, group_.left, width}, HeapPart::Mixed, group_.first, group_.blocks};
            if (own > used + free) {
                piece.part = HeapPart::Own;
            } else if (used == 0 || free == 0) {
                piece.part = used == 0 ? HeapPart::Free : HeapPart::Used;
            } else {
                piece.usedTenth = static_cast<std::uint8_t>(10 * used / (used + free));
            }
            pieces_.push_back(piece);
        }
        group_ = {};
    }

private:
    std::vector<HeapPiece>& pieces_;
    Group group_;
};

void addInside(std::vector<HeapPiece>& pieces,
               const HeapLayout& layout,
               const HeapBlock& block,
               const HeapHistory::Request& request) {
    const auto add = [&](HeapPart part, VirtAddr from, ByteCount length) {
        for (const HeapSpan& span : layout.spansOf(from, length)) {
            if (span.width >= 2) {
                pieces.push_back({span, part, block.start});
            }
        }
    };
    const std::uint64_t header = (request.payload - block.start).value;
    const std::uint64_t taken = header + request.asked.value;
    if (taken <= block.length.value) {
        add(HeapPart::Header, block.start, ByteCount(header));
        add(HeapPart::Slack, block.start + ByteCount(taken), block.length - ByteCount(taken));
    }
}

} // namespace

HeapLayout::HeapLayout(VirtAddr start, std::uint64_t bytes, int mostRows, int width)
    : start_(start), width_(std::max(width, 1)) {
    const auto most = static_cast<std::uint64_t>(std::max(mostRows, 1));
    bytesPerRow_ = std::max(leastRow, std::bit_ceil((bytes + most - 1) / most));
    rows_ = static_cast<int>(std::max<std::uint64_t>(1, (bytes + bytesPerRow_ - 1) / bytesPerRow_));
}

int HeapLayout::xOf(std::uint64_t offsetInRow) const {
    return static_cast<int>(static_cast<std::uint64_t>(width_) * offsetInRow / bytesPerRow_);
}

std::optional<VirtAddr> HeapLayout::addressAt(int row, int x) const {
    if (row < 0 || row >= rows_ || x < 0 || x >= width_) {
        return std::nullopt;
    }
    // The last byte of the pixel: a block begins at the pixel in which its first byte lies.
    const auto wide = static_cast<std::uint64_t>(width_);
    const std::uint64_t past = (static_cast<std::uint64_t>(x + 1) * bytesPerRow_ + wide - 1) / wide;
    return start_ + ByteCount(static_cast<std::uint64_t>(row) * bytesPerRow_ +
                              std::clamp<std::uint64_t>(past, 1, bytesPerRow_) - 1);
}

std::vector<HeapSpan> HeapLayout::spansOf(VirtAddr from, ByteCount length) const {
    std::vector<HeapSpan> spans;
    const std::uint64_t first = std::max(from, start_).value - start_.value;
    const std::uint64_t past = std::min((from + length).value, end().value);
    const std::uint64_t last = past > start_.value ? past - start_.value : 0;
    for (std::uint64_t at = first; at < last;) {
        const std::uint64_t row = at / bytesPerRow_;
        const std::uint64_t rowEnd = std::min(last, (row + 1) * bytesPerRow_);
        const int left = xOf(at - row * bytesPerRow_);
        spans.push_back({static_cast<int>(row), left, xOf(rowEnd - row * bytesPerRow_) - left});
        at = rowEnd;
    }
    return spans;
}

std::vector<HeapPiece>
heapPieces(const HeapView& heap, const HeapLayout& layout, const HeapRequestOf& requestOf) {
    constexpr int insideWidth = 12; // of a block whose parts can be told apart
    std::vector<HeapPiece> pieces;
    PieceMaker maker(pieces);
    for (const HeapBlock& block : heap.picture.blocks) {
        if (block.start >= layout.end()) {
            break;
        }
        int widest = 0;
        for (const HeapSpan& span : layout.spansOf(block.start, block.length)) {
            maker.add(block, span);
            widest = std::max(widest, span.width);
        }
        if (block.used && widest >= insideWidth && requestOf) {
            if (const auto request = requestOf(block)) {
                addInside(pieces, layout, block, *request);
            }
        }
    }
    maker.flush();
    const VirtAddr readable = heap.blocksEnd();
    if (readable < VirtAddr(heap.extent.end)) {
        for (const HeapSpan& span :
             layout.spansOf(readable, VirtAddr(heap.extent.end) - readable)) {
            pieces.push_back({span, HeapPart::Change, readable, 0});
        }
    }
    return pieces;
}

std::uint64_t shownBytes(const HeapView& heap) {
    for (auto block = heap.picture.blocks.rbegin(); block != heap.picture.blocks.rend(); ++block) {
        if (block->used || block->books) {
            return (block->start + block->length).value - heap.extent.start;
        }
    }
    return 0;
}

} // namespace fragscope
