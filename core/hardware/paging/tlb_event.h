#pragma once

#include "fragscope/event/event.h"
#include "fragscope/hardware/paging/structure_cache.h"
#include "fragscope/hardware/paging/tlb_entry.h"

namespace fragscope {

/// What a TlbFill event says, decoded: the view shows a TLB from these alone.
struct TlbEntryView {
    ByteCount pageSize; ///< bytes of linear address that the entry covers
    PhysAddr base;      ///< start of the page (of the next table if structureLevel != 0)
    std::uint16_t pcid = 0;
    std::uint8_t key = 0;
    bool writable = false;
    bool user = false;
    bool noExecute = false;
    bool dirty = false;
    bool global = false;
    unsigned structureLevel = 0; ///< 0: a translation; 4, 3, 2: a cached PML4E, PDPTE, PDE
};

/// The fields of TlbFill: `value` = a leaf entry (pte.h) with the rights of all levels combined,
/// `a` = page size in bytes, `b` = PCID in bits 11:0 and the level of a structure-cache entry in
/// bits 15:12. vaddr = start of the page, paddr = its physical start, object = slot number of the
/// CPU. A fill may replace the former contents of its slot without a TlbDrop.
struct TlbEventFields {
    std::uint64_t value = 0;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
};

TlbEventFields encodeTlbEvent(const TlbEntry& entry);
TlbEventFields encodeTlbEvent(const StructureEntry& entry, unsigned level, ByteCount covered);

/// Pure decoder of the three fields. `base` has whole 4 KiB frames only; for the 32-byte pages of
/// the classroom machine use the event's paddr, as the overload for events does.
TlbEntryView decodeTlbEvent(std::uint64_t value, std::uint64_t a, std::uint64_t b);
TlbEntryView decodeTlbEvent(const Event& event);

} // namespace fragscope
