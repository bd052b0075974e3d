#pragma once

#include "fragscope/kernel/paging/page_state.h"

#include <QString>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace fragscope {

/// A field of a 64-bit page-table entry (SDM vol. 3A, 4.5, "4-level paging", tables 4-15 to 4-20);
/// the state of the page and its marks (kernel/paging/page_state.h, page_marks.h) lie in bits that
/// the manual leaves to the operating system.
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
inline constexpr std::array<PteBitField, 15> entryFields{{
    {"XD", "no execution", nullptr, 63, 1},
    {"avl", nullptr, nullptr, 53, 10},
    {"leak", "leaked: no area has the page", nullptr, 52, 1},
    {"frame", nullptr, nullptr, 12, 40},
    {"go", "given back: its frame may be taken", nullptr, 11, 1},
    {"state", nullptr, nullptr, 9, 2},
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

/// A box of the ruler: a field of an entry, whatever the entry is.
struct RulerBox {
    QString name;
    QString value;   ///< as it is written in the box
    QString meaning; ///< in words; may be empty
    unsigned low = 0;
    unsigned bits = 1;
    double units = 1;   ///< width
    bool set = false;   ///< a flag that is 1
    bool minor = false; ///< left out where there is little room
};

/// The boxes of an entry that maps a page, or that a page without a frame has, from bit 63 down.
/// Absent entries by the codec of kernel/paging/page_state.h: the state, slot or page of the file.
/// `spilled`: what the side table says of the page, if the entry has no room for its state.
std::vector<RulerBox> rulerOf(std::uint64_t entry, const std::optional<PageEntry>& spilled = {});

/// What is said of a page without a frame: "swapped out, slot 5", "allocate on demand".
QString absentInWords(const PageEntry& page);

/// The flags in words: "present, writable, user, accessed"; "not present" alone when it is not.
QString flagsInWords(std::uint64_t entry);

/// The flags in letters: "P W U A D".
QString flagsInLetters(std::uint64_t entry);

} // namespace fragscope
