#include "fragscope/hardware/paging/tlb.h"

#include "fragscope/base/check.h"
#include "fragscope/hardware/paging/mistake.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/hardware/paging/tlb_event.h"

namespace fragscope {

namespace {

unsigned structureShift(unsigned level) {
    return pageShift + (level - 1) * tableIndexBits;
}

bool overlaps(VirtAddr aStart, ByteCount aLength, VirtAddr bStart, ByteCount bLength) {
    return aStart - bStart < bLength || bStart - aStart < aLength;
}

} // namespace

Tlb::Tlb(EventBus& events, const TlbConfig& config, unsigned baseShift)
    : events_(events), baseShift_(baseShift), split_(config.instruction.sets != 0),
      hasSecond_(config.second.sets != 0),
      hasStructureCaches_(config.pml4Entries + config.pdptEntries + config.pdEntries != 0),
      arrays_{TlbArray(config.first, baseShift, config.seed),
              TlbArray(config.instruction, baseShift, config.seed + 1),
              TlbArray(config.second, baseShift, config.seed + 2)},
      structures_{StructureCache(config.pml4Entries, structureShift(table_level::pml4)),
                  StructureCache(config.pdptEntries, structureShift(table_level::pdpt)),
                  StructureCache(config.pdEntries, structureShift(table_level::pd))} {
    FRAGSCOPE_CHECK(config.first.sets != 0, "a CPU needs a first-level TLB");
    unsigned next = 0;
    for (unsigned i = 0; i < arrayCount; ++i) {
        firstSlot_[i] = next;
        next += arrays_[i].slotCount();
    }
    for (unsigned i = 0; i < structureCount; ++i) {
        firstSlot_[arrayCount + i] = next;
        next += structures_[i].slotCount();
    }
    firstSlot_.back() = next;
}

TlbPart Tlb::partOf(unsigned slot) const {
    std::size_t part = 0;
    while (part + 2 < firstSlot_.size() && slot >= firstSlot_[part + 1]) {
        ++part;
    }
    return static_cast<TlbPart>(part);
}

const TlbEntry* Tlb::entryAt(unsigned slot) const {
    const std::size_t part = index(partOf(slot));
    if (part >= arrayCount) {
        return nullptr;
    }
    const TlbEntry& entry = arrays_[part].slot(slot - firstSlot_[part]);
    return entry.valid() ? &entry : nullptr;
}

std::optional<Event> Tlb::contentsOf(unsigned slot) const {
    const auto part = static_cast<unsigned>(partOf(slot));
    Event event{.kind = EventKind::TlbFill, .object = slot};
    TlbEventFields fields;
    if (part < arrayCount) {
        const TlbEntry* entry = entryAt(slot);
        if (entry == nullptr) {
            return std::nullopt;
        }
        event.vaddr = entry->start(baseShift_).value;
        event.paddr = entry->page.base.value;
        fields = encodeTlbEvent(*entry);
    } else {
        const StructureCache& cache = structures_[part - arrayCount];
        const StructureEntry& entry = cache.slot(slot - firstSlot_[part]);
        if (!entry.valid) {
            return std::nullopt;
        }
        event.vaddr = entry.prefix << cache.shift();
        event.paddr = entry.table.value;
        fields = encodeTlbEvent(entry, table_level::pml4 - (part - arrayCount),
                                ByteCount(1ULL << cache.shift()));
    }
    event.value = fields.value;
    event.a = fields.a;
    event.b = fields.b;
    return event;
}

const TlbEntry* Tlb::find(VirtAddr address, std::uint16_t pcid, AccessKind kind) const {
    const std::uint64_t key = tlbKey(address, baseShift_, pcid);
    const unsigned first = kind == AccessKind::Execute && split_ ? 1 : 0;
    for (const unsigned array : {first, 2U}) {
        const unsigned slot = arrays_[array].find(address, key);
        if (slot != TlbArray::none) {
            return &arrays_[array].slot(slot);
        }
    }
    return nullptr;
}

bool Tlb::mayReach(VirtAddr start, ByteCount length) const {
    for (const TlbArray& array : arrays_) {
        for (unsigned slot = 0; slot < array.slotCount(); ++slot) {
            const TlbEntry& entry = array.slot(slot);
            if (entry.valid() &&
                overlaps(entry.start(baseShift_), entry.pageSize(), start, length)) {
                return true;
            }
        }
    }
    for (const StructureCache& cache : structures_) {
        const ByteCount covered(1ULL << cache.shift());
        for (unsigned slot = 0; slot < cache.slotCount(); ++slot) {
            const StructureEntry& entry = cache.slot(slot);
            if (entry.valid &&
                overlaps(VirtAddr(entry.prefix << cache.shift()), covered, start, length)) {
                return true;
            }
        }
    }
    return false;
}

unsigned Tlb::check() const {
    for (const TlbArray& array : arrays_) {
        if (const unsigned broken = array.check(); broken != 0) {
            return broken;
        }
    }
    return 0;
}

const TlbEntry* Tlb::refill(VirtAddr address, std::uint16_t pcid, AccessKind kind) {
    const TlbEntry* found = arrays_[2].lookup(address, tlbKey(address, baseShift_, pcid));
    if (found == nullptr) {
        return nullptr;
    }
    insert(kind == AccessKind::Execute && split_ ? 1 : 0, *found);
    return found;
}

void Tlb::fill(const TlbEntry& entry, AccessKind kind) {
    insert(kind == AccessKind::Execute && split_ ? 1 : 0, entry);
    if (hasSecond_) {
        insert(2, entry);
    }
}

void Tlb::insert(unsigned array, const TlbEntry& entry) {
    const unsigned slot = arrays_[array].insert(entry);
    if (events_.wants(EventKind::TlbFill)) {
        events_.emit(*contentsOf(firstSlot_[array] + slot));
    }
}

void Tlb::emitDrop(unsigned slot, VirtAddr address) {
    if (events_.wants(EventKind::TlbDrop)) {
        Event event;
        event.kind = EventKind::TlbDrop;
        event.object = slot;
        event.vaddr = address.value;
        events_.emit(event);
    }
}

template <class Predicate> void Tlb::dropEntriesIf(Predicate predicate) {
    for (unsigned part = 0; part < arrayCount; ++part) {
        for (unsigned i = 0; i < arrays_[part].slotCount(); ++i) {
            const TlbEntry& entry = arrays_[part].slot(i);
            if (entry.valid() && predicate(entry)) {
                const VirtAddr start = entry.start(baseShift_);
                arrays_[part].drop(i);
                emitDrop(firstSlot_[part] + i, start);
            }
        }
    }
}

template <class Predicate> void Tlb::dropStructuresIf(Predicate predicate) {
    if (!hasStructureCaches_) {
        return;
    }
    for (unsigned cache = 0; cache < structureCount; ++cache) {
        for (unsigned i = 0; i < structures_[cache].slotCount(); ++i) {
            const StructureEntry& entry = structures_[cache].slot(i);
            if (entry.valid && predicate(entry, structures_[cache].shift())) {
                const VirtAddr start(entry.prefix << structures_[cache].shift());
                structures_[cache].drop(i);
                emitDrop(firstSlot_[arrayCount + cache] + i, start);
            }
        }
    }
}

void Tlb::dropPage(VirtAddr address, std::uint16_t pcid) {
    const std::uint64_t key = tlbKey(address, baseShift_, pcid);
    dropEntriesIf([&](const TlbEntry& entry) {
        if (planted(Mistake::InvalidateOnlySmallPage) && entry.page.shift > baseShift_) {
            return entry.tag == key;
        }
        return entry.matches(key);
    });
    dropStructuresIf([&](const StructureEntry& entry, unsigned) { return entry.pcid == pcid; });
}

void Tlb::dropPageOfPcid(VirtAddr address, std::uint16_t pcid) {
    const std::uint64_t key = tlbKey(address, baseShift_, pcid);
    dropEntriesIf([&](const TlbEntry& entry) { return !entry.page.global && entry.matches(key); });
    dropStructuresIf([&](const StructureEntry& entry, unsigned) { return entry.pcid == pcid; });
}

void Tlb::dropPcid(std::uint16_t pcid) {
    dropEntriesIf([&](const TlbEntry& entry) { return !entry.page.global && entry.pcid == pcid; });
    dropStructuresIf([&](const StructureEntry& entry, unsigned) { return entry.pcid == pcid; });
}

void Tlb::dropNonGlobal() {
    dropEntriesIf([](const TlbEntry& entry) { return !entry.page.global; });
    dropStructuresIf([](const StructureEntry&, unsigned) { return true; });
}

void Tlb::dropAll() {
    dropEntriesIf([](const TlbEntry&) { return true; });
    dropStructuresIf([](const StructureEntry&, unsigned) { return true; });
}

void Tlb::dropFaulting(VirtAddr address, std::uint16_t pcid) {
    const std::uint64_t key = tlbKey(address, baseShift_, pcid);
    dropEntriesIf([&](const TlbEntry& entry) { return entry.matches(key); });
    dropStructuresIf([&](const StructureEntry& entry, unsigned shift) {
        return entry.pcid == pcid && entry.prefix == address.value >> shift;
    });
}

void Tlb::dropOthers(VirtAddr address, const TlbEntry& entry) {
    const std::uint64_t key = tlbKey(address, baseShift_, entry.pcid);
    for (unsigned part = 0; part < arrayCount; ++part) {
        const unsigned slot = arrays_[part].find(address, key);
        if (slot == TlbArray::none) {
            continue;
        }
        const TlbEntry held = arrays_[part].slot(slot);
        if (held.tag != entry.tag || held.mask != entry.mask || held.page.base != entry.page.base) {
            arrays_[part].drop(slot);
            emitDrop(firstSlot_[part] + slot, held.start(baseShift_));
        }
    }
}

const StructureEntry* Tlb::lookupStructure(unsigned level, VirtAddr address, std::uint16_t pcid) {
    return structure(level).lookup(address, pcid);
}

void Tlb::fillStructure(unsigned level, VirtAddr address, const StructureEntry& entry) {
    StructureCache& cache = structure(level);
    if (cache.slotCount() == 0) {
        return;
    }
    const unsigned slot = cache.insert(address, entry);
    if (events_.wants(EventKind::TlbFill)) {
        const unsigned part = arrayCount + table_level::pml4 - level;
        events_.emit(*contentsOf(firstSlot_[part] + slot));
    }
}

} // namespace fragscope
