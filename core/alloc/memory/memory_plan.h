#pragma once

#include <cstdint>

namespace fragscope {

/// Where an allocator's memory lies: the heap, which grows and shrinks at its end up to a limit,
/// and behind that limit the books of allocators that keep them beside the heap. Addresses are
/// plain numbers here: allocators compute with them and store them as words.
struct MemoryPlan {
    std::uint64_t heapStart = 0x100000;
    std::uint64_t heapBytes = 0;       ///< at the start
    std::uint64_t heapLimit = 0;       ///< most that the heap may grow to
    std::uint64_t booksBytes = 0;      ///< room for the books
    std::uint64_t booksAlignment = 64; ///< of their first byte; a power of two

    /// The first address of the books.
    [[nodiscard]] constexpr std::uint64_t booksStart() const {
        return (heapStart + heapLimit + booksAlignment - 1) & ~(booksAlignment - 1);
    }
};

/// What of a plan exists now; what decoders need to know besides the bytes.
struct HeapExtent {
    std::uint64_t start = 0;
    std::uint64_t end = 0; ///< of the heap, moves as it grows
    std::uint64_t books = 0;
};

} // namespace fragscope
