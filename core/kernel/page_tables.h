#pragma once

#include "fragscope/event/rule.h"
#include "fragscope/kernel/frames/frame_table.h"
#include "fragscope/kernel/paging/entry_layout.h"

#include <optional>
#include <vector>

namespace fragscope {

/// What a leaf entry shall say.
struct Leaf {
    FrameNumber frame{};
    bool writable = true;
    std::uint64_t old = 0; ///< entry whose accessed and dirty bits are carried over
};

/// The page tables of one process: 8-byte entries in emulated memory, edited by physical address.
/// Every change of a leaf is one PteStore event and one store.
/// Simplified: no TLB entry of a direct map is used for the kernel's own accesses to tables.
/// Source: SDM vol. 3A, 4.5 (4-level paging).
class PageTables {
public:
    PageTables(EventBus& events,
               PhysicalMemory& memory,
               FrameTable& frames,
               std::uint32_t process,
               FrameNumber root,
               const PagingSettings& paging = {});

    [[nodiscard]] FrameNumber root() const { return root_; }

    /// The value for CR3.
    [[nodiscard]] std::uint64_t cr3() const { return startOf(root_).value; }

    /// Leaf entry of `page`, 0 if there is none. A 2 MiB mapping yields its PDE.
    [[nodiscard]] std::uint64_t leaf(PageNumber page) const;

    /// Which states its entries have room for.
    [[nodiscard]] const EntryLayout& layout() const { return layout_; }

    /// True if each table of leaves has a side table.
    [[nodiscard]] bool hasSideTables() const { return sideTables_; }

    /// What the side tables of the process take of memory.
    [[nodiscard]] std::uint64_t sideTableBytes() const { return sideFrames_ * pageBytes; }

    /// Word of `page` in the side table; all zero if there is none.
    [[nodiscard]] SideWord side(PageNumber page) const;

    /// Stores it; the tables of the page must exist.
    void writeSide(PageNumber page, const SideWord& word);

    /// Makes the tables that lead to the page. False if no frame is left.
    [[nodiscard]] bool prepare(PageNumber page);

    /// An entry of a 4 KiB page that is not zero, or whose word in the side table is not.
    struct LeafEntry {
        PageNumber page;
        std::uint64_t entry = 0;
    };

    /// All of them, ascending.
    [[nodiscard]] std::vector<LeafEntry> leaves() const;

    /// Maps a page. False if no frame for a table is left.
    [[nodiscard]] bool map(PageNumber page, const Leaf& leaf, Rule why);

    /// Stores any value as the leaf of `page`. False if no frame for a table is left.
    [[nodiscard]] bool write(PageNumber page, std::uint64_t entry, Rule why);

    /// Maps 2 MiB; page and frame must be multiples of 512. False if no frame for a table is left.
    /// No table of 4 KiB pages may be there (takeEmptyTable).
    [[nodiscard]] bool mapLarge(PageNumber page, FrameNumber frame, bool writable, Rule why);

    /// Takes a table of 4 KiB pages that holds no entry out of the 2 MiB around `page`. It may be
    /// given back (giveTable) when no CPU can hold a translation through it. Nothing if there is no
    /// such table.
    std::optional<FrameNumber> takeEmptyTable(PageNumber page, Rule why);
    void giveTable(FrameNumber table);

    /// Maps 2 MiB by one entry instead of the table of 512 small pages, if they lie next to each
    /// other and aligned: one store. Returns the table, for finishJoin.
    std::optional<FrameNumber> joinLarge(PageNumber page, Rule why);

    /// No CPU can go through the table any more: the accessed and dirty bits that were set in it go
    /// to the large entry, and the table is given back.
    void finishJoin(PageNumber page, FrameNumber table);

    /// Takes the leaf out, atomically (exchange); returns what it held. Of a 2 MiB mapping that is
    /// the entry of all 512 pages.
    std::uint64_t exchange(PageNumber page, Rule why);

    /// Stores zero to the leaf without looking at it again: returns `seen`, read earlier.
    std::uint64_t clearPlainly(PageNumber page, std::uint64_t seen, Rule why);

    /// Replaces the 2 MiB mapping around `page` by 512 small ones with the same rights; false if
    /// none is there or no frame for the table is left.
    bool splitLarge(PageNumber page);

    /// Gives all table frames back (the process is gone); the deliberate mistake only the topmost.
    void release(TableRelease how = TableRelease::Complete);

private:
    /// A leaf entry: of a 4 KiB page (level 1) or of a 2 MiB one (level 2).
    struct LeafPlace {
        PhysAddr at{};
        unsigned level = 1;
    };

    [[nodiscard]] std::optional<LeafPlace> place(PageNumber page) const;
    [[nodiscard]] std::optional<PhysAddr> placeForWriting(PageNumber page, unsigned leafLevel);
    void store(PhysAddr place, PageNumber page, std::uint64_t value, unsigned level, Rule why);
    void addLeaves(PhysAddr table,
                   unsigned level,
                   std::uint64_t firstPage,
                   std::vector<LeafEntry>& found) const;
    void releaseTable(FrameNumber table, unsigned level);
    [[nodiscard]] std::optional<PhysAddr> sidePlace(PageNumber page) const;
    [[nodiscard]] std::optional<FrameNumber> makeTable(unsigned level);

    EventBus& events_;
    PhysicalMemory& memory_;
    FrameTable& frames_;
    std::uint32_t process_;
    FrameNumber root_;
    EntryLayout layout_;
    bool sideTables_;
    std::uint64_t sideFrames_ = 0;
};

} // namespace fragscope
