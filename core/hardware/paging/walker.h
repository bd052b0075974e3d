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
///
/// Modelled: the 4-level walk with pages of 4 KiB, 2 MiB and 1 GiB in the manual's order; reserved
/// bits for MAXPHYADDR 32 to 52; accessed and dirty bits in the tables (SDM vol.
/// 3A, 4.5, 4.7, 4.8).
template <class Format> class Walker {
public:
    /// `outcome` must be fresh; it is written in place because copying it costs more than a table
    /// reference.
    Walker(EventBus& events, PhysicalMemory& memory, Cpu& cpu, WalkOutcome& outcome)
        : outcome_(outcome), events_(events), memory_(memory), cpu_(cpu), rules_(cpu.walkRules()),
          emitsSteps_(events.wants(EventKind::WalkStep)),
          cachesStructures_(Format::levels == 4 && cpu.tlb().hasStructureCaches()) {}

    void walk(VirtAddr address, AccessKind kind) {
        address_ = address;
        kind_ = kind;
        table_ = Format::root(cpu_.registers().cr3, rules_);
        unsigned level = Format::levels;
        if (cachesStructures_) [[unlikely]] {
            level = resumeFromStructureCache();
        }
        while (!stepDown(level)) {
            --level;
        }
    }

private:
    [[nodiscard]] static constexpr unsigned shiftOf(unsigned level) {
        return Format::pageShift + (level - 1) * Format::indexBits;
    }

    /// Reads and checks the entry of a level; true if the walk ends here.
    bool stepDown(unsigned level) {
        const unsigned shift = shiftOf(level);
        const std::uint64_t index = (address_.value >> shift) & ((1U << Format::indexBits) - 1);
        entryAddress_ = table_ + ByteCount(index * Format::entryBytes);
        entry_ = memory_.load(entryAddress_, Format::entryBytes);
        ++outcome_.references;
        const std::uint64_t flags = Format::flags(entry_);
        if (const WalkCheck failed = checkEntry(flags, level); failed != WalkCheck::None)
            [[unlikely]] {
            return fail(level, failed);
        }
        everywhere_ &= flags;
        anywhere_ |= flags;
        if (Format::mapsPage(entry_, level, rules_)) {
            return finish(level, shift);
        }
        if (planted(Mistake::RightsBeforeWalkComplete)) {
            const WalkCheck early = judge();
            if (early != WalkCheck::None) {
                return fail(level, early);
            }
        }
        emitStep(level, WalkCheck::None);
        setBits(Format::accessedBit);
        table_ = Format::table(entry_, rules_);
        if (cachesStructures_) [[unlikely]] {
            rememberStructure(level);
        }
        return false;
    }

    [[nodiscard]] WalkCheck checkEntry(std::uint64_t flags, unsigned level) const {
        const bool absent = (flags & pte::present) == 0;
        if (absent && !planted(Mistake::ReservedBitsOfAbsentEntry)) {
            return WalkCheck::NotPresent;
        }
        const unsigned large = (flags & pte::large) != 0 ? 1 : 0;
        const std::uint64_t reserved = entry_ & rules_.reserved[level][large];
        if (reserved != 0) [[unlikely]] {
            return classifyReserved(reserved, cpu_.config().maxPhysicalBits);
        }
        return absent ? WalkCheck::NotPresent : WalkCheck::None;
    }

    /// U and W are the AND over the levels read so far, NX the OR; the key is that of the last
    /// entry.
    [[nodiscard]] PageRights rights() const {
        const std::uint64_t key = (Format::flags(entry_) & pte::keyMask) >> pte::keyShift;
        return {(everywhere_ & pte::writable) != 0, (everywhere_ & pte::user) != 0,
                (anywhere_ & pte::noExecute) != 0, static_cast<std::uint8_t>(key)};
    }

    [[nodiscard]] WalkCheck judge() const {
        return judgeRights(cpu_.registers(), cpu_.accessMode(), kind_, rights());
    }

    bool finish(unsigned level, unsigned shift) {
        if (const WalkCheck failed = judge(); failed != WalkCheck::None) [[unlikely]] {
            if (planted(Mistake::AccessedOnRightsFault)) {
                setBits(Format::accessedBit);
            }
            return fail(level, failed);
        }
        emitStep(level, WalkCheck::None);
        const bool setsDirty = isWrite(kind_) || planted(Mistake::DirtyOnRead);
        setBits(Format::accessedBit | (setsDirty ? Format::dirtyBit : 0));
        const std::uint64_t flags = Format::flags(entry_);
        outcome_.page = {Format::pageBase(entry_, shift, rules_), static_cast<std::uint8_t>(shift),
                         rights(), (flags & pte::dirty) != 0,
                         rules_.globalPages && (flags & pte::global) != 0};
        return true;
    }

    bool fail(unsigned level, WalkCheck failed) {
        emitStep(level, failed);
        outcome_.failed = failed;
        outcome_.errorCode = errorCodeFor(cpu_, kind_, failed, rights());
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

    void emitStep(unsigned level, WalkCheck failed) {
        if (emitsSteps_) [[unlikely]] {
            const std::uint64_t index = (entryAddress_ - table_).value / Format::entryBytes;
            emitWalkStep(events_, address_, entryAddress_, level, static_cast<unsigned>(index),
                         entry_, failed);
        }
    }

    /// Starts below the deepest cached prefix of the address; the caches need not agree with
    /// memory. Returns the level to read first.
    unsigned resumeFromStructureCache() {
        for (unsigned level = table_level::pd; level <= table_level::pml4; ++level) {
            const StructureEntry* held = cpu_.tlb().lookupStructure(level, address_, cpu_.pcid());
            if (held != nullptr) {
                table_ = held->table;
                everywhere_ = (held->writable ? pte::writable : 0) | (held->user ? pte::user : 0);
                anywhere_ = held->noExecute ? pte::noExecute : 0;
                return level - 1;
            }
        }
        return table_level::pml4;
    }

    void rememberStructure(unsigned level) {
        const PageRights above = rights();
        StructureEntry entry;
        entry.table = table_;
        entry.pcid = cpu_.pcid();
        entry.writable = above.writable;
        entry.user = above.user;
        entry.noExecute = above.noExecute;
        cpu_.tlb().fillStructure(level, address_, entry);
    }

    WalkOutcome& outcome_;
    EventBus& events_;
    PhysicalMemory& memory_;
    Cpu& cpu_;
    const WalkRules& rules_;
    bool emitsSteps_;
    bool cachesStructures_;
    VirtAddr address_;
    AccessKind kind_ = AccessKind::Read;
    PhysAddr table_;
    PhysAddr entryAddress_;
    std::uint64_t entry_ = 0;
    std::uint64_t everywhere_ = pte::writable | pte::user; ///< AND of the flags read
    std::uint64_t anywhere_ = 0;                           ///< OR of the flags read
};

} // namespace fragscope
