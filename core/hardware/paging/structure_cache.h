#pragma once

#include "fragscope/base/units.h"

#include <optional>
#include <vector>

namespace fragscope {

/// What a paging-structure cache holds for a prefix of the address: the next table and the rights
/// of the levels above it (SDM vol. 3A, 4.10.3). Only entries with P = 1, no reserved bit and A = 1
/// get here.
///
/// Modelled: caches for PML4, PDPT and PD entries, if configured, with their own invalidation
/// rules.
struct StructureEntry {
    std::uint64_t prefix = 0; ///< address >> shift of the level
    PhysAddr table;           ///< the table of the next lower level
    std::uint64_t lastUse = 0;
    std::uint16_t pcid = 0;
    bool valid = false;
    bool writable = false;
    bool user = false;
    bool noExecute = false;
};

/// One fully associative cache for the entries of one level (PML4E, PDPTE or PDE), LRU.
class StructureCache {
public:
    /// `shift`: log2 of the bytes that one entry of the level covers.
    StructureCache(std::uint32_t entries, unsigned shift) : shift_(shift), entries_(entries) {}

    [[nodiscard]] unsigned slotCount() const { return static_cast<unsigned>(entries_.size()); }

    [[nodiscard]] unsigned shift() const { return shift_; }

    [[nodiscard]] const StructureEntry& slot(unsigned index) const { return entries_[index]; }

    [[nodiscard]] const StructureEntry* lookup(VirtAddr address, std::uint16_t pcid);

    /// Returns the slot that was filled. Must not be called on a cache without entries.
    unsigned insert(VirtAddr address, StructureEntry entry);

    void drop(unsigned index) { entries_[index] = StructureEntry(); }

private:
    unsigned shift_;
    std::vector<StructureEntry> entries_;
    std::uint64_t now_ = 0;
};

} // namespace fragscope
