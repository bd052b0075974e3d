#include "fragscope/hardware/cpu/cpu.h"

#include "fragscope/base/check.h"
#include "fragscope/base/text.h"
#include "fragscope/hardware/paging/paging_format.h"

namespace fragscope {

namespace {

PagingMode modeOf(const ControlRegisters& registers, const CpuConfig& config) {
    if (config.classroom) {
        return PagingMode::Classroom;
    }
    if (!registers.paging()) {
        return PagingMode::Off;
    }
    const bool pae = (registers.cr4 & control::cr4PhysicalAddressExtension) != 0;
    FRAGSCOPE_CHECK(pae == registers.longMode(), "PAE paging without long mode");
    return pae ? PagingMode::FourLevel : PagingMode::Legacy32;
}

} // namespace

Cpu::Cpu(EventBus& events, std::uint8_t id, const CpuConfig& config)
    : storeBuffer(config.storeBufferEntries), events_(events), config_(config), id_(id),
      tlb_(events, config.tlb, config.classroom ? ClassroomFormat::pageShift : pageShift) {
    FRAGSCOPE_CHECK(config.maxPhysicalBits >= 32 && config.maxPhysicalBits <= 52,
                    hex(config.maxPhysicalBits));
    refreshRules();
}

std::uint64_t Cpu::registerValue(RegisterName name) const {
    switch (name) {
    case RegisterName::Cr0:
        return registers_.cr0;
    case RegisterName::Cr2:
        return cr2_.value;
    case RegisterName::Cr3:
        return registers_.cr3;
    case RegisterName::Cr4:
        return registers_.cr4;
    case RegisterName::Efer:
        return registers_.efer;
    case RegisterName::Pkru:
        return registers_.pkru;
    case RegisterName::Privilege:
        return static_cast<std::uint64_t>(access_.privilege);
    case RegisterName::AlignmentCheck:
        return access_.alignmentCheck ? 1 : 0;
    case RegisterName::Rsp:
        return stackPointer_.value;
    }
    return 0;
}

void Cpu::emitRegister(RegisterName name, std::uint64_t value) const {
    if (events_.wants(EventKind::RegisterWrite)) {
        Event event;
        event.kind = EventKind::RegisterWrite;
        event.object = static_cast<std::uint32_t>(name);
        event.value = value;
        events_.emit(event);
    }
}

void Cpu::refreshRules() {
    for (unsigned i = 0; i < rights_.size(); ++i) {
        const AccessMode mode{(i & 1U) != 0 ? Privilege::User : Privilege::Supervisor,
                              (i & 2U) != 0};
        rights_[i] = makeRightsTable(registers_, mode);
    }
    mode_ = modeOf(registers_, config_);
    pcid_ = registers_.pcid();
    walkRules_ = makeWalkRules(registers_, config_);
    refreshCanonicalForm();
    refreshRightsIndex();
}

void Cpu::refreshRightsIndex() {
    rightsIndex_ =
        (access_.privilege == Privilege::User ? 1U : 0U) | (access_.alignmentCheck ? 2U : 0U);
}

void Cpu::setPrivilege(Privilege privilege) {
    if (access_.privilege != privilege) {
        access_.privilege = privilege;
        refreshRightsIndex();
        emitRegister(RegisterName::Privilege, static_cast<std::uint64_t>(privilege));
    }
}

void Cpu::setAlignmentCheck(bool set) {
    if (access_.alignmentCheck != set) {
        access_.alignmentCheck = set;
        refreshRightsIndex();
        emitRegister(RegisterName::AlignmentCheck, set ? 1 : 0);
    }
}

void Cpu::setStackPointer(VirtAddr address) {
    if (stackPointer_ != address) {
        stackPointer_ = address;
        emitRegister(RegisterName::Rsp, address.value);
    }
}

void Cpu::setPkru(std::uint32_t pkru) {
    registers_.pkru = pkru;
    refreshRules();
    emitRegister(RegisterName::Pkru, pkru);
}

void Cpu::storeRegister(RegisterName name, std::uint64_t value) {
    switch (name) {
    case RegisterName::Cr0:
        registers_.cr0 = value;
        break;
    case RegisterName::Cr2:
        cr2_ = VirtAddr(value);
        break;
    case RegisterName::Cr3:
        registers_.cr3 = value;
        break;
    case RegisterName::Cr4:
        registers_.cr4 = value;
        break;
    case RegisterName::Efer:
        registers_.efer = value;
        break;
    default:
        FRAGSCOPE_CHECK(false, std::string(nameOf(name)));
    }
    if (name == RegisterName::Cr3) {
        pcid_ = registers_.pcid();
    } else if (name != RegisterName::Cr2) {
        refreshRules();
    }
    emitRegister(name, value);
}

template <class Format> void Cpu::setCanonicalForm() {
    canonicalBias_ = Format::canonicalBias;
    nonCanonicalMask_ = ~0ULL << Format::linearBits;
}

void Cpu::refreshCanonicalForm() {
    switch (mode_) {
    case PagingMode::FourLevel:
        setCanonicalForm<FourLevelFormat>();
        break;
    case PagingMode::Legacy32:
        setCanonicalForm<LegacyFormat>();
        break;
    case PagingMode::Classroom:
        setCanonicalForm<ClassroomFormat>();
        break;
    case PagingMode::Off:
        canonicalBias_ = 0;
        nonCanonicalMask_ = 0;
        break;
    }
}

} // namespace fragscope
