#pragma once

#include "fragscope/hardware/cpu/control_registers.h"
#include "fragscope/hardware/paging/access.h"
#include "fragscope/hardware/paging/walk_check.h"

#include <array>

namespace fragscope {

/// What all entries of a walk say together: W and U are the AND over the levels, NX the OR; the key
/// is the leaf's.
struct PageRights {
    bool writable = false;
    bool user = false;
    bool noExecute = false;
    std::uint8_t key = 0;
};

/// Who accesses, under which registers.
struct AccessMode {
    Privilege privilege = Privilege::Supervisor;
    bool alignmentCheck = false; ///< EFLAGS.AC: suspends SMAP
};

constexpr bool isWrite(AccessKind kind) {
    return kind == AccessKind::Write || kind == AccessKind::ReadModifyWrite;
}

/// The first right that the access lacks, or None (SDM vol. 3A, 4.6.1; keys 4.6.2).
///
/// Modelled: access rights with U/S, R/W and XD of all levels, CR0.WP, EFER.NXE, CR4.SMEP, CR4.SMAP
/// with EFLAGS.AC, and protection keys for user pages (CR4.PKE, PKRU).
WalkCheck
judgeRights(const ControlRegisters& registers, AccessMode mode, AccessKind kind, PageRights rights);

/// True if PKRU forbids the access, whatever else does.
bool keyForbids(const ControlRegisters& registers,
                AccessMode mode,
                AccessKind kind,
                PageRights rights);

/// The bits of the error code that describe the access: W, U and I/D (SDM vol. 3A, 4.7).
std::uint32_t accessErrorBits(const ControlRegisters& registers, AccessMode mode, AccessKind kind);

/// judgeRights as table look-ups for the hit path, precomputed when a control register changes.
/// Index of `denied`: access kind; bit: the entry's rights code (TlbEntry::rightsCode). Index of
/// `keyDenied` likewise; bit: the key code. A write through a clean entry counts as denied here:
/// the slow path sorts it out.
struct RightsTable {
    std::array<std::uint32_t, 4> denied{};
    std::array<std::uint32_t, 4> keyDenied{};
};

namespace rights_code {
inline constexpr unsigned writable = 1;
inline constexpr unsigned user = 2;
inline constexpr unsigned noExecute = 4;
inline constexpr unsigned dirty = 8;
inline constexpr unsigned invalid = 16; ///< an empty slot: every access is denied
inline constexpr unsigned count = 32;
inline constexpr unsigned noKey = 16; ///< key code of a supervisor page: never forbidden
} // namespace rights_code

RightsTable makeRightsTable(const ControlRegisters& registers, AccessMode mode);

} // namespace fragscope
