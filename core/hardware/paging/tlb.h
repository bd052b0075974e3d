#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/hardware/paging/structure_cache.h"
#include "fragscope/hardware/paging/tlb_array.h"

#include <optional>

namespace fragscope {

/// The parts of a CPU that remember translations, in the order of their slot numbers.
enum class TlbPart : std::uint8_t { First, Instruction, Second, Pml4Cache, PdptCache, PdCache };

/// All TLB arrays and paging-structure caches of one CPU; each change of a slot is a TlbFill or
/// TlbDrop event with a slot number unique within the CPU. Holds what was true when it was filled:
/// entries stay usable until invalidated, whatever happens to the tables (SDM vol. 3A, 4.10). Only
/// the Mmu fills and drops; others look.
///
/// Modelled: per CPU, a first level (unified, or split for data and instructions) and a shared
/// second level with configurable sets, ways and replacement; entries of all page sizes, global
/// pages, PCIDs; absent pages are never remembered, and stale entries stay until invalidated.
class Tlb {
public:
    /// `baseShift` is log2 of the smallest page size (12, or 5 on the classroom machine).
    Tlb(EventBus& events, const TlbConfig& config, unsigned baseShift = pageShift);

    // Looking.
    [[nodiscard]] unsigned slotCount() const { return firstSlot_.back(); }

    [[nodiscard]] TlbPart partOf(unsigned slot) const;

    [[nodiscard]] unsigned firstSlotOf(TlbPart part) const { return firstSlot_[index(part)]; }

    /// The translation in a slot of the first three parts, or nullptr if empty.
    [[nodiscard]] const TlbEntry* entryAt(unsigned slot) const;

    /// The TlbFill event that says what the slot holds (object, vaddr, paddr, value, a, b), or
    /// nothing if it is empty.
    [[nodiscard]] std::optional<Event> contentsOf(unsigned slot) const;

    /// The entry that an access of that kind would hit, or nullptr. Changes nothing.
    [[nodiscard]] const TlbEntry*
    find(VirtAddr address, std::uint16_t pcid, AccessKind kind = AccessKind::Read) const;

    /// True if any translation of any PCID overlaps the range, or a structure-cache entry leads to
    /// it.
    [[nodiscard]] bool mayReach(VirtAddr start, ByteCount length) const;

    [[nodiscard]] unsigned baseShift() const { return baseShift_; }

    [[nodiscard]] unsigned check() const; ///< first violated invariant of an array, 0 if none

    // Changing (for the Mmu).
    [[nodiscard]] const TlbEntry*
    lookupFirst(VirtAddr address, std::uint16_t pcid, AccessKind kind) {
        const bool fetch = kind == AccessKind::Execute && split_;
        return arrays_[fetch ? 1 : 0].lookup(address, tlbKey(address, baseShift_, pcid));
    }

    /// Looks in the second level and, if found, copies into the first.
    [[nodiscard]] const TlbEntry*
    lookupSecond(VirtAddr address, std::uint16_t pcid, AccessKind kind) {
        return hasSecond_ ? refill(address, pcid, kind) : nullptr;
    }

    /// Puts the entry into the first and the second level.
    void fill(const TlbEntry& entry, AccessKind kind);

    /// Drops what is held for the address with another size, scope or frame than `entry`, so that a
    /// walk made because of a clean entry leaves one answer.
    void dropOthers(VirtAddr address, const TlbEntry& entry);

    /// Drops the page of any size at the address, of this PCID or global, and this PCID's structure
    /// entries.
    void dropPage(VirtAddr address, std::uint16_t pcid);
    void dropPageOfPcid(VirtAddr address, std::uint16_t pcid); ///< as dropPage, but not globals
    void dropPcid(std::uint16_t pcid);                         ///< not globals
    void dropNonGlobal();
    void dropAll();

    /// As dropPage, but only the structure entries on the way to the address (a page fault).
    void dropFaulting(VirtAddr address, std::uint16_t pcid);

    /// Level 4, 3 or 2.
    [[nodiscard]] const StructureEntry*
    lookupStructure(unsigned level, VirtAddr address, std::uint16_t pcid);
    void fillStructure(unsigned level, VirtAddr address, const StructureEntry& entry);

    [[nodiscard]] bool hasStructureCaches() const { return hasStructureCaches_; }

private:
    static constexpr unsigned arrayCount = 3;
    static constexpr unsigned structureCount = 3;

    static std::size_t index(TlbPart part) { return static_cast<std::size_t>(part); }

    template <class Predicate> void dropEntriesIf(Predicate predicate);
    template <class Predicate> void dropStructuresIf(Predicate predicate);
    [[nodiscard]] const TlbEntry* refill(VirtAddr address, std::uint16_t pcid, AccessKind kind);
    void insert(unsigned array, const TlbEntry& entry);
    void emitDrop(unsigned slot, VirtAddr address);

    StructureCache& structure(unsigned level) { return structures_[4 - level]; }

    EventBus& events_;
    unsigned baseShift_;
    bool split_;
    bool hasSecond_;

    bool hasStructureCaches_;
    std::array<TlbArray, arrayCount> arrays_;
    std::array<StructureCache, structureCount> structures_;
    std::array<unsigned, arrayCount + structureCount + 1> firstSlot_{};
};

} // namespace fragscope
