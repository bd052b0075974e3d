#pragma once

#include "fragscope/kernel/memory_map.h"
#include "fragscope/kernel/segments/settings.h"

namespace fragscope {

/// The virtual side of seed 001: the memory map of a process as an array of areas, free ones too,
/// ordered by address. An address is found by binary search; a free area by lists of equal size
/// (1 to 64 pages) and one for larger ones. The array grows when an area is cut or the address
/// space is extended, and shrinks when free neighbours are joined.
///
/// A free area is an entry of kind Free whose `place` and `length` hold the starts of the next and
/// previous free area of its list (entries move, starts do not); the heads of the lists are the
/// last words of the frames of the map.
///
/// Invariants: (1) the entries cover the address space from its start to the Limit without gap;
/// (2) each free area is in exactly the list of its size. Source: seed 001.
class AreaArray {
public:
    static constexpr std::uint32_t lists = 64; ///< of 1 to 64 pages; list 0 is for larger areas

    /// What the operations cost so far.
    struct Work {
        std::uint64_t searches = 0;
        std::uint64_t compared = 0; ///< entries looked at in searches by address and along lists
        std::uint64_t moved = 0;    ///< entries moved by insertions and removals
    };

    /// The map must have room for the heads: maps of processes with segments do.
    AreaArray(MemoryMap& map, PhysicalMemory& memory, AreaJoin join)
        : map_(map), memory_(memory), join_(join) {}

    /// Empties the lists; the map holds the Limit only.
    void initialise();

    struct Found {
        VirtAddr start{};
        Rule why{};
    };

    /// What a new block leads to.
    struct Target {
        PhysAddr place{};
        std::uint32_t segment = 0;
        EntryKind kind = EntryKind::Block; ///< Demand: only the page tables say where each page is
    };

    /// A free area of so many pages, aligned (in pages, a power of two), which becomes a block.
    /// Nothing if the array is full.
    [[nodiscard]] std::optional<Found>
    allocate(PageCount pages, PageCount alignment, const Target& target, Rule why);

    /// The block that starts there keeps its first `pages`; the rest becomes a block of its own.
    /// The array must have room for one more entry.
    void cut(VirtAddr start, PageCount pages, const Target& rest, Rule why);

    /// The block that starts there becomes a free area. False if none does.
    bool release(VirtAddr start, Rule why);

    /// Joins all free neighbours; returns how many entries went.
    std::uint64_t joinAll(Rule why);

    /// Index of the entry that starts there.
    [[nodiscard]] std::optional<std::size_t> indexOf(VirtAddr start);

    /// Entries that the map may hold beside the heads.
    [[nodiscard]] std::size_t capacity() const;

    [[nodiscard]] const Work& work() const { return work_; }

    /// The list for an area of so many pages.
    static constexpr std::uint32_t listFor(PageCount pages) {
        return pages.value <= lists ? static_cast<std::uint32_t>(pages.value) : 0;
    }

private:
    struct Area {
        std::size_t index = 0;
        std::uint64_t start = 0;
        std::uint64_t end = 0;
    };

    [[nodiscard]] PhysAddr headPlace(std::uint32_t list) const;
    [[nodiscard]] std::uint64_t head(std::uint32_t list) const;
    [[nodiscard]] Area area(std::size_t index) const;
    [[nodiscard]] PageCount pagesOf(std::size_t index) const;
    [[nodiscard]] bool isFree(std::size_t index) const;
    void enlist(std::size_t index);
    void delist(std::size_t index);
    void link(std::uint64_t start, std::uint64_t field, std::uint64_t value);
    void insert(std::size_t index, const MapEntry& entry, Rule why);
    void remove(std::size_t index, Rule why);
    [[nodiscard]] std::optional<Found> look(PageCount pages, PageCount alignment);
    [[nodiscard]] std::optional<std::uint64_t> bestInLarge(PageCount pages, PageCount alignment);
    [[nodiscard]] std::optional<Found> extend(PageCount pages, PageCount alignment, Rule why);
    void occupy(const Found& found, PageCount pages, const Target& target, Rule why);
    void joinWithNext(std::size_t index, Rule why);

    MemoryMap& map_;
    PhysicalMemory& memory_;
    AreaJoin join_;
    Work work_;
};

/// The free areas of a list by their starts, from the words of a map and its entries as decodeMap()
/// gives them; ends at a start that is no free area, and after as many steps as there are entries.
std::vector<std::uint64_t> decodeAreaList(const MemoryReader& memory,
                                          const ProcessInfo& process,
                                          const std::vector<MapEntry>& entries,
                                          std::uint32_t list);

/// The same; decodes the map itself.
std::vector<std::uint64_t>
decodeAreaList(const MemoryReader& memory, const ProcessInfo& process, std::uint32_t list);

} // namespace fragscope
