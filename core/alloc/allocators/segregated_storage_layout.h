#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/allocators/tagged_picture.h"

#include <bit>

/// Segregated storage (segregated_storage.cpp): where its words lie.
///
///     books +0    bit i: list i is not empty
///           +8    heads of the 32 lists, all ones = none; list i has the free blocks of 2^(i+5)
///                 bytes and more, below 2^(i+6); the last one all that are longer
///     blocks      tagged_layout.h
namespace fragscope::segregated_storage {

inline constexpr unsigned lists = 32;
inline constexpr std::uint64_t headsOffset = 8;

constexpr unsigned listOf(std::uint64_t length) {
    const auto list = static_cast<unsigned>(std::bit_width(length)) - 6;
    return list < lists ? list : lists - 1;
}

inline TaggedLayout layoutOfBlocks() {
    TaggedLayout layout;
    layout.controlBytes = headsOffset + lists * wordBytes;
    return layout;
}

HeapPicture decode(Coalesce coalesce, const ArenaReader& reader, const HeapExtent& heap);

} // namespace fragscope::segregated_storage
