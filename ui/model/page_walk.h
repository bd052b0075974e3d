#pragma once

#include "fragscope/base/memory_reader.h"
#include "fragscope/hardware/paging/pte.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace fragscope {

/// One table entry read on the way from CR3 to a page.
struct WalkedEntry {
    unsigned level = 0; ///< 4 = PML4 down to 1 = page table
    unsigned index = 0;
    PhysAddr place;
    Pte entry;
};

/// What the page tables in memory say of an address now: the walk of the processor without its side
/// effects and without rights checks (those depend on the access).
struct PageWalk {
    VirtAddr address;
    std::vector<WalkedEntry> entries;    ///< read, first to last; the last is the leaf or not present
    std::optional<PhysAddr> paddr;       ///< of the address, if it is mapped
    std::uint64_t mappedBytes = pageBytes; ///< size of the page that maps it

    [[nodiscard]] bool mapped() const { return paddr.has_value(); }

    /// The entry that maps the page or says that it is absent; an empty one if there are no tables.
    [[nodiscard]] Pte leaf() const { return entries.empty() ? Pte{} : entries.back().entry; }
};

/// Walks 4-level tables (SDM vol. 3A, 4.5) from `cr3`; 0 = no tables.
PageWalk walkPages(const MemoryReader& memory, std::uint64_t cr3, VirtAddr address);

} // namespace fragscope
