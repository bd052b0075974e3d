#pragma once

#include "fragscope/base/result.h"
#include "fragscope/hardware/cpu/cpu.h"
#include "fragscope/hardware/memory/physical_memory.h"
#include "fragscope/hardware/paging/access.h"
#include "fragscope/hardware/paging/mistake.h"
#include "fragscope/hardware/paging/walker.h"

namespace fragscope {

/// INVPCID descriptor types (SDM vol. 2A, INVPCID).
enum class InvpcidType : std::uint8_t {
    Address = 0,        ///< one address of one PCID, not globals
    Context = 1,        ///< one PCID, not globals
    AllWithGlobals = 2, ///< everything
    AllContexts = 3,    ///< everything but globals
};

/// What a CPU does with a linear address: TLB look-up, page walk on a miss, rights, A and D bits;
/// and the instructions that change or invalidate translations (SDM vol. 3A, chapter 4).
///
/// Rules: (1) rights are judged at each access from the entry held and the current registers; (2)
/// an entry is made only from a completed walk, never for an absent page; (3) entries stay usable
/// until invalidated; (4) a page fault drops what is held for its address; (5) a write through an
/// entry with D = 0 walks again.
///
/// Modelled: translation with all side effects of the processor: TLB fill, A and D bits, CR2, the
/// error code of a page fault; INVLPG, INVPCID and writes of CR0, CR3 (with PCID and bit 63), CR4
/// and EFER with the invalidations they bring (SDM vol. 3A, 4.10.4).
///
/// Simplified: A and D are set within the step of the walk, so that no other CPU can come in
/// between; a processor uses a locked read-modify-write and may have to walk again. Memory types
/// (PAT, MTRR), 5-level paging, protection keys for supervisor pages, CET and LAM are not modelled:
/// no lesson needs them.
class Mmu {
public:
    Mmu(EventBus& events, PhysicalMemory& memory) : events_(events), memory_(memory) {}

    /// Translates one access that does not cross a page border, with all side effects of the
    /// processor (A and D bits, TLB fill, drop on fault, CR2). Emits TlbMiss, WalkStep, TlbFill,
    /// TlbDrop and, for A and D, PhysStore, as far as they are wanted.
    /// `Translation::walkReferences` is 0 on a TLB hit.
    [[nodiscard]] Result<Translation, Fault>
    translate(Cpu& cpu, VirtAddr address, AccessKind kind) {
        const TlbEntry* entry = cpu.tlb().lookupFirst(address, cpu.pcid(), kind);
        if (entry != nullptr && cpu.allows(*entry, kind) && !planted(Mistake::NoTlb)) [[likely]] {
            return Translation{entry->physical(address), 0};
        }
        return translateSlowly(cpu, address, kind, entry);
    }

    /// INVLPG: the page of any size at the address (current PCID, and globals), and the structure
    /// caches of the current PCID. Never faults.
    void invalidatePage(Cpu& cpu, VirtAddr address);

    /// Everything, globals included (as a change of CR4.PGE does).
    void invalidateAll(Cpu& cpu);

    /// MOV CR3. With CR4.PCIDE bits 11:0 are the PCID, and bit 63 (not stored) keeps what is held
    /// for it.
    ///
    /// Simplified: reserved bits of control registers are stored or ignored, not refused with #GP,
    /// because only the emulator's own kernel writes them.
    void writeCr3(Cpu& cpu, std::uint64_t value);

    /// MOV CR0: a change of PG drops everything; WP acts at once.
    void writeCr0(Cpu& cpu, std::uint64_t value);

    /// MOV CR4: a change of PGE, PSE or PAE, or PCIDE from 1 to 0, drops everything; SMEP from 0 to
    /// 1 drops the current PCID.
    void writeCr4(Cpu& cpu, std::uint64_t value);

    /// WRMSR EFER: a change of NXE or LMA drops everything (more than the manual demands, as it
    /// allows).
    void writeEfer(Cpu& cpu, std::uint64_t value);

    /// INVPCID. #GP(0) for a non-canonical address (type 0), and for a PCID other than 0 without
    /// PCIDE.
    Result<Done, Fault>
    invalidatePcid(Cpu& cpu, InvpcidType type, std::uint16_t pcid, VirtAddr address);

    /// Puts a store into the CPU's store buffer, which must be enabled; a full one drains its
    /// oldest first.
    void bufferStore(Cpu& cpu, const PendingStore& store);

    /// Makes the oldest buffered store of the CPU visible (StoreDrained); nothing if there is none.
    void drainOneStore(Cpu& cpu);

    /// Makes all of them visible: fences, interrupt entry and every serialising instruction.
    void drainStores(Cpu& cpu);

private:
    /// `entry`: what the first level holds and did not allow, or nullptr.
    Result<Translation, Fault>
    translateSlowly(Cpu& cpu, VirtAddr address, AccessKind kind, const TlbEntry* entry);
    Result<Translation, Fault>
    useDenied(Cpu& cpu, VirtAddr address, AccessKind kind, const TlbEntry& entry);
    Result<Translation, Fault>
    walkAndFill(Cpu& cpu, VirtAddr address, AccessKind kind, const TlbEntry* clean);
    void walk(Cpu& cpu, VirtAddr address, AccessKind kind, WalkOutcome& outcome);
    void askSource(Cpu& cpu, VirtAddr address, AccessKind kind, WalkOutcome& outcome);
    void emitPendingStores(const Cpu& cpu);
    void emitMiss(const Cpu& cpu, VirtAddr address);
    Fault raisePageFault(Cpu& cpu, VirtAddr address, std::uint32_t errorCode);
    Fault faultOnHit(
        Cpu& cpu, VirtAddr address, AccessKind kind, const TlbEntry& entry, WalkCheck failed);

    EventBus& events_;
    PhysicalMemory& memory_;
};

/// The fault that a TranslationSource answers with when it has no translation: not present.
Fault notMappedFault(const Cpu& cpu, VirtAddr address, AccessKind kind);

} // namespace fragscope
