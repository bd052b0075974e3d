#include "fragscope/alloc/allocator_settings.h"

#include "fragscope/base/text.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

constexpr std::array allocatorTable{
    AllocatorInfo{AllocatorKind::SequentialFit, "sequential-fit",
                  "One list of free blocks, searched from one end: first, next, best or worst fit.",
                  "Knuth, TAOCP 1, 2.5; Wilson et al. 1995"},
    AllocatorInfo{AllocatorKind::QuickFit, "quick-fit",
                  "Lists of freed blocks of exact small sizes before a general pool.",
                  "Weinstock and Wulf 1988; seed 001"},
    AllocatorInfo{AllocatorKind::Buddy, "buddy",
                  "Blocks of powers of two that split into and merge from halves.",
                  "Knowlton 1965; Knuth, TAOCP 1, 2.5"},
    AllocatorInfo{AllocatorKind::PageAllocator, "page-allocator",
                  "Buddies of pages with a list per order and migrate type, as in Linux.",
                  "Linux mm/page_alloc.c"},
    AllocatorInfo{AllocatorKind::Slab, "slab", "Slabs of pages that hold objects of one size each.",
                  "Bonwick 1994; Linux mm/slub.c"},
    AllocatorInfo{AllocatorKind::Segregated, "segregated",
                  "Lists of free blocks by powers of two, with tags at both ends of each block.",
                  "Wilson et al. 1995; Knuth, TAOCP 1, 2.5"},
    AllocatorInfo{AllocatorKind::HalfFit, "half-fit",
                  "One list per power of two and one bitmap: constant time, up to half unused.",
                  "Ogasawara 1995"},
    AllocatorInfo{AllocatorKind::Tlsf, "tlsf",
                  "Two levels of lists with bitmaps: good fit in constant time.",
                  "Masmano et al. 2004, 2008"},
    AllocatorInfo{AllocatorKind::Dlmalloc, "dlmalloc",
                  "Exact small bins, trees of large ones, a designated victim and a top.",
                  "Lea, dlmalloc 2.8.6"},
    AllocatorInfo{AllocatorKind::CompactFit, "compact-fit",
                  "Pages of one block size each; a free moves at most one block, so that at most k "
                  "pages of a size are not full.",
                  "Craciunas et al. 2008; seed 003"},
    AllocatorInfo{AllocatorKind::Bump, "bump",
                  "A pointer that only goes up; what is freed comes back when all is free.",
                  "Wilson et al. 1995"},
    AllocatorInfo{AllocatorKind::Region, "region",
                  "Bump allocation in regions; a region comes back when its last block is freed.",
                  "Hanson 1990"},
    AllocatorInfo{AllocatorKind::Sliding, "sliding",
                  "A contiguous heap that is kept compact by sliding blocks together.",
                  "seed 003; Jones et al., The Garbage Collection Handbook, 3"},
};

constexpr std::uint32_t of(std::initializer_list<AllocatorKind> kinds) {
    std::uint32_t bits = 0;
    for (const AllocatorKind kind : kinds) {
        bits |= allocatorBit(kind);
    }
    return bits;
}

constexpr std::uint32_t all = (std::uint32_t{1} << allocatorTable.size()) - 1;

using enum AllocatorKind;

// ---- values by name -------------------------------------------------------------------------
template <class Enum> struct Named {
    std::string_view name;
    Enum value;
};

constexpr std::array presets{Named{"none", AllocatorPreset::None},
                             Named{"default", AllocatorPreset::None},
                             Named{"textbook", AllocatorPreset::Textbook},
                             Named{"reference-2009", AllocatorPreset::Reference2009}};
constexpr std::array flags{Named{"no", false}, Named{"yes", true}};
constexpr std::array policies{Named{"first", FitPolicy::First}, Named{"next", FitPolicy::Next},
                              Named{"best", FitPolicy::Best}, Named{"worst", FitPolicy::Worst}};
constexpr std::array orders{
    Named{"address", FreeListOrder::Address}, Named{"size-ascending", FreeListOrder::SizeAscending},
    Named{"size-descending", FreeListOrder::SizeDescending}, Named{"front", FreeListOrder::Front},
    Named{"back", FreeListOrder::Back}};
constexpr std::array coalescings{Named{"never", Coalesce::Never},
                                 Named{"immediate", Coalesce::Immediate},
                                 Named{"deferred", Coalesce::Deferred}};
constexpr std::array sides{Named{"low", SplitSide::Low}, Named{"high", SplitSide::High}};
constexpr std::array variants{Named{"default", AllocatorVariant::Default},
                              Named{"classic", AllocatorVariant::Classic},
                              Named{"power-of-two", AllocatorVariant::PowerOfTwo},
                              Named{"3.1-64", AllocatorVariant::Tlsf31},
                              Named{"2.4.4-32", AllocatorVariant::Tlsf244},
                              Named{"pool", AllocatorVariant::Pool},
                              Named{"system", AllocatorVariant::System},
                              Named{"moving", AllocatorVariant::Moving},
                              Named{"non-moving", AllocatorVariant::NonMoving}};
constexpr std::array sources{Named{"newest", CompactionSource::Newest},
                             Named{"oldest", CompactionSource::Oldest},
                             Named{"emptiest", CompactionSource::Emptiest}};
constexpr std::array targets{Named{"oldest", CompactionTarget::Oldest},
                             Named{"newest", CompactionTarget::Newest},
                             Named{"fullest", CompactionTarget::Fullest}};
constexpr std::array slides{Named{"after-free", SlideWhen::AfterFree},
                            Named{"on-failure", SlideWhen::OnFailure},
                            Named{"never", SlideWhen::Never}};
constexpr std::array manners{Named{"sliding", SlideManner::Sliding},
                             Named{"two-finger", SlideManner::TwoFinger}};
constexpr std::array references{Named{"table", SlideReferences::Table},
                                Named{"rewritten", SlideReferences::Rewritten},
                                Named{"one-forgotten", SlideReferences::OneForgotten}};

constexpr std::array migrateTypes{Named{"unmovable", MigrateType::Unmovable},
                                  Named{"movable", MigrateType::Movable},
                                  Named{"reclaimable", MigrateType::Reclaimable}};

template <auto Member, const auto& Names>
Expected<Done> setNamed(AllocatorSettings& settings, std::string_view value) {
    std::string known;
    for (const auto& named : Names) {
        if (named.name == value) {
            settings.*Member = named.value;
            return Done{};
        }
        known += (known.empty() ? "" : ", ") + std::string(named.name);
    }
    return badInput("`" + std::string(value) + "` is none of: " + known);
}

template <auto Member, const auto& Names> std::string getNamed(const AllocatorSettings& settings) {
    for (const auto& named : Names) {
        if (named.value == settings.*Member) {
            return std::string(named.name);
        }
    }
    return {};
}

template <auto Member, std::uint64_t Least, std::uint64_t Most>
Expected<Done> setNumber(AllocatorSettings& settings, std::string_view value) {
    auto number = parseUnsigned(value);
    if (const auto size = parseSize(value); !number && size) {
        number = size->value;
    }
    if (!number || *number < Least || *number > Most) {
        return badInput("`" + std::string(value) + "` is not a number from " +
                        std::to_string(Least) + " to " + std::to_string(Most));
    }
    settings.*Member = *number;
    return Done{};
}

template <auto Member> std::string getNumber(const AllocatorSettings& settings) {
    return std::to_string(settings.*Member);
}

/// "off" is 0.
template <auto Member>
Expected<Done> setBound(AllocatorSettings& settings, std::string_view value) {
    return setNumber<Member, 0, 1000>(settings, value == "off" || value == "-1" ? "0" : value);
}

template <auto Member> std::string getBound(const AllocatorSettings& settings) {
    return settings.*Member == 0 ? "off" : std::to_string(settings.*Member);
}

Expected<Done> setSlabOrder(AllocatorSettings& settings, std::string_view value) {
    if (value == "auto") {
        settings.slabOrder = AllocatorSettings::automatic;
        return Done{};
    }
    return setNumber<&AllocatorSettings::slabOrder, 0, 3>(settings, value);
}

std::string getSlabOrder(const AllocatorSettings& settings) {
    return settings.slabOrder == AllocatorSettings::automatic ? "auto"
                                                              : std::to_string(settings.slabOrder);
}

Expected<Done> setPreset(AllocatorSettings& settings, std::string_view value) {
    auto set = setNamed<&AllocatorSettings::preset, presets>(settings, value);
    if (!set) {
        return set;
    }
    const bool fits =
        settings.preset == AllocatorPreset::None ||
        (settings.preset == AllocatorPreset::Textbook) == (settings.kind == SequentialFit);
    if (!fits) {
        return badInput("this allocator has no preset `" + std::string(value) + "`");
    }
    if (settings.preset == AllocatorPreset::Textbook) {
        settings.heapBase = 1000;
        settings.heapSize = 100;
        settings.header = 0;
        settings.alignment = 1;
        settings.unit = 1;
        settings.order = FreeListOrder::Address;
    }
    return set;
}

Expected<Done> setVariant(AllocatorSettings& settings, std::string_view value) {
    AllocatorSettings changed = settings;
    auto set = setNamed<&AllocatorSettings::variant, variants>(changed, value);
    if (!set) {
        return set;
    }
    const auto between = [&](AllocatorVariant low, AllocatorVariant high) {
        return changed.variant >= low && changed.variant <= high;
    };
    const bool fits =
        changed.variant == AllocatorVariant::Default ||
        (settings.kind == HalfFit &&
         between(AllocatorVariant::Classic, AllocatorVariant::PowerOfTwo)) ||
        (settings.kind == Tlsf && between(AllocatorVariant::Tlsf31, AllocatorVariant::Tlsf244)) ||
        (settings.kind == Dlmalloc && between(AllocatorVariant::Pool, AllocatorVariant::System)) ||
        (settings.kind == CompactFit &&
         between(AllocatorVariant::Moving, AllocatorVariant::NonMoving));
    if (!fits) {
        return badInput("this allocator has no variant `" + std::string(value) + "`");
    }
    settings = changed;
    return set;
}

using S = AllocatorSettings;
constexpr std::uint64_t most = std::uint64_t{1} << 44;

// clang-format off
constexpr std::array rows{
    AllocatorSettingRow{"preset", "default, textbook (sequential-fit), reference-2009 (compact-fit)",
        "A set of settings: the published or printed algorithm to the letter.",
        of({SequentialFit, CompactFit}), setPreset, getNamed<&S::preset, presets>},
    AllocatorSettingRow{"variant", "half-fit: classic, power-of-two; tlsf: 3.1-64, 2.4.4-32; dlmalloc: pool, system; compact-fit: moving, non-moving",
        "Which of the published forms of the allocator.",
        of({HalfFit, Tlsf, Dlmalloc, CompactFit}), setVariant, getNamed<&S::variant, variants>},
    AllocatorSettingRow{"heap_base", "an address",
        "Address of the first byte of the heap.",
        all, setNumber<&S::heapBase, 0, most>, getNumber<&S::heapBase>},
    AllocatorSettingRow{"heap_size", "1 to 16 TiB",
        "Bytes that the heap has at the start.",
        all, setNumber<&S::heapSize, 1, most>, getNumber<&S::heapSize>},
    AllocatorSettingRow{"heap_limit", "0 (the default of the allocator) to 16 TiB",
        "Most that the heap grows to, where it can grow.",
        all, setNumber<&S::heapLimit, 0, most>, getNumber<&S::heapLimit>},
    AllocatorSettingRow{"policy", "first, next, best, worst",
        "Which of the free blocks that are large enough is taken.",
        of({SequentialFit}), setNamed<&S::policy, policies>, getNamed<&S::policy, policies>},
    AllocatorSettingRow{"order", "address, size-ascending, size-descending, front, back",
        "How the list of free blocks is sorted, or at which end a freed block goes in.",
        of({SequentialFit}), setNamed<&S::order, orders>, getNamed<&S::order, orders>},
    AllocatorSettingRow{"coalesce", "never, immediate, deferred",
        "When free neighbours become one block: never, at each free, or when a request fails.",
        of({SequentialFit, QuickFit, Segregated}), setNamed<&S::coalesce, coalescings>, getNamed<&S::coalesce, coalescings>},
    AllocatorSettingRow{"split", "low, high",
        "Which end of a free block that is too large is given out.",
        of({SequentialFit}), setNamed<&S::split, sides>, getNamed<&S::split, sides>},
    AllocatorSettingRow{"header", "0 to 4096",
        "Bytes in front of each block that the program does not get.",
        of({SequentialFit}), setNumber<&S::header, 0, 4096>, getNumber<&S::header>},
    AllocatorSettingRow{"alignment", "1 to 4096",
        "Sizes are rounded up to multiples of it.",
        of({SequentialFit, Bump, Region, Sliding, Slab}), setNumber<&S::alignment, 1, 4096>, getNumber<&S::alignment>},
    AllocatorSettingRow{"unit", "1 to 4096",
        "Sizes of the trace count units of so many bytes.",
        of({SequentialFit, Buddy, Bump, Sliding}), setNumber<&S::unit, 1, 4096>, getNumber<&S::unit>},
    AllocatorSettingRow{"minimum", "0 (the least possible) to 4096",
        "The smallest rest of a split that becomes a free block of its own.",
        of({SequentialFit, Buddy}), setNumber<&S::minimum, 0, 4096>, getNumber<&S::minimum>},
    AllocatorSettingRow{"k", "1 to 1000, off",
        "Partial compaction: not-full pages that a size class may have.",
        of({CompactFit}), setBound<&S::k>, getBound<&S::k>},
    AllocatorSettingRow{"increment", "0 (whole blocks) to 1 MiB",
        "Bytes that a compaction copies at a time before others may act.",
        of({CompactFit}), setNumber<&S::increment, 0, 1048576>, getNumber<&S::increment>},
    AllocatorSettingRow{"interleave", "no, yes",
        "With an increment: a free returns after the first part of its copy, and each operation after it copies one part more, as if a second actor ran between the parts.",
        of({CompactFit}), setNamed<&S::interleave, flags>, getNamed<&S::interleave, flags>},
    AllocatorSettingRow{"source", "newest, oldest, emptiest",
        "The not-full page that a compaction takes a block out of.",
        of({CompactFit}), setNamed<&S::source, sources>, getNamed<&S::source, sources>},
    AllocatorSettingRow{"target", "oldest, newest, fullest",
        "The not-full page that gives the next block.",
        of({CompactFit}), setNamed<&S::target, targets>, getNamed<&S::target, targets>},
    AllocatorSettingRow{"page_size", "512 to 1 MiB, a power of two",
        "Bytes of a page, with its header.",
        of({CompactFit}), setNumber<&S::pageSize, 512, 1048576>, getNumber<&S::pageSize>},
    AllocatorSettingRow{"block_size", "0 (all classes) to 1 MiB",
        "One class of blocks of this size only.",
        of({CompactFit, Slab}), setNumber<&S::blockSize, 0, 1048576>, getNumber<&S::blockSize>},
    AllocatorSettingRow{"table_entries", "0 (as many as needed) to 2^26",
        "Handles that the indirection table has room for.",
        of({CompactFit, Sliding}), setNumber<&S::tableEntries, 0, 67108864>, getNumber<&S::tableEntries>},
    AllocatorSettingRow{"frame_size", "16 to 4096",
        "Bytes of a block frame of the non-moving form.",
        of({CompactFit}), setNumber<&S::frameSize, 16, 4096>, getNumber<&S::frameSize>},
    AllocatorSettingRow{"pageblock_order", "0 to 10",
        "Order of the groups of pages that have a migrate type.",
        of({PageAllocator}), setNumber<&S::pageblockOrder, 0, 10>, getNumber<&S::pageblockOrder>},
    AllocatorSettingRow{"migrate_type", "unmovable, movable, reclaimable",
        "The type of requests of which the trace says none.",
        of({PageAllocator}), setNamed<&S::migrateType, migrateTypes>, getNamed<&S::migrateType, migrateTypes>},
    AllocatorSettingRow{"colours", "1 to 64",
        "Different offsets of the first object of a slab.",
        of({Slab}), setNumber<&S::colours, 1, 64>, getNumber<&S::colours>},
    AllocatorSettingRow{"cpus", "1 to 1024",
        "CPUs of the machine: slabs are made larger for more.",
        of({Slab}), setNumber<&S::cpus, 1, 1024>, getNumber<&S::cpus>},
    AllocatorSettingRow{"slab_order", "0 to 3, auto",
        "A slab has 2^order pages; auto: as many as leave little over and hold enough objects.",
        of({Slab}), setSlabOrder, getSlabOrder},
    AllocatorSettingRow{"lists", "1 to 1024",
        "Small sizes that have a list of their own.",
        of({QuickFit}), setNumber<&S::lists, 1, 1024>, getNumber<&S::lists>},
    AllocatorSettingRow{"region_size", "64 to 1 GiB",
        "Bytes of a region.",
        of({Region}), setNumber<&S::regionSize, 64, 1073741824>, getNumber<&S::regionSize>},
    AllocatorSettingRow{"slide", "after-free, on-failure, never",
        "When blocks slide together.",
        of({Sliding}), setNamed<&S::slide, slides>, getNamed<&S::slide, slides>},
    AllocatorSettingRow{"manner", "sliding, two-finger",
        "All blocks above a hole move down and keep their order, or the last blocks fill the first holes.",
        of({Sliding}), setNamed<&S::manner, manners>, getNamed<&S::manner, manners>},
    AllocatorSettingRow{"references", "table, rewritten, one-forgotten",
        "A moved block is found through a table, by rewriting each reference to it, or, a mistake, by all but one.",
        of({Sliding}), setNamed<&S::references, references>, getNamed<&S::references, references>},
};

// clang-format on

} // namespace

std::span<const AllocatorInfo> allocatorInfos() {
    return allocatorTable;
}

const AllocatorInfo& allocatorInfo(AllocatorKind kind) {
    return allocatorTable.at(static_cast<std::size_t>(kind));
}

Expected<AllocatorKind> parseAllocatorKind(std::string_view name) {
    std::string known;
    for (const AllocatorInfo& info : allocatorTable) {
        if (info.name == name) {
            return info.kind;
        }
        known += (known.empty() ? "" : ", ") + std::string(info.name);
    }
    return badInput("there is no allocator `" + std::string(name) + "`; there are: " + known);
}

std::span<const AllocatorSettingRow> allocatorSettingRows() {
    return rows;
}

AllocatorSettings defaultSettings(AllocatorKind kind) {
    AllocatorSettings settings;
    settings.kind = kind;
    if (kind == QuickFit) {
        settings.coalesce = Coalesce::Deferred; // merging at once leaves its lists empty
    }
    if (kind == PageAllocator) {
        settings.heapBase = std::uint64_t{4} << 20; // where a block of the largest order may begin
    }
    if (kind == Slab) {
        settings.alignment = 8;
    }
    return settings;
}

Expected<Done>
setAllocatorSetting(AllocatorSettings& settings, std::string_view key, std::string_view value) {
    const auto* row = std::find_if(rows.begin(), rows.end(),
                                   [&](const AllocatorSettingRow& r) { return r.key == key; });
    if (row == rows.end()) {
        return badInput("there is no setting `" + std::string(key) + "` of allocators");
    }
    if ((row->allocators & allocatorBit(settings.kind)) == 0) {
        return badInput("`" + std::string(key) + "` is not a setting of " +
                        std::string(allocatorInfo(settings.kind).name));
    }
    auto set = row->set(settings, value);
    if (!set) {
        Error error = set.error();
        error.key = std::string(key);
        return error;
    }
    return set;
}

std::vector<std::string> resolvedSettings(const AllocatorSettings& settings) {
    std::vector<std::string> texts;
    for (const AllocatorSettingRow& row : rows) {
        if ((row.allocators & allocatorBit(settings.kind)) != 0) {
            texts.push_back(std::string(row.key) + "=" + row.get(settings));
        }
    }
    return texts;
}

} // namespace fragscope
