#pragma once

#include "fragscope/base/units.h"

#include <cstdint>

/// The 8-byte paging-structure entry of 4-level paging (SDM vol. 3A, 4.5, tables 4-15 to 4-20). The
/// same bits serve all levels; `large` is PS in a PDPTE or PDE (in a PTE the bit is PAT).
namespace fragscope {

namespace pte {
inline constexpr std::uint64_t present = 1ULL << 0;
inline constexpr std::uint64_t writable = 1ULL << 1;
inline constexpr std::uint64_t user = 1ULL << 2;
inline constexpr std::uint64_t writeThrough = 1ULL << 3;
inline constexpr std::uint64_t cacheDisable = 1ULL << 4;
inline constexpr std::uint64_t accessed = 1ULL << 5;
inline constexpr std::uint64_t dirty = 1ULL << 6;  ///< leaf entries only
inline constexpr std::uint64_t large = 1ULL << 7;  ///< PS: this entry maps a page of its level
inline constexpr std::uint64_t global = 1ULL << 8; ///< leaf entries only
inline constexpr std::uint64_t software9 = 1ULL << 9;
inline constexpr std::uint64_t software10 = 1ULL << 10;
inline constexpr std::uint64_t software11 = 1ULL << 11;
inline constexpr std::uint64_t noExecute = 1ULL << 63;
inline constexpr unsigned keyShift = 59; ///< protection key, bits 62:59 of a leaf
inline constexpr std::uint64_t keyMask = 0xfULL << keyShift;
inline constexpr std::uint64_t frameMask = 0x000ffffffffff000ULL; ///< bits 51:12
inline constexpr std::uint64_t flagMask = ~frameMask;
} // namespace pte

/// One entry by value, with named readers. Trivially copyable; `bits` is what lies in memory.
struct Pte {
    std::uint64_t bits = 0;

    [[nodiscard]] constexpr bool present() const { return (bits & pte::present) != 0; }

    [[nodiscard]] constexpr bool writable() const { return (bits & pte::writable) != 0; }

    [[nodiscard]] constexpr bool user() const { return (bits & pte::user) != 0; }

    [[nodiscard]] constexpr bool accessed() const { return (bits & pte::accessed) != 0; }

    [[nodiscard]] constexpr bool dirty() const { return (bits & pte::dirty) != 0; }

    [[nodiscard]] constexpr bool large() const { return (bits & pte::large) != 0; }

    [[nodiscard]] constexpr bool global() const { return (bits & pte::global) != 0; }

    [[nodiscard]] constexpr bool noExecute() const { return (bits & pte::noExecute) != 0; }

    [[nodiscard]] constexpr unsigned protectionKey() const {
        return static_cast<unsigned>((bits & pte::keyMask) >> pte::keyShift);
    }

    /// Start of the table or 4 KiB page that the entry names (bits 51:12).
    [[nodiscard]] constexpr PhysAddr base() const { return PhysAddr(bits & pte::frameMask); }

    [[nodiscard]] constexpr FrameNumber frame() const { return frameOf(base()); }

    friend constexpr bool operator==(Pte, Pte) = default;
};

/// The entry that names `frame` with the given flag bits (pte::present | ...).
constexpr Pte composePte(FrameNumber frame, std::uint64_t flags) {
    return Pte{(startOf(frame).value & pte::frameMask) | (flags & pte::flagMask)};
}

/// Levels of the 4-level tables, as in WalkStep events.
namespace table_level {
inline constexpr unsigned pml4 = 4;
inline constexpr unsigned pdpt = 3; ///< an entry with `large` maps 1 GiB
inline constexpr unsigned pd = 2;   ///< an entry with `large` maps 2 MiB
inline constexpr unsigned pt = 1;
} // namespace table_level

inline constexpr unsigned tableIndexBits = 9; ///< log2 of the entries of a table

/// Index into the table of `level` (1 to 4) for a linear address.
constexpr unsigned tableIndex(VirtAddr address, unsigned level) {
    const unsigned shift = pageShift + (level - 1) * tableIndexBits;
    return static_cast<unsigned>((address.value >> shift) & (wordsPerPage - 1));
}

/// Physical address of the entry of `address` in the table of `level` that starts at `table`.
constexpr PhysAddr entryAddress(PhysAddr table, VirtAddr address, unsigned level) {
    return table + ByteCount(std::uint64_t{tableIndex(address, level)} * wordBytes);
}

} // namespace fragscope
