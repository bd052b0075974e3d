#pragma once

#include "fragscope/hardware/cpu/cpu.h"
#include "fragscope/hardware/memory/physical_memory.h"
#include "fragscope/hardware/paging/mistake.h"
#include "fragscope/hardware/paging/paging_format.h"

namespace fragscope {

/// What a walk or another source found. If `failed` is not None, `page` is meaningless.
struct WalkOutcome {
    PageTranslation page;
    WalkCheck failed = WalkCheck::None;
    std::uint32_t errorCode = 0;  ///< of the page fault, if failed
    std::uint32_t references = 0; ///< table entries read
};

/// The error code of a rights violation or of a missing or malformed entry (SDM vol. 3A, 4.7).
std::uint32_t errorCodeFor(const Cpu& cpu, AccessKind kind, WalkCheck failed, PageRights rights);

/// Emits one WalkStep. Level 0: judged from a TLB entry, without a walk.
void emitWalkStep(EventBus& events,
                  VirtAddr address,
                  PhysAddr entryAddress,
                  unsigned level,
                  unsigned index,
                  std::uint64_t entry,
                  WalkCheck failed);

/// The page walk (SDM vol. 3A, 4.5): from CR3 down, per entry first P, then the reserved bits;
/// rights are judged when the walk is complete; A is set in each entry used, D in the leaf of a
/// write. A faulting walk leaves the entry that faulted and all below unchanged, the leaf of a
/// rights fault included; A of the entries above stays set as walked.
template <class Format> class Walker {
public:
    Walker(EventBus& events, PhysicalMemory& memory, Cpu& cpu)
        : events_(events), memory_(memory), cpu_(cpu), rules_(cpu.walkRules()) {}

    WalkOutcome walk(VirtAddr address, AccessKind kind) {
        address_ = address;
        kind_ = kind;
        table_ = Format::root(cpu_.registers().cr3, rules_);
        level_ = Format::levels;
        if constexpr (Format::levels == 4) {
            if (cpu_.tlb().hasStructureCaches()) {
                resumeFromStructureCache();
            }
        }
        while (!stepDown()) {
        }
        return outcome_;
    }

private:
    [[nodiscard]] static constexpr unsigned shiftOf(unsigned level) {
        return Format::pageShift + (level - 1) * Format::indexBits;
    }

    /// Reads and checks the entry of the current level; true if the walk ends here.
    bool stepDown() {
        const unsigned shift = shiftOf(level_);
        index_ = static_cast<unsigned>(address_.value >> shift) & ((1U << Format::indexBits) - 1);
        entryAddress_ = table_ + ByteCount(std::uint64_t{index_} * Format::entryBytes);
        entry_ = memory_.load(entryAddress_, Format::entryBytes);
        ++outcome_.references;
        if (const WalkCheck failed = checkEntry(); failed != WalkCheck::None) [[unlikely]] {
            return fail(failed);
        }
        combineRights();
        if (Format::mapsPage(entry_, level_, rules_)) {
            return finish(shift);
        }
        if (planted(Mistake::RightsBeforeWalkComplete)) {
            const WalkCheck early =
                judgeRights(cpu_.registers(), cpu_.accessMode(), kind_, rights_);
            if (early != WalkCheck::None) {
                return fail(early);
            }
        }
        emitStep(WalkCheck::None);
        setBits(Format::accessedBit);
        table_ = Format::table(entry_, rules_);
        rememberStructure();
        --level_;
        return false;
    }

    [[nodiscard]] WalkCheck checkEntry() const {
        const std::uint64_t flags = Format::flags(entry_);
        const bool absent = (flags & pte::present) == 0;
        if (absent && !planted(Mistake::ReservedBitsOfAbsentEntry)) {
            return WalkCheck::NotPresent;
        }
        const unsigned large = (flags & pte::large) != 0 ? 1 : 0;
        const std::uint64_t reserved = entry_ & rules_.reserved[level_][large];
        if (reserved != 0) [[unlikely]] {
            return classifyReserved(reserved, cpu_.config().maxPhysicalBits);
        }
        return absent ? WalkCheck::NotPresent : WalkCheck::None;
    }

    void combineRights() {
        const std::uint64_t flags = Format::flags(entry_);
        rights_.writable = rights_.writable && (flags & pte::writable) != 0;
        rights_.user = rights_.user && (flags & pte::user) != 0;
        rights_.noExecute = rights_.noExecute || (flags & pte::noExecute) != 0;
    }

    bool finish(unsigned shift) {
        const std::uint64_t flags = Format::flags(entry_);
        rights_.key = static_cast<std::uint8_t>((flags & pte::keyMask) >> pte::keyShift);
        const WalkCheck failed = judgeRights(cpu_.registers(), cpu_.accessMode(), kind_, rights_);
        if (failed != WalkCheck::None) [[unlikely]] {
            if (planted(Mistake::AccessedOnRightsFault)) {
                setBits(Format::accessedBit);
            }
            return fail(failed);
        }
        emitStep(WalkCheck::None);
        const bool setsDirty = isWrite(kind_) || planted(Mistake::DirtyOnRead);
        setBits(Format::accessedBit | (setsDirty ? Format::dirtyBit : 0));
        outcome_.page.base = Format::pageBase(entry_, shift, rules_);
        outcome_.page.shift = static_cast<std::uint8_t>(shift);
        outcome_.page.rights = rights_;
        outcome_.page.dirty = (Format::flags(entry_) & pte::dirty) != 0;
        outcome_.page.global = rules_.globalPages && (flags & pte::global) != 0;
        return true;
    }

    bool fail(WalkCheck failed) {
        emitStep(failed);
        outcome_.failed = failed;
        outcome_.errorCode = errorCodeFor(cpu_, kind_, failed, rights_);
        return true;
    }

    /// Sets bits of the entry in memory if one is clear; within one step, so nobody comes in
    /// between (the processor uses a locked read-modify-write).
    void setBits(std::uint64_t bits) {
        if ((entry_ & bits) != bits) [[unlikely]] {
            entry_ |= bits;
            memory_.store(entryAddress_, entry_, Format::entryBytes);
        }
    }

    void emitStep(WalkCheck failed) {
        if (events_.wants(EventKind::WalkStep)) [[unlikely]] {
            emitWalkStep(events_, address_, entryAddress_, level_, index_, entry_, failed);
        }
    }

    /// Starts below the deepest cached prefix of the address; the caches need not agree with
    /// memory.
    void resumeFromStructureCache() {
        for (unsigned level = table_level::pd; level <= table_level::pml4; ++level) {
            const StructureEntry* held = cpu_.tlb().lookupStructure(level, address_, cpu_.pcid());
            if (held != nullptr) {
                table_ = held->table;
                level_ = level - 1;
                rights_.writable = held->writable;
                rights_.user = held->user;
                rights_.noExecute = held->noExecute;
                return;
            }
        }
    }

    void rememberStructure() {
        if constexpr (Format::levels == 4) {
            if (cpu_.tlb().hasStructureCaches()) [[unlikely]] {
                StructureEntry entry;
                entry.table = table_;
                entry.pcid = cpu_.pcid();
                entry.writable = rights_.writable;
                entry.user = rights_.user;
                entry.noExecute = rights_.noExecute;
                cpu_.tlb().fillStructure(level_, address_, entry);
            }
        }
    }

    EventBus& events_;
    PhysicalMemory& memory_;
    Cpu& cpu_;
    const WalkRules& rules_;
    VirtAddr address_;
    AccessKind kind_ = AccessKind::Read;
    PhysAddr table_;
    unsigned level_ = 0;
    unsigned index_ = 0;
    PhysAddr entryAddress_;
    std::uint64_t entry_ = 0;
    PageRights rights_{true, true, false, 0};
    WalkOutcome outcome_;
};

} // namespace fragscope
