#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// The state of a page lies in its page-table entry itself (seed 002): in bits available to the
/// operating system where the entry is present, in all bits but the lowest where it is not. Pure
/// functions of the entry's value; kernel, checks and pictures use the same ones.
///
/// With all states, format `states32` and `states64`:
///
///     present (P = 1)   bits 10:9   0 allocated, 1 file-backed, 2 copy-on-write, 3 shared
///                       bits 11, 52 marks of pages given back (page_marks.h); not part of the
///                       state
///     absent (P = 0)    ..........1.0   swapped out: number of its slot from bit 2 up
///                       .........10.0   file-backed, not loaded: page of the file from bit 3 up
///                       .......00.000   not used
///                       .......01.000   allocate on demand
///                       .......10.000   guard
///                       .......11.000   shared, not attached yet: page of the object from bit 5
///                                       (bits 4:3, then bits 2, 1 and 0; the dot is for reading)
///
/// Every value has exactly one state. With `swapOnly32` and `swapOnly64`, the first idea of the
/// seed, each absent entry is the number of a slot: there is no room for any other absent state.
/// Source: seed 002; SDM vol. 3A, 4.3 and 4.5 (entries, ignored bits); protection keys taken as
/// on.
namespace fragscope {

enum class PageState : std::uint8_t {
    NotUsed,     ///< an access is an error
    OnDemand,    ///< in use, no frame yet: the first touch gives one, zeroed
    Allocated,   ///< has a frame of its own
    SwappedOut,  ///< its contents lie in a slot of the swap device
    FileBacked,  ///< read-only page of a file; present once it was read
    CopyOnWrite, ///< the frame has other owners: the first write copies it
    Shared,      ///< page of a shared object
    Guard,       ///< never given a frame: an access is an error
};

inline constexpr std::size_t pageStateCount = 8;

struct PageStateInfo {
    PageState state;
    char letter;
    std::string_view name;
    std::string_view sentence;
};

const PageStateInfo& infoOf(PageState state);

/// What an entry says of its page. `number` is the frame if present, else the slot, the page of the
/// file or of the shared object, or 0.
struct PageEntry {
    PageState state = PageState::NotUsed;
    bool present = false;
    std::uint64_t number = 0;

    friend bool operator==(const PageEntry&, const PageEntry&) = default;
};

/// How entries of one sort are laid out.
struct EntryFormat {
    std::string_view name;
    unsigned width;       ///< bits of an entry
    unsigned frameBits;   ///< of a frame number, from bit 12 up
    unsigned slotShift;   ///< lowest bit of a slot number
    unsigned whenPresent; ///< bits available to the operating system
    unsigned whenAbsent;

    /// log2 of the largest swap space in bytes: slot numbers of 4 KiB pages.
    [[nodiscard]] constexpr unsigned swapBytesLog2() const { return width - slotShift + 12; }

    [[nodiscard]] constexpr bool statesWhenAbsent() const { return slotShift > 1; }
};

namespace entry_format {
inline constexpr EntryFormat swapOnly32{"32-bit, swap only", 32, 20, 1, 3, 31};
inline constexpr EntryFormat states32{"32-bit, all states", 32, 20, 2, 3, 31};
inline constexpr EntryFormat swapOnly64{"x86-64, swap only", 64, 40, 1, 10, 63};
inline constexpr EntryFormat states64{"x86-64, all states", 64, 40, 2, 10, 63};
inline constexpr std::array all{swapOnly32, states32, swapOnly64, states64};
} // namespace entry_format

/// The state of any value; bits above the width of the format are not looked at.
PageEntry decodeEntry(std::uint64_t value, const EntryFormat& format = entry_format::states64);

/// The entry, without rights and other processor bits. Nothing if the number is too large, the
/// state has no such form (a guard is never present), or the format has no room for it.
std::optional<std::uint64_t> encodeEntry(const PageEntry& entry,
                                         const EntryFormat& format = entry_format::states64);

/// Whether the kernel may change a page from one state to the other. A handler that maps a frame
/// into a page that is not used ("quick and dumb") breaks this rule.
bool mayBecome(PageState from, PageState to);

/// A field of an entry: bits low + bits - 1 to low.
struct EntryField {
    std::string_view name;
    unsigned low;
    unsigned bits;
    std::uint64_t value;
};

/// The fields of an entry from bit 0 up; together they cover each bit of it once.
std::vector<EntryField> bitRuler(std::uint64_t value,
                                 const EntryFormat& format = entry_format::states64);

} // namespace fragscope
