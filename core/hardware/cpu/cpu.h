#pragma once

#include "fragscope/base/units.h"
#include "fragscope/hardware/cpu/control_registers.h"
#include "fragscope/hardware/cpu/cpu_config.h"
#include "fragscope/hardware/cpu/register_name.h"
#include "fragscope/hardware/cpu/store_buffer.h"
#include "fragscope/hardware/paging/access.h"
#include "fragscope/hardware/paging/rights.h"
#include "fragscope/hardware/paging/tlb.h"
#include "fragscope/hardware/paging/walk_rules.h"

namespace fragscope {

class TranslationSource;

/// One processor: registers that govern translation, privilege, TLBs and its own clock.
/// Register writes that must also invalidate (CR0, CR3, CR4, EFER) go through the Mmu.
class Cpu {
public:
    /// Power-on: default ControlRegisters, supervisor privilege, empty TLBs.
    Cpu(EventBus& events, std::uint8_t id, const CpuConfig& config = {});

    [[nodiscard]] std::uint8_t id() const { return id_; }

    [[nodiscard]] const CpuConfig& config() const { return config_; }

    [[nodiscard]] const ControlRegisters& registers() const { return registers_; }

    [[nodiscard]] std::uint16_t pcid() const { return pcid_; }

    [[nodiscard]] PagingMode pagingMode() const { return mode_; }

    [[nodiscard]] Privilege privilege() const { return access_.privilege; }

    [[nodiscard]] bool alignmentCheck() const { return access_.alignmentCheck; }

    [[nodiscard]] AccessMode accessMode() const { return access_; }

    [[nodiscard]] VirtAddr cr2() const { return cr2_; }

    /// What the last RegisterWrite of the register said, or would say.
    [[nodiscard]] std::uint64_t registerValue(RegisterName name) const;

    void setPrivilege(Privilege privilege);

    /// EFLAGS.AC (stac, clac): supervisor data accesses to user pages are allowed in spite of SMAP.
    void setAlignmentCheck(bool set);

    /// The stack pointer of the thread that runs.
    void setStackPointer(VirtAddr address);

    [[nodiscard]] VirtAddr stackPointer() const { return stackPointer_; }

    /// PKRU takes effect at once and invalidates nothing.
    void setPkru(std::uint32_t pkru);

    /// Stores CR0, CR2, CR3, CR4 or EFER and nothing else; software's way is Mmu::writeCr3 and so
    /// on.
    void storeRegister(RegisterName name, std::uint64_t value);

    /// True if the address has the form that the paging mode requires; else an access raises
    /// #GP(0).
    [[nodiscard]] bool isCanonical(VirtAddr address) const {
        return ((address.value + canonicalBias_) & nonCanonicalMask_) == 0;
    }

    [[nodiscard]] Tlb& tlb() { return tlb_; }

    [[nodiscard]] const Tlb& tlb() const { return tlb_; }

    [[nodiscard]] const WalkRules& walkRules() const { return walkRules_; }

    /// True if an access of `kind` may use the entry without a look at the tables.
    [[nodiscard]] bool allows(const TlbEntry& entry, AccessKind kind) const {
        const RightsTable& table = rights_[rightsIndex_];
        const auto i = static_cast<std::size_t>(kind);
        const std::uint32_t denied =
            (table.denied[i] >> entry.rightsCode) | (table.keyDenied[i] >> entry.keyCode);
        return (denied & 1U) == 0;
    }

    Cycles clock; ///< this CPU's own time; advanced by who charges for accesses
    TranslationSource* source = nullptr; ///< answers TLB misses; nullptr: the page tables
    StoreBuffer storeBuffer;             ///< of CpuConfig::storeBufferEntries; see MemoryPort
    std::uint32_t process = 0;           ///< for the `process` field of TlbMiss events

private:
    void emitRegister(RegisterName name, std::uint64_t value) const;
    void refreshRules();
    template <class Format> void setCanonicalForm();
    void refreshCanonicalForm();
    void refreshRightsIndex();

    EventBus& events_;
    CpuConfig config_;
    ControlRegisters registers_;
    AccessMode access_;
    VirtAddr cr2_;
    VirtAddr stackPointer_;
    std::uint8_t id_;
    std::uint16_t pcid_ = 0;
    PagingMode mode_ = PagingMode::Off;
    unsigned rightsIndex_ = 0;
    std::uint64_t canonicalBias_ = 0;
    std::uint64_t nonCanonicalMask_ = 0;
    std::array<RightsTable, 4> rights_; ///< by privilege and AC
    WalkRules walkRules_;
    Tlb tlb_;
};

} // namespace fragscope
