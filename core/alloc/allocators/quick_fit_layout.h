#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/allocators/tagged_picture.h"

/// Quick fit (quick_fit.cpp): where its words lie.
///
///     books +0    first free block of the general pool, all ones = none
///           +8    heads of the quick lists; list i has freed blocks with payloads of exactly
///                 16 * (i + 1) bytes, linked by the first word of the payload
///     blocks      tagged_layout.h
namespace fragscope::quick_fit {

inline constexpr std::uint64_t step = 16; ///< bytes between the sizes of the lists
inline constexpr std::uint64_t headsOffset = 8;

inline TaggedLayout layoutFor(const AllocatorSettings& settings) {
    TaggedLayout layout;
    layout.controlBytes = headsOffset + settings.lists * wordBytes;
    return layout;
}

/// The list of blocks of this length; `lists` or more: it has none.
constexpr std::uint64_t listOf(std::uint64_t length) {
    return (length - TaggedLayout::endBytes) / step - 1;
}

constexpr std::uint64_t lengthOfList(std::uint64_t list) {
    return TaggedLayout::endBytes + (list + 1) * step;
}

HeapPicture
decode(const AllocatorSettings& settings, const ArenaReader& reader, const HeapExtent& heap);

} // namespace fragscope::quick_fit
