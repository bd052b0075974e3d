#include "fragscope/hardware/paging/mmu.h"

#include "fragscope/hardware/paging/tlb_event.h"
#include "fragscope/hardware/paging/translation_source.h"

namespace fragscope {

namespace {

constexpr std::uint8_t generalProtection = 13;
constexpr std::uint8_t pageFault = 14;

Fault protectionFault() {
    return Fault{generalProtection, 0, VirtAddr()};
}

} // namespace

Fault notMappedFault(const Cpu& cpu, VirtAddr address, AccessKind kind) {
    return Fault{pageFault, errorCodeFor(cpu, kind, WalkCheck::NotMapped, {}), address};
}

Fault Mmu::raisePageFault(Cpu& cpu, VirtAddr address, std::uint32_t errorCode) {
    cpu.storeRegister(RegisterName::Cr2, address.value);
    if (!planted(Mistake::FaultKeepsEntry)) {
        cpu.tlb().dropFaulting(address, cpu.pcid());
    }
    return Fault{pageFault, errorCode, address};
}

Fault Mmu::faultOnHit(
    Cpu& cpu, VirtAddr address, AccessKind kind, const TlbEntry& entry, WalkCheck failed) {
    if (events_.wants(EventKind::WalkStep)) {
        emitWalkStep(events_, address, entry.page.base, 0, 0, encodeTlbEvent(entry).value, failed);
    }
    return raisePageFault(cpu, address, errorCodeFor(cpu, kind, failed, entry.page.rights));
}

void Mmu::emitMiss(const Cpu& cpu, VirtAddr address) {
    if (events_.wants(EventKind::TlbMiss)) {
        Event event;
        event.kind = EventKind::TlbMiss;
        event.object = cpu.process;
        event.vaddr = address.value;
        events_.emit(event);
    }
}

// Everything that is not a plain hit in the first level.
Result<Translation, Fault>
Mmu::translateSlowly(Cpu& cpu, VirtAddr address, AccessKind kind, const TlbEntry* entry) {
    if (!cpu.isCanonical(address)) {
        return protectionFault();
    }
    if (cpu.pagingMode() == PagingMode::Off && cpu.source == nullptr) {
        return Translation{PhysAddr(address.value), 0};
    }
    if (planted(Mistake::NoTlb)) {
        return walkAndFill(cpu, address, kind, nullptr);
    }
    if (entry == nullptr) {
        entry = cpu.tlb().lookupSecond(address, cpu.pcid(), kind);
        if (entry == nullptr) {
            emitMiss(cpu, address);
            return walkAndFill(cpu, address, kind, nullptr);
        }
    }
    if (cpu.allows(*entry, kind)) {
        return Translation{entry->physical(address), 0};
    }
    return useDenied(cpu, address, kind, *entry);
}

// What the entry held forbids is a fault without a look at the tables; a write through a clean
// entry walks, to set D.
Result<Translation, Fault>
Mmu::useDenied(Cpu& cpu, VirtAddr address, AccessKind kind, const TlbEntry& entry) {
    if (planted(Mistake::RightsFrozenAtFill)) {
        return Translation{entry.physical(address), 0};
    }
    const WalkCheck failed =
        judgeRights(cpu.registers(), cpu.accessMode(), kind, entry.page.rights);
    if (failed != WalkCheck::None) {
        return faultOnHit(cpu, address, kind, entry, failed);
    }
    if (planted(Mistake::DirtyMissedOnCleanHit)) {
        return Translation{entry.physical(address), 0};
    }
    return walkAndFill(cpu, address, kind, &entry);
}

Result<Translation, Fault>
Mmu::walkAndFill(Cpu& cpu, VirtAddr address, AccessKind kind, const TlbEntry* clean) {
    WalkOutcome outcome;
    if (cpu.source != nullptr) {
        askSource(cpu, address, kind, outcome);
    } else {
        walk(cpu, address, kind, outcome);
    }
    if (outcome.failed != WalkCheck::None || remembersAbsent(address)) {
        rememberAbsent(address);
        return raisePageFault(cpu, address, outcome.errorCode);
    }
    const std::uint64_t inPage = (1ULL << outcome.page.shift) - 1;
    const PhysAddr paddr = outcome.page.base + ByteCount(address.value & inPage);
    memory_.prefetch(paddr); // hides some of the host's cache miss behind the fill
    const TlbEntry entry = makeTlbEntry(address, outcome.page, cpu.pcid(), cpu.tlb().baseShift());
    if (clean != nullptr) {
        cpu.tlb().dropOthers(address, entry);
    }
    cpu.tlb().fill(entry, kind);
    return Translation{paddr, outcome.references};
}

void Mmu::walk(Cpu& cpu, VirtAddr address, AccessKind kind, WalkOutcome& outcome) {
    switch (cpu.pagingMode()) {
    case PagingMode::Legacy32:
        Walker<LegacyFormat>(events_, memory_, cpu, outcome).walk(address, kind);
        break;
    case PagingMode::Classroom:
        Walker<ClassroomFormat>(events_, memory_, cpu, outcome).walk(address, kind);
        break;
    case PagingMode::FourLevel:
    case PagingMode::Off:
        Walker<FourLevelFormat>(events_, memory_, cpu, outcome).walk(address, kind);
        break;
    }
}

void Mmu::askSource(Cpu& cpu, VirtAddr address, AccessKind kind, WalkOutcome& outcome) {
    const TranslationSource::Answer answer = cpu.source->find(cpu, address, kind);
    outcome.references = answer.references;
    if (!answer.outcome.ok()) {
        outcome.failed = WalkCheck::NotMapped;
        outcome.errorCode = answer.outcome.error().errorCode;
        return;
    }
    outcome.page = answer.outcome.value();
    outcome.failed = judgeRights(cpu.registers(), cpu.accessMode(), kind, outcome.page.rights);
    outcome.errorCode = errorCodeFor(cpu, kind, outcome.failed, outcome.page.rights);
}

void Mmu::bufferStore(Cpu& cpu, const PendingStore& store) {
    if (cpu.storeBuffer.full()) {
        drainOneStore(cpu);
    }
    cpu.storeBuffer.push(store);
    emitPendingStores(cpu);
}

void Mmu::emitPendingStores(const Cpu& cpu) {
    events_.emit({.kind = EventKind::StoresPending,
                  .object = cpu.id(),
                  .value = cpu.storeBuffer.stores().size()});
}

void Mmu::drainOneStore(Cpu& cpu) {
    if (!cpu.storeBuffer.empty()) {
        const PendingStore store = cpu.storeBuffer.pop();
        memory_.storeQuietly(store.paddr, store.value, store.bytes);
        events_.emit({.kind = EventKind::StoreDrained,
                      .cpu = cpu.id(),
                      .size = static_cast<std::uint8_t>(store.bytes),
                      .object = cpu.process,
                      .vaddr = store.vaddr.value,
                      .paddr = store.paddr.value,
                      .value = store.value,
                      .a = cpu.storeBuffer.stores().size()});
        emitPendingStores(cpu);
    }
}

void Mmu::drainStores(Cpu& cpu) {
    while (!cpu.storeBuffer.empty()) {
        drainOneStore(cpu);
    }
}

void Mmu::invalidatePage(Cpu& cpu, VirtAddr address) {
    drainStores(cpu);
    cpu.tlb().dropPage(address, cpu.pcid());
}

void Mmu::invalidateAll(Cpu& cpu) {
    cpu.tlb().dropAll();
}

void Mmu::writeCr3(Cpu& cpu, std::uint64_t value) {
    drainStores(cpu);
    const bool keep = cpu.registers().pcids() && (value & control::cr3KeepTranslations) != 0;
    cpu.storeRegister(RegisterName::Cr3, value & ~control::cr3KeepTranslations);
    if (!keep) {
        cpu.tlb().dropPcid(cpu.pcid());
    }
}

void Mmu::writeCr0(Cpu& cpu, std::uint64_t value) {
    drainStores(cpu);
    const std::uint64_t changed = cpu.registers().cr0 ^ value;
    cpu.storeRegister(RegisterName::Cr0, value);
    if ((changed & control::cr0Paging) != 0) {
        cpu.tlb().dropAll();
    }
}

void Mmu::writeCr4(Cpu& cpu, std::uint64_t value) {
    drainStores(cpu);
    const std::uint64_t old = cpu.registers().cr4;
    constexpr std::uint64_t drops = control::cr4GlobalPages | control::cr4PageSizeExtensions |
                                    control::cr4PhysicalAddressExtension;
    const bool pcidsEnd = (old & ~value & control::cr4Pcid) != 0;
    cpu.storeRegister(RegisterName::Cr4, value);
    if (((old ^ value) & drops) != 0 || pcidsEnd) {
        cpu.tlb().dropAll();
    } else if ((value & ~old & control::cr4Smep) != 0) {
        cpu.tlb().dropPcid(cpu.pcid());
    }
}

void Mmu::writeEfer(Cpu& cpu, std::uint64_t value) {
    drainStores(cpu);
    const std::uint64_t changed = cpu.registers().efer ^ value;
    cpu.storeRegister(RegisterName::Efer, value);
    if ((changed & (control::eferNoExecute | control::eferLongModeActive)) != 0) {
        cpu.tlb().dropAll();
    }
}

Result<Done, Fault>
Mmu::invalidatePcid(Cpu& cpu, InvpcidType type, std::uint16_t pcid, VirtAddr address) {
    drainStores(cpu);
    const bool namesPcid = type == InvpcidType::Address || type == InvpcidType::Context;
    if (pcid > control::cr3PcidMask || (namesPcid && pcid != 0 && !cpu.registers().pcids())) {
        return protectionFault();
    }
    switch (type) {
    case InvpcidType::Address:
        if (!cpu.isCanonical(address)) {
            return protectionFault();
        }
        cpu.tlb().dropPageOfPcid(address, pcid);
        break;
    case InvpcidType::Context:
        cpu.tlb().dropPcid(pcid);
        break;
    case InvpcidType::AllWithGlobals:
        cpu.tlb().dropAll();
        break;
    case InvpcidType::AllContexts:
        cpu.tlb().dropNonGlobal();
        break;
    }
    return Done{};
}

} // namespace fragscope
