#pragma once

#include "fragscope/base/error.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fragscope {

enum class AllocatorKind : std::uint8_t {
    SequentialFit,
    QuickFit,
    Buddy,
    PageAllocator,
    Slab,
    Segregated,
    HalfFit,
    Tlsf,
    Dlmalloc,
    CompactFit,
    Bump,
    Region,
    Sliding,
};

/// Sets of settings that belong together; others may be changed after.
enum class AllocatorPreset : std::uint8_t { None, Textbook, Reference2009 };

/// Sequential fits: which free block is taken.
enum class FitPolicy : std::uint8_t { First, Next, Best, Worst };

/// Sequential fits: how the list of free blocks is sorted, or where a freed block goes.
enum class FreeListOrder : std::uint8_t { Address, SizeAscending, SizeDescending, Front, Back };

/// When free neighbours become one block.
enum class Coalesce : std::uint8_t { Never, Immediate, Deferred };

/// Which end of a free block is given out.
enum class SplitSide : std::uint8_t { Low, High };

enum class AllocatorVariant : std::uint8_t {
    Default,
    Classic,    ///< half-fit: as published 1995
    PowerOfTwo, ///< half-fit: blocks of powers of two
    Tlsf31,     ///< TLSF 3.1, 64-bit
    Tlsf244,    ///< TLSF 2.4.4, 32-bit
    Pool,       ///< dlmalloc in a pool that is there from the start
    System,     ///< dlmalloc that asks the system for pages, and for large blocks by themselves
    Moving,     ///< Compact-fit: compaction copies
    NonMoving,  ///< Compact-fit: compaction relinks frames (a reconstruction)
};

/// Compact-fit: the page that a compaction takes a block out of.
enum class CompactionSource : std::uint8_t { Newest, Oldest, Emptiest };

/// Compact-fit: the not-full page that an allocation takes its block from.
enum class CompactionTarget : std::uint8_t { Oldest, Newest, Fullest };

/// Sliding heap: when blocks slide together.
enum class SlideWhen : std::uint8_t { AfterFree, OnFailure, Never };

/// Sliding heap: how moved blocks are filled in.
enum class SlideManner : std::uint8_t { Sliding, TwoFinger };

/// Sliding heap: how references to moved blocks are found.
enum class SlideReferences : std::uint8_t { Table, Rewritten, OneForgotten };

/// Page allocator: whether what lies in a page can be moved, with the numbers of Linux.
enum class MigrateType : std::uint8_t { Unmovable, Movable, Reclaimable };

/// All settings of all allocators; each uses those that `allocatorSettingRows` says are its own.
struct AllocatorSettings {
    static constexpr std::uint64_t automatic = ~0ULL;

    AllocatorKind kind = AllocatorKind::SequentialFit;
    AllocatorPreset preset = AllocatorPreset::None;
    AllocatorVariant variant = AllocatorVariant::Default;
    std::uint64_t heapBase = 0x100000;                ///< address of the heap's first byte
    std::uint64_t heapSize = std::uint64_t{64} << 20; ///< bytes (units) at the start
    std::uint64_t heapLimit =
        0;                     ///< most that it grows to; 0 = 64 GiB, or the size where it is fixed
    std::uint64_t unit = 1;    ///< sizes of requests count units of so many bytes
    std::uint64_t header = 16; ///< bytes in front of each block
    std::uint64_t alignment = 16;
    FitPolicy policy = FitPolicy::First;
    FreeListOrder order = FreeListOrder::Address;
    Coalesce coalesce = Coalesce::Immediate;
    SplitSide split = SplitSide::Low;
    std::uint64_t minimum = 0;   ///< smallest rest that becomes a block of its own; 0 = the least
    std::uint64_t k = 1;         ///< Compact-fit: not-full pages per class; 0 = no compaction
    std::uint64_t increment = 0; ///< Compact-fit: bytes copied at a time; 0 = whole blocks
    bool interleave = false;     ///< Compact-fit: copies go on between the operations that follow
    CompactionSource source = CompactionSource::Newest;
    CompactionTarget target = CompactionTarget::Oldest;
    std::uint64_t pageSize = 16384;   ///< Compact-fit: with its header
    std::uint64_t blockSize = 0;      ///< Compact-fit, slab: one class of this size only; 0 = all
    std::uint64_t tableEntries = 0;   ///< handles; 0 = one million
    std::uint64_t frameSize = 32;     ///< Compact-fit, non-moving: bytes of a block frame
    std::uint64_t pageblockOrder = 9; ///< page allocator
    MigrateType migrateType = MigrateType::Movable; ///< page allocator: of requests without one
    std::uint64_t colours = 1;                      ///< slab: different offsets of the first object
    std::uint64_t cpus = 1;                         ///< slab
    std::uint64_t slabOrder = automatic;            ///< slab: pages of a slab, 2^order
    std::uint64_t lists = 64;                       ///< quick fit: exact sizes
    std::uint64_t regionSize = 65536;               ///< region: bytes of a region
    SlideWhen slide = SlideWhen::AfterFree;
    SlideManner manner = SlideManner::Sliding;
    SlideReferences references = SlideReferences::Table;
};

constexpr std::uint32_t allocatorBit(AllocatorKind kind) {
    return std::uint32_t{1} << static_cast<unsigned>(kind);
}

/// One allocator by name.
struct AllocatorInfo {
    AllocatorKind kind;
    std::string_view name;    ///< "sequential-fit"
    std::string_view meaning; ///< one sentence
    std::string_view source;
};

std::span<const AllocatorInfo> allocatorInfos();
const AllocatorInfo& allocatorInfo(AllocatorKind kind);

/// Error: unknown name, with the names there are.
Expected<AllocatorKind> parseAllocatorKind(std::string_view name);

/// One setting by name.
struct AllocatorSettingRow {
    std::string_view key;
    std::string_view values;  ///< "first, next, best, worst" or the range of a number
    std::string_view meaning; ///< one sentence
    std::uint32_t allocators; ///< allocatorBit of those that it belongs to
    Expected<Done> (*set)(AllocatorSettings&, std::string_view value);
    std::string (*get)(const AllocatorSettings&);
};

std::span<const AllocatorSettingRow> allocatorSettingRows();

/// The defaults of an allocator.
AllocatorSettings defaultSettings(AllocatorKind kind);

/// Sets KEY to VALUE. Error: unknown key, a key that is not of this allocator, a value out of
/// range. A preset sets its values again; what is set after it counts.
Expected<Done>
setAllocatorSetting(AllocatorSettings& settings, std::string_view key, std::string_view value);

/// What must fit each other: heap and limit, unit and alignment.
Expected<Done> checkAllocatorSettings(const AllocatorSettings& settings);

/// All settings of this allocator as "key=value", in the order of the rows.
std::vector<std::string> resolvedSettings(const AllocatorSettings& settings);

} // namespace fragscope
