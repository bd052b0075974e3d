#pragma once

#include "fragscope/alloc/arena_reader.h"
#include "fragscope/alloc/memory/memory_backing.h"

namespace fragscope {

/// The words of a backing for decoders. Words outside read zero.
class BackingReader : public ArenaReader {
public:
    explicit BackingReader(MemoryBacking& backing) : backing_(backing) {}

    [[nodiscard]] std::uint64_t word(VirtAddr at) const override {
        try {
            return backing_.load(at.value, wordBytes);
        } catch (const HeapDamaged&) {
            return 0;
        }
    }

    [[nodiscard]] HeapExtent extent() const {
        return {backing_.plan().heapStart, backing_.heapEnd(), backing_.plan().booksStart()};
    }

private:
    MemoryBacking& backing_;
};

/// A little-endian number of 1, 2, 4 or 8 bytes at any address, put together from aligned words.
template <class T> T readNumber(const ArenaReader& reader, std::uint64_t at) {
    const std::uint64_t shift = (at % wordBytes) * 8;
    const std::uint64_t word = at - at % wordBytes;
    std::uint64_t value = reader.word(VirtAddr(word)) >> shift;
    if (shift + sizeof(T) * 8 > 64) {
        value |= reader.word(VirtAddr(word + wordBytes)) << (64 - shift);
    }
    return static_cast<T>(value);
}

} // namespace fragscope
