#pragma once

#include "fragscope/view/heap/heap_history.h"
#include "fragscope/view/heap/heap_view.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace fragscope {

/// A part of a row of a heap's bar.
struct HeapSpan {
    int row = 0;
    int left = 0; ///< pixels
    int width = 0;

    friend bool operator==(const HeapSpan&, const HeapSpan&) = default;
};

/// How the bytes of a heap lie in rows, low addresses first: each row has a power of two of bytes,
/// so that rows begin at round addresses. Pure arithmetic.
class HeapLayout {
public:
    static constexpr std::uint64_t leastRow = 256; ///< bytes

    HeapLayout() = default;

    /// `bytes` from `start` in at most `mostRows` rows of `width` pixels.
    HeapLayout(VirtAddr start, std::uint64_t bytes, int mostRows, int width);

    [[nodiscard]] int rows() const { return rows_; }

    [[nodiscard]] int width() const { return width_; }

    [[nodiscard]] std::uint64_t bytesPerRow() const { return bytesPerRow_; }

    [[nodiscard]] VirtAddr start() const { return start_; }

    [[nodiscard]] VirtAddr end() const {
        return start_ + ByteCount(bytesPerRow_ * static_cast<std::uint64_t>(rows_));
    }

    /// The address at a place; nothing outside of the rows.
    [[nodiscard]] std::optional<VirtAddr> addressAt(int row, int x) const;

    /// Where a range of addresses lies, row by row; what lies outside of the rows is left out.
    [[nodiscard]] std::vector<HeapSpan> spansOf(VirtAddr from, ByteCount length) const;

private:
    [[nodiscard]] int xOf(std::uint64_t offsetInRow) const;

    VirtAddr start_{};
    std::uint64_t bytesPerRow_ = leastRow;
    int rows_ = 0;
    int width_ = 0;
};

/// What a part of a bar shows.
enum class HeapPart : std::uint8_t {
    Used,   ///< given out
    Free,   ///< can be given out
    Own,    ///< the allocator's own, or room that it cannot give out
    Header, ///< in front of the payload of a block in use
    Slack,  ///< behind what the program asked for
    Mixed,  ///< several blocks that are too narrow to be told apart, used and free ones
    Change, ///< an operation under way is writing here: not to be read as blocks
};

inline constexpr std::size_t heapPartCount = 7;

struct HeapPiece {
    HeapSpan span;
    HeapPart part = HeapPart::Free;
    VirtAddr block{};           ///< the first that it shows
    std::size_t blocks = 1;     ///< that it shows a part of
    std::uint8_t usedTenth = 0; ///< Mixed: share of bytes in use, in tenths
};

/// What a program asked for of a block, if known.
using HeapRequestOf = std::function<std::optional<HeapHistory::Request>(const HeapBlock&)>;

/// The blocks of a heap as pieces of its rows; those narrower than 3 pixels together. Headers and
/// slack lie over their block and come after it. Costs one look at each block.
std::vector<HeapPiece>
heapPieces(const HeapView& heap, const HeapLayout& layout, const HeapRequestOf& requestOf);

/// Up to where a heap has to be shown: the end of its last block in use; while an operation makes
/// blocks unreadable, at least to where they can be read.
std::uint64_t shownBytes(const HeapView& heap);

} // namespace fragscope
