#pragma once

#include <compare>
#include <cstdint>

/// Strong types for the quantities of the machine. A page count cannot be passed as a byte count,
/// and a virtual address cannot be passed as a physical one. Construction is explicit; `.value` is
/// the number.
namespace fragscope {

/// An amount: can be added, subtracted, scaled and compared with its own kind.
template <class Tag> struct Amount {
    std::uint64_t value = 0;

    constexpr Amount() = default;

    constexpr explicit Amount(std::uint64_t v) : value(v) {}

    friend constexpr auto operator<=>(Amount, Amount) = default;

    friend constexpr Amount operator+(Amount a, Amount b) { return Amount(a.value + b.value); }

    friend constexpr Amount operator-(Amount a, Amount b) { return Amount(a.value - b.value); }

    friend constexpr Amount operator*(Amount a, std::uint64_t n) { return Amount(a.value * n); }

    friend constexpr Amount operator/(Amount a, std::uint64_t n) { return Amount(a.value / n); }

    constexpr Amount& operator+=(Amount b) { return *this = *this + b; }

    constexpr Amount& operator-=(Amount b) { return *this = *this - b; }
};

/// A position on a line measured in `Distance`: two positions subtract to a distance.
template <class Tag, class Distance> struct Position {
    std::uint64_t value = 0;

    constexpr Position() = default;

    constexpr explicit Position(std::uint64_t v) : value(v) {}

    friend constexpr auto operator<=>(Position, Position) = default;

    friend constexpr Position operator+(Position p, Distance d) {
        return Position(p.value + d.value);
    }

    friend constexpr Position operator-(Position p, Distance d) {
        return Position(p.value - d.value);
    }

    friend constexpr Distance operator-(Position a, Position b) {
        return Distance(a.value - b.value);
    }

    constexpr Position& operator+=(Distance d) { return *this = *this + d; }

    constexpr Position& operator-=(Distance d) { return *this = *this - d; }

    constexpr Position& operator++() { return *this = Position(value + 1); }
};

using ByteCount = Amount<struct ByteCountTag>; ///< bytes
using PageCount = Amount<struct PageCountTag>; ///< pages or frames of 4 KiB
using Cycles = Amount<struct CyclesTag>;       ///< processor cycles of the cost model

using VirtAddr = Position<struct VirtAddrTag, ByteCount>;       ///< linear address
using PhysAddr = Position<struct PhysAddrTag, ByteCount>;       ///< physical address
using PageNumber = Position<struct PageNumberTag, PageCount>;   ///< linear address / 4 KiB
using FrameNumber = Position<struct FrameNumberTag, PageCount>; ///< physical address / 4 KiB

inline constexpr unsigned pageShift = 12;                            ///< log2 of the page size
inline constexpr std::uint64_t pageBytes = 1ULL << pageShift;        ///< 4 KiB
inline constexpr std::uint64_t largePageBytes = 2ULL << 20;          ///< 2 MiB
inline constexpr std::uint64_t hugePageBytes = 1ULL << 30;           ///< 1 GiB
inline constexpr std::uint64_t pageOffsetMask = pageBytes - 1;       ///< address bits 11:0
inline constexpr unsigned wordBytes = 8;                             ///< a table entry, a register
inline constexpr std::uint64_t wordsPerPage = pageBytes / wordBytes; ///< 512

constexpr PageNumber pageOf(VirtAddr a) {
    return PageNumber(a.value >> pageShift);
}

constexpr FrameNumber frameOf(PhysAddr a) {
    return FrameNumber(a.value >> pageShift);
}

constexpr VirtAddr startOf(PageNumber p) {
    return VirtAddr(p.value << pageShift);
}

constexpr PhysAddr startOf(FrameNumber f) {
    return PhysAddr(f.value << pageShift);
}

constexpr std::uint64_t offsetInPage(VirtAddr a) {
    return a.value & pageOffsetMask;
}

constexpr std::uint64_t offsetInPage(PhysAddr a) {
    return a.value & pageOffsetMask;
}

constexpr ByteCount bytesOf(PageCount n) {
    return ByteCount(n.value << pageShift);
}

/// Whole pages needed to hold `n` bytes.
constexpr PageCount pagesFor(ByteCount n) {
    return PageCount((n.value + pageOffsetMask) >> pageShift);
}

constexpr ByteCount kib(std::uint64_t n) {
    return ByteCount(n << 10);
}

constexpr ByteCount mib(std::uint64_t n) {
    return ByteCount(n << 20);
}

constexpr ByteCount gib(std::uint64_t n) {
    return ByteCount(n << 30);
}

} // namespace fragscope
