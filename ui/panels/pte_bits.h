#pragma once

#include <QString>

#include <array>
#include <cstdint>

namespace fragscope {

/// A field of a 64-bit page-table entry (SDM vol. 3A, 4.5, "4-level paging", tables 4-15 to 4-20).
struct PteBitField {
    const char* name;        ///< as the manual writes it: "XD", "US"
    const char* meaningOne;  ///< in words, when set; nullptr: not listed in words
    const char* meaningZero; ///< in words, when clear; nullptr: not listed
    unsigned low;
    unsigned count;

    [[nodiscard]] std::uint64_t valueIn(std::uint64_t entry) const {
        return (entry >> low) & ((count >= 64 ? 0 : 1ULL << count) - 1);
    }
};

/// The fields of an entry that maps or points to a 4 KiB page, from bit 63 down to bit 0.
inline constexpr std::array<PteBitField, 13> entryFields{{
    {"XD", "no execution", nullptr, 63, 1},
    {"avl", nullptr, nullptr, 52, 11},
    {"frame", nullptr, nullptr, 12, 40},
    {"avl", nullptr, nullptr, 9, 3},
    {"G", "global", nullptr, 8, 1},
    {"PS", "large page", nullptr, 7, 1},
    {"D", "dirty", nullptr, 6, 1},
    {"A", "accessed", nullptr, 5, 1},
    {"C", "not cached", nullptr, 4, 1},
    {"T", "write-through", nullptr, 3, 1},
    {"U", "user", "supervisor", 2, 1},
    {"W", "writable", "read-only", 1, 1},
    {"P", "present", "not present", 0, 1},
}};

inline constexpr std::uint64_t presentBit = 1;
inline constexpr std::uint64_t largePageBit = 1U << 7;

/// The frame that an entry leads to.
inline std::uint64_t frameOfEntry(std::uint64_t entry) {
    return (entry >> 12) & ((1ULL << 40) - 1);
}

/// The flags in words: "present, writable, user, accessed"; "not present" alone when it is not.
QString flagsInWords(std::uint64_t entry);

/// The flags in letters: "P W U A D".
QString flagsInLetters(std::uint64_t entry);

} // namespace fragscope
