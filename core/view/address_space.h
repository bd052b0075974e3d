#pragma once

#include "fragscope/base/memory_reader.h"
#include "fragscope/hardware/paging/walk_check.h"
#include "fragscope/kernel/layout.h"
#include "fragscope/view/state.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// The address space of a process as the bytes say: its map, and its page tables level by level.
namespace fragscope {

/// A process with its map, decoded.
struct AddressSpace {
    ProcessInfo process;
    MapRepresentation representation = MapRepresentation::StartOnly;
    std::vector<MapEntry> entries; ///< as they lie in memory, empty ones and the limit included
    std::vector<Extent> extents;   ///< what they cover, with label and rights

    /// The extent that covers an address, if any.
    [[nodiscard]] const Extent* extentAt(VirtAddr address) const;
};

/// Numbers, states and maps of all processes, ascending number; empty before the kernel has booted.
std::vector<AddressSpace> decodeAddressSpaces(const MemoryReader& memory);

/// Of one process; nothing if there is none of that number.
std::optional<AddressSpace> decodeAddressSpace(const MemoryReader& memory, std::uint32_t process);

// ---- page tables ----

/// A bit of a paging-structure entry with the name that the processor manual's tables use.
struct EntryFlag {
    std::uint64_t mask;
    std::string_view name;     ///< "RW"
    std::string_view sentence; ///< what 1 means
};

/// The flags that an entry of this level can have, from bit 0 up (SDM vol. 3A, tables 4-15 to
/// 4-20). `maps`: the entry maps a page (D and G mean something only then).
std::vector<EntryFlag> flagsOf(unsigned level, bool maps);

/// One table entry on the way of an address.
struct WalkLevel {
    unsigned level = 0; ///< 4 to 1 (table_level)
    PhysAddr table;     ///< start of the table
    unsigned index = 0; ///< 0 to 511: nine bits of the address
    PhysAddr place;     ///< of the entry
    std::uint64_t entry = 0;
    bool maps = false;                       ///< maps a page: the walk ends here
    std::vector<std::string_view> flagNames; ///< of the flags that are set
};

/// The way of an address through the tables, without side effects and without asking who accesses.
/// Simplified: reserved bits are shown, not checked.
struct TableWalk {
    std::vector<WalkLevel> levels;       ///< from level 4 down to where it ends
    WalkCheck stopped = WalkCheck::None; ///< NonCanonical or NotPresent if it leads nowhere
    PhysAddr paddr;                      ///< of the address, if it leads anywhere
    ByteCount pageSize;                  ///< 4 KiB, 2 MiB or 1 GiB; 0 if it leads nowhere
    bool writable = false;               ///< RW in all levels
    bool user = false;                   ///< US in all levels
    bool executable = false;             ///< NX in none

    [[nodiscard]] bool mapped() const { return stopped == WalkCheck::None; }
};

/// Walks 4-level tables from a value of CR3.
TableWalk walkTables(const MemoryReader& memory, std::uint64_t cr3, VirtAddr address);

// ---- translation caches ----

/// The slots of a CPU that hold a translation of the address, whatever their PCID; ascending.
std::vector<std::size_t> tlbSlotsOf(const CpuView& cpu, VirtAddr address);

} // namespace fragscope
