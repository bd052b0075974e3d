#pragma once

#include <cstdint>
#include <string_view>

namespace fragscope {

/// The check of a page walk or TLB look-up that failed: field `failed_check` of WalkStep events.
/// The numbers are part of the recording format. Order as the processor applies them (SDM vol.
/// 3A, 4.6, 4.7).
enum class WalkCheck : std::uint8_t {
    None = 0,               ///< the entry passed
    NonCanonical = 1,       ///< address bits above the linear width differ: #GP(0), no walk
    NotPresent = 2,         ///< P = 0
    ReservedAddress = 3,    ///< an address bit at or above MAXPHYADDR is set
    ReservedLowAddress = 4, ///< an address bit below the size of a large page is set
    ReservedPageSize = 5,   ///< PS is set in an entry that cannot map a page
    ReservedNoExecute = 6,  ///< bit 63 is set while EFER.NXE = 0
    SupervisorPage = 7,     ///< CPL 3 and U = 0 in some entry
    ReadOnlyPage = 8,       ///< a write, and W = 0 in some entry (CPL 3, or CR0.WP = 1)
    NoExecutePage = 9,      ///< a fetch, and NX = 1 in some entry
    Smep = 10,              ///< a supervisor fetch from a user page, CR4.SMEP = 1
    Smap = 11,              ///< supervisor data access to a user page, CR4.SMAP = 1 and AC = 0
    ProtectionKey = 12,     ///< PKRU forbids the access
    NotMapped = 13,         ///< a TranslationSource other than the tables has no translation
};

inline constexpr unsigned walkCheckCount = 14;

/// Short name as in tables: "not-present". Empty for a number that names no check.
std::string_view nameOf(WalkCheck check);

/// One sentence for the page-walk panel.
std::string_view textOf(WalkCheck check);

} // namespace fragscope
