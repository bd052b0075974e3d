#pragma once

#include "fragscope/kernel/paging/page_state.h"

/// What of a page's state the kernel puts into the entry, and what spills to the side table. Pure
/// functions of the values; kernel, checks and pictures use the same ones.
///
/// The side table has a word for each entry of a page table, in a frame of its own beside it, as on
/// processors whose entries have no room at all (Linux on ARM keeps two tables likewise). The
/// element of the page table in the frame table says which frame that is.
///
///     word    bits 3:0 state of the page, if the entry has no room for it | 5:4 where the bytes
///             of a present page lie besides: 0 nowhere, 1 slot, 2 page of its file | 63:8 its
///             number
namespace fragscope {

/// Bits that the kernel uses. The first `presentBits` from bit 9 up say the state of a present
/// entry: four states need two bits. With less the highest code means "see the side table".
struct EntryLayout {
    unsigned presentBits = 10;
    bool absentStates = true; ///< false: an absent entry holds a number and nothing else
};

/// Where the bytes of a present page lie besides, so that it can leave without being written.
enum class BackingKind : std::uint8_t { None, Slot, FilePage };

struct Backing {
    BackingKind kind = BackingKind::None;
    std::uint64_t number = 0;

    friend bool operator==(const Backing&, const Backing&) = default;
};

/// A word of the side table.
struct SideWord {
    PageState state = PageState::NotUsed; ///< meaningful if the entry spills
    Backing backing;

    friend bool operator==(const SideWord&, const SideWord&) = default;
};

std::uint64_t encodeSide(const SideWord& word);
SideWord decodeSide(std::uint64_t word);

/// True if the state of the page is not in its entry.
bool isSpilled(std::uint64_t entry, const EntryLayout& layout);

/// What entry and side table together say of a page.
PageEntry decodePage(std::uint64_t entry, const SideWord& side, const EntryLayout& layout);

/// The entry for a page, without rights; nothing if its number is too large or the state has no
/// such form.
std::optional<std::uint64_t> encodePage(const PageEntry& page, const EntryLayout& layout);

} // namespace fragscope
