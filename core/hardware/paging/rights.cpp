#include "fragscope/hardware/paging/rights.h"

#include "fragscope/hardware/paging/mistake.h"

namespace fragscope {

namespace {

constexpr std::uint32_t pkruAccessDisable = 1;
constexpr std::uint32_t pkruWriteDisable = 2;

WalkCheck judgeFetch(const ControlRegisters& registers, AccessMode mode, PageRights rights) {
    if (mode.privilege == Privilege::User && !rights.user) {
        return WalkCheck::SupervisorPage;
    }
    if (registers.noExecute() && rights.noExecute) {
        return WalkCheck::NoExecutePage;
    }
    if (mode.privilege == Privilege::Supervisor && rights.user && registers.smep()) {
        return WalkCheck::Smep;
    }
    return WalkCheck::None;
}

WalkCheck
judgeData(const ControlRegisters& registers, AccessMode mode, AccessKind kind, PageRights rights) {
    const bool user = mode.privilege == Privilege::User;
    if (user && !rights.user) {
        return WalkCheck::SupervisorPage;
    }
    if (!user && rights.user && registers.smap() && !mode.alignmentCheck) {
        return WalkCheck::Smap;
    }
    if (isWrite(kind) && !rights.writable && (user || registers.writeProtect())) {
        return WalkCheck::ReadOnlyPage;
    }
    return keyForbids(registers, mode, kind, rights) ? WalkCheck::ProtectionKey : WalkCheck::None;
}

PageRights rightsOfCode(unsigned code) {
    return {(code & rights_code::writable) != 0, (code & rights_code::user) != 0,
            (code & rights_code::noExecute) != 0, 0};
}

} // namespace

WalkCheck judgeRights(const ControlRegisters& registers,
                      AccessMode mode,
                      AccessKind kind,
                      PageRights rights) {
    return kind == AccessKind::Execute ? judgeFetch(registers, mode, rights)
                                       : judgeData(registers, mode, kind, rights);
}

bool keyForbids(const ControlRegisters& registers,
                AccessMode mode,
                AccessKind kind,
                PageRights rights) {
    if (!registers.protectionKeys() || !registers.longMode() || !rights.user ||
        kind == AccessKind::Execute) {
        return false;
    }
    const std::uint32_t forKey = registers.pkru >> (2U * rights.key);
    const bool writeCounts = mode.privilege == Privilege::User || registers.writeProtect();
    return (forKey & pkruAccessDisable) != 0 ||
           ((forKey & pkruWriteDisable) != 0 && isWrite(kind) && writeCounts);
}

std::uint32_t accessErrorBits(const ControlRegisters& registers, AccessMode mode, AccessKind kind) {
    std::uint32_t bits = 0;
    if (isWrite(kind)) {
        bits |= fault_bits::write;
    }
    if (mode.privilege == Privilege::User) {
        bits |= fault_bits::user;
    }
    const bool reportsFetch =
        registers.noExecute() || registers.smep() || planted(Mistake::FetchBitWithoutNxeAndSmep);
    if (kind == AccessKind::Execute && reportsFetch) {
        bits |= fault_bits::instruction;
    }
    return bits;
}

RightsTable makeRightsTable(const ControlRegisters& registers, AccessMode mode) {
    RightsTable table;
    for (unsigned kindIndex = 0; kindIndex < table.denied.size(); ++kindIndex) {
        const auto kind = static_cast<AccessKind>(kindIndex);
        for (unsigned code = 0; code < rights_code::count; ++code) {
            PageRights rights = rightsOfCode(code);
            ControlRegisters withoutKeys = registers;
            withoutKeys.cr4 &= ~control::cr4ProtectionKeys;
            const bool clean = isWrite(kind) && (code & rights_code::dirty) == 0;
            if (code >= rights_code::invalid || clean ||
                judgeRights(withoutKeys, mode, kind, rights) != WalkCheck::None) {
                table.denied[kindIndex] |= 1U << code;
            }
        }
        for (unsigned key = 0; key < rights_code::noKey; ++key) {
            const PageRights rights{true, true, false, static_cast<std::uint8_t>(key)};
            if (keyForbids(registers, mode, kind, rights)) {
                table.keyDenied[kindIndex] |= 1U << key;
            }
        }
    }
    return table;
}

} // namespace fragscope
