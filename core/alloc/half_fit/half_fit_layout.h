#pragma once

#include "fragscope/alloc/heap_picture.h"
#include "fragscope/alloc/memory/memory_plan.h"

#include <bit>

/// The words of the two Half-fit allocators. Both begin with a word of bits, one for each list that
/// has a block, and the heads of 64 lists; 0 ends a list.
namespace fragscope::half_fit_layout {

inline constexpr unsigned lists = 64;

constexpr unsigned log2Floor(std::uint64_t size) {
    return static_cast<unsigned>(std::bit_width(size)) - 1;
}

constexpr unsigned log2Ceil(std::uint64_t size) {
    return size <= 1 ? 0 : static_cast<unsigned>(std::bit_width(size - 1));
}

/// Classic: list i has free blocks of 2^i to 2^(i+1) - 1 bytes; blocks have tags at both ends. The
/// paper (Ogasawara 1995) leaves the words open; these are Knuth's boundary tags.
///
///     heap  +0     bitmap
///           +8     heads
///           +520   blocks
///     block +0     size; bit 0: free
///           +8     payload; free: next and previous of its list
///           -8     (its last word) the tag again
struct Classic {
    static constexpr std::uint64_t granule = 16;
    static constexpr std::uint64_t least = 32; ///< bytes of a block
    static constexpr std::uint64_t unit = 1;   ///< list = log2(size / unit)
    static constexpr std::uint64_t alignment = 16;
    static constexpr std::uint64_t bitmap = 0;
    static constexpr std::uint64_t heads = 8;
    static constexpr std::uint64_t first = 520;
    static constexpr std::uint64_t payload = 8;
    static constexpr std::uint64_t next = 8;
    static constexpr std::uint64_t previous = 16;
    static constexpr std::uint64_t endOfLinks = 24;
    static constexpr std::uint64_t tail = 8; ///< of a free block, in use
    static constexpr std::uint64_t freeBit = 1;

    /// 0: no block may be so large.
    static constexpr std::uint64_t blockFor(std::uint64_t bytes, std::uint64_t /*capacity*/) {
        if (bytes >= std::uint64_t{1} << 60) {
            return 0;
        }
        const std::uint64_t size = (bytes + 16 + granule - 1) & ~(granule - 1);
        return size < least ? least : size;
    }
};

/// Power of two: the words of o1heap 2.1 built for 64 bits. A header of 32 bytes leads to the
/// neighbours; a request with its header is rounded up to a power of two. Behind the heads lie the
/// bitmap and five counters: capacity, allocated bytes, most allocated bytes, largest request,
/// refused requests.
///
///     heap  +0     heads
///           +512   bitmap
///           +520   counters
///           +576   blocks
///     block +0     the block behind it, 0 = none
///           +8     the block before it, 0 = none
///           +16    size
///           +24    1 byte: used
///           +32    payload; free: next and previous of its list
struct PowerOfTwo {
    static constexpr std::uint64_t granule = 64;
    static constexpr std::uint64_t least = 64;
    static constexpr std::uint64_t unit = 64;
    static constexpr std::uint64_t alignment = 32;
    static constexpr std::uint64_t bitmap = 512;
    static constexpr std::uint64_t heads = 0;
    static constexpr std::uint64_t counters = 520;
    static constexpr std::uint64_t first = 576;
    static constexpr std::uint64_t before = 8;
    static constexpr std::uint64_t size = 16;
    static constexpr std::uint64_t used = 24;
    static constexpr std::uint64_t payload = 32;
    static constexpr std::uint64_t next = 32;
    static constexpr std::uint64_t previous = 40;
    static constexpr std::uint64_t endOfLinks = 48;
    static constexpr std::uint64_t tail = 0;

    /// 0: nothing, or too much, was asked for.
    static constexpr std::uint64_t blockFor(std::uint64_t bytes, std::uint64_t capacity) {
        return bytes == 0 || bytes > capacity - payload
                   ? 0
                   : std::uint64_t{1} << log2Ceil(bytes + payload);
    }
};

/// Bytes of all blocks together.
template <class Layout> constexpr std::uint64_t capacityOf(std::uint64_t heapBytes) {
    return (heapBytes - Layout::first) & ~(Layout::granule - 1);
}

/// The list that a free block belongs to.
template <class Layout> constexpr unsigned listOf(std::uint64_t size) {
    return log2Floor(size / Layout::unit);
}

/// The first list whose blocks all hold `size`.
template <class Layout> constexpr unsigned searchedList(std::uint64_t size) {
    return log2Ceil(size / Layout::unit);
}

template <class Layout> HeapPicture decode(const ArenaReader& reader, const HeapExtent& extent);

extern template HeapPicture decode<Classic>(const ArenaReader&, const HeapExtent&);
extern template HeapPicture decode<PowerOfTwo>(const ArenaReader&, const HeapExtent&);

} // namespace fragscope::half_fit_layout
