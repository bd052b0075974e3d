#pragma once

#include "fragscope/alloc/arena_reader.h"
#include "fragscope/alloc/memory/memory_plan.h"
#include "fragscope/base/page.h"
#include "fragscope/view/page_map.h"
#include "fragscope/view/page_states.h"

#include <vector>

namespace fragscope {

/// The bytes of the pages of a heap and of its books in the memory of a process, for decoders.
/// Pages without a frame read zero; the contents of swapped-out ones are not known here (`unknown`
/// counts them), and read zero, too. Holds references: it stays what it was.
class HeapBytes : public ArenaReader {
public:
    HeapBytes() = default;

    /// `extent.books` to `booksEnd` are the books.
    HeapBytes(const PageMap& memory,
              const PageStates& pages,
              const HeapExtent& extent,
              std::uint64_t booksEnd);

    [[nodiscard]] std::uint64_t word(VirtAddr at) const override;

    /// Pages in slots of the swap device.
    [[nodiscard]] std::uint64_t unknown() const { return unknown_; }

    /// Whether both show the same bytes, by the identity of their pages.
    [[nodiscard]] bool same(const HeapBytes& other) const;

private:
    struct Range {
        std::uint64_t start = 0; ///< of its first page
        std::vector<PageRef> pages;
    };

    Range read(const PageMap& memory, const PageStates& pages, VirtAddr from, VirtAddr to);

    Range heap_;
    Range books_;
    std::uint64_t unknown_ = 0;
};

} // namespace fragscope
