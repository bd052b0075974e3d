#pragma once

#include "fragscope/alloc/allocators/tagged_layout.h"

namespace fragscope {

/// Decodes blocks with boundary tags (tagged_layout.h) from their bytes.
struct TaggedDecoder {
    const TaggedLayout& layout;
    const ArenaReader& reader;
    HeapExtent heap;

    /// All blocks by address into `picture`; room that no block can have, at both ends, as books.
    /// Group 1: on a list of its size.
    void readBlocks(HeapPicture& picture) const;

    /// One list into `picture`, its members into the last of picture.lists: every member is free,
    /// back links lead back, and the tail (0: the list has none) is the last member.
    void readList(HeapPicture& picture, std::uint64_t head, std::uint64_t tail) const;

    /// Every free block must be in one of the lists of the picture, which have been read.
    void checkAllListed(HeapPicture& picture) const;

    /// No two free blocks beside each other.
    static void checkMerged(HeapPicture& picture);

    /// Bytes up to the end of the last block in use.
    [[nodiscard]] std::uint64_t footprint() const;

private:
    [[nodiscard]] std::uint64_t word(std::uint64_t block, std::uint64_t offset) const {
        return reader.word(VirtAddr(layout.words(block, heap) + offset));
    }
};

/// The block that begins at `at`, nullptr if none does.
const HeapBlock* blockAt(const HeapPicture& picture, std::uint64_t at);

} // namespace fragscope
