#pragma once

#include "fragscope/alloc/compact_fit/size_classes.h"

/// The words of Compact-fit. Pages lie in the heap, everything else in the books beside it.
///
///     page       blocks from its first byte on, all of one size
///     its last 184 bytes, W = 4 bytes (reference) or 8:
///          +0    next page of its list, 0 = none       (W)
///          +W    previous page of its list             (W)
///          +2W   blocks in use                         (4)
///          +2W+4 list that it is in: ListState         (4)
///          +2W+8 copies out of it that are under way   (4)
///          +2W+12 number of its size class             (4)
///          +2W+16 bit i: group i of 32 blocks has one in use  (4)
///          +2W+20 bit i: all blocks of group i are in use     (4)
///          +2W+24 32 words: bit i of word g: block 32 g + i is in use
///     free page  its first word: the next free page, 0 = none
///     block      its last W bytes: address of the table entry that leads to it (its owner)
///                the W bytes before, if it is copied in parts: partition field, the other block of
///                a copy under way, 0 = none
///
///     books +0   pages ever used
///           +8   first free page, 0 = none
///           +16  table entries ever used
///           +24  first free table entry, 0 = none; a free entry holds the next one
///           +32  not-full pages of all classes
///           +40  pages in use
///           +64  moves under way, 64 bytes each
///         +576   classes, 128 bytes each: four lists of pages (first, last), then the numbers of
///                not-full, source and emptying, and of all pages
///         table  entries of 8 bytes: the address of a block; bits 0 and 1: marks of an aborted
///         copy
///
/// Source: cksystemsgroup/compact-fit cf.c, 2009 (pages, bitmaps, owners, partition fields).
namespace fragscope::compact_fit_layout {

enum class ListState : std::uint32_t { Free, NotFull, Full, Source, Emptying };

// ---- page header ----
inline constexpr std::uint64_t header = SizeClasses::headerBytes;
inline constexpr std::uint64_t bitmapWords = 32;

/// Offsets in the header for links of `word` bytes.
struct HeaderOffsets {
    std::uint64_t word;

    [[nodiscard]] constexpr std::uint64_t next() const { return 0; }

    [[nodiscard]] constexpr std::uint64_t previous() const { return word; }

    [[nodiscard]] constexpr std::uint64_t used() const { return 2 * word; }

    [[nodiscard]] constexpr std::uint64_t state() const { return 2 * word + 4; }

    [[nodiscard]] constexpr std::uint64_t pending() const { return 2 * word + 8; }

    [[nodiscard]] constexpr std::uint64_t sizeClass() const { return 2 * word + 12; }

    [[nodiscard]] constexpr std::uint64_t anyUsed() const { return 2 * word + 16; }

    [[nodiscard]] constexpr std::uint64_t allUsed() const { return 2 * word + 20; }

    [[nodiscard]] constexpr std::uint64_t bits(std::uint64_t group) const {
        return 2 * word + 24 + 4 * group;
    }
};

// ---- books ----
inline constexpr std::uint64_t pagesEver = 0;
inline constexpr std::uint64_t freePage = 8;
inline constexpr std::uint64_t entriesEver = 16;
inline constexpr std::uint64_t freeEntry = 24;
inline constexpr std::uint64_t notFullPages = 32;
inline constexpr std::uint64_t pagesInUse = 40;

inline constexpr std::uint64_t movesAt = 64;
inline constexpr std::uint64_t moveBytes = 64;
inline constexpr std::uint64_t mostMoves = 8;
inline constexpr std::uint64_t moveTarget = 0; ///< block that is filled; 0 = no move
inline constexpr std::uint64_t moveSource = 8; ///< block that is copied
inline constexpr std::uint64_t moveDone = 16;  ///< bytes copied
inline constexpr std::uint64_t moveClass = 24;
inline constexpr std::uint64_t moveEntry = 32; ///< table entry of the block that was freed

inline constexpr std::uint64_t classesAt = movesAt + mostMoves * moveBytes;
inline constexpr std::uint64_t classBytes = 128;
inline constexpr std::uint64_t classLists = 0; ///< 16 bytes for each ListState from NotFull on
inline constexpr std::uint64_t classNotFull = 64;
inline constexpr std::uint64_t classSources = 72; ///< source and emptying pages
inline constexpr std::uint64_t classPages = 80;

inline constexpr std::uint64_t tableAt = classesAt + SizeClasses::most * classBytes;
inline constexpr std::uint64_t entryBytes = 8;

inline constexpr std::uint64_t abortedByCompaction = 1;
inline constexpr std::uint64_t abortedByFree = 2;
inline constexpr std::uint64_t abortMarks = 3;

constexpr std::uint64_t classAt(std::uint64_t books, std::uint32_t sizeClass) {
    return books + classesAt + sizeClass * classBytes;
}

/// The words for the first page of a list; the one for its last lies behind.
constexpr std::uint64_t listAt(std::uint64_t classWords, ListState list) {
    return classWords + classLists + (static_cast<std::uint64_t>(list) - 1) * 16;
}

constexpr std::uint64_t moveAt(std::uint64_t books, std::uint64_t slot) {
    return books + movesAt + slot * moveBytes;
}

} // namespace fragscope::compact_fit_layout
