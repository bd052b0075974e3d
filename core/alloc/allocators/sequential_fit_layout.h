#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/allocators/tagged_picture.h"

#include <numeric>

/// Sequential fits (sequential_fit.cpp): where their words lie.
///
///     books +0    first free block of the list, all ones = none
///           +8    last free block of the list
///           +16   next fit: the rover, where the next search begins; none = at the head
///           +24   not used
///           +32   words of blocks, where they do not lie in the blocks
///     blocks      tagged_layout.h
namespace fragscope::sequential_fit {

inline constexpr std::uint64_t headOffset = 0;
inline constexpr std::uint64_t tailOffset = 8;
inline constexpr std::uint64_t roverOffset = 16;

inline bool isTextbook(const AllocatorSettings& settings) {
    return settings.preset == AllocatorPreset::Textbook;
}

/// The textbook's headers are room only and its list lies elsewhere, so blocks begin at any unit.
inline TaggedLayout layoutFor(const AllocatorSettings& settings) {
    TaggedLayout layout;
    layout.header = settings.header;
    layout.alignment = settings.alignment;
    layout.granule = isTextbook(settings) ? 1 : std::gcd(settings.header, settings.alignment);
    layout.inBand = !isTextbook(settings) && settings.header >= 16 && layout.granule % 8 == 0;
    layout.least = layout.inBand ? roundUp(TaggedLayout::wordsOfBlock, layout.granule)
                                 : std::max<std::uint64_t>(layout.granule, settings.header);
    if (isTextbook(settings)) {
        layout.least = 1; // a rest too small for a header is an entry all the same
    }
    layout.controlBytes = 32;
    return layout;
}

/// Whether `a` comes in front of `b` in a sorted list. Equal sizes: `byAddress` or as they stand.
inline bool comesBefore(FreeListOrder order, TaggedBlock a, TaggedBlock b, bool byAddress) {
    if (order == FreeListOrder::Address) {
        return a.at < b.at;
    }
    if (a.length == b.length) {
        return byAddress && a.at < b.at;
    }
    return (a.length < b.length) == (order == FreeListOrder::SizeAscending);
}

inline bool isSorted(FreeListOrder order) {
    return order == FreeListOrder::Address || order == FreeListOrder::SizeAscending ||
           order == FreeListOrder::SizeDescending;
}

HeapPicture
decode(const AllocatorSettings& settings, const ArenaReader& reader, const HeapExtent& heap);

} // namespace fragscope::sequential_fit
