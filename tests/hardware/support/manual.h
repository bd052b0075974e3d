#pragma once

#include "fragscope/hardware/cpu/control_registers.h"
#include "fragscope/hardware/paging/access.h"

#include <optional>

/// The access rights of the processor manual once more, written from SDM vol. 3A,
/// sections 4.6.1, 4.6.2 and 4.7 sentence by sentence and without a look at the code under test.
/// Deliberately plain.
namespace fragscope::test {

/// One access to one page under one setting of the registers.
struct Situation {
    // The page, all levels combined.
    bool present = true;
    bool reservedBitSet = false;
    bool writable = true;
    bool userMode = true; ///< "user-mode address": U/S = 1 in every entry
    bool executeDisable = false;
    unsigned key = 0;
    // The access.
    AccessKind kind = AccessKind::Read;
    bool cpl3 = false;
    bool ac = false;
    // CR0.WP, EFER.NXE, CR4.SMEP, CR4.SMAP, CR4.PKE, PKRU.
    bool wp = true;
    bool nxe = true;
    bool smep = false;
    bool smap = false;
    bool pke = false;
    std::uint32_t pkru = 0;

    [[nodiscard]] bool fetch() const { return kind == AccessKind::Execute; }

    [[nodiscard]] bool write() const {
        return kind == AccessKind::Write || kind == AccessKind::ReadModifyWrite;
    }
};

/// 4.6.2: "If CR4.PKE = 0, ... ADi prevents data accesses, WDi prevents writes (user, or CR0.WP =
/// 1)"; only user-mode addresses have a key, and fetches are never affected.
inline bool manualKeyForbids(const Situation& s) {
    if (!s.pke || !s.userMode || s.fetch()) {
        return false;
    }
    const bool accessDisabled = ((s.pkru >> (s.key * 2)) & 1) != 0;
    const bool writeDisabled = ((s.pkru >> (s.key * 2 + 1)) & 1) != 0;
    if (accessDisabled) {
        return true;
    }
    return s.write() && writeDisabled && (s.cpl3 || s.wp);
}

/// 4.6.1, first list: "For supervisor-mode accesses".
inline bool manualSupervisorMay(const Situation& s) {
    if (s.fetch() && !s.userMode) {
        return !s.nxe || !s.executeDisable;
    }
    if (s.fetch()) {
        return !s.smep && (!s.nxe || !s.executeDisable);
    }
    if (s.write() && s.wp && !s.writable) {
        return false;
    }
    return !s.userMode || !s.smap || s.ac;
}

/// 4.6.1, second list: "For user-mode accesses".
inline bool manualUserMay(const Situation& s) {
    if (!s.userMode) {
        return false;
    }
    if (s.fetch()) {
        return !s.nxe || !s.executeDisable;
    }
    return !s.write() || s.writable;
}

/// The error code of 4.7, or nothing if the access is allowed.
inline std::optional<std::uint32_t> manualErrorCode(const Situation& s) {
    std::uint32_t aboutTheAccess = 0;
    aboutTheAccess |= s.write() ? 0x2U : 0U;
    aboutTheAccess |= s.cpl3 ? 0x4U : 0U;
    aboutTheAccess |= s.fetch() && (s.nxe || s.smep) ? 0x10U : 0U;
    if (!s.present) {
        return aboutTheAccess;
    }
    if (s.reservedBitSet) {
        return aboutTheAccess | 0x1U | 0x8U;
    }
    const bool may = s.cpl3 ? manualUserMay(s) : manualSupervisorMay(s);
    const bool key = manualKeyForbids(s);
    if (may && !key) {
        return std::nullopt;
    }
    return aboutTheAccess | 0x1U | (key ? 0x20U : 0U);
}

} // namespace fragscope::test
