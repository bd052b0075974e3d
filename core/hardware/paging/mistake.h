#pragma once

#include "fragscope/base/units.h"

namespace fragscope {

/// Deliberate mistakes of translation, to prove that the checks notice them. They exist only in the
/// test library built with FRAGSCOPE_MUTATIONS; in every other build `planted` is the constant
/// false.
enum class Mistake : std::uint8_t {
    None,
    RightsBeforeWalkComplete,  ///< rights are judged at each level of the walk
    ReservedBitsOfAbsentEntry, ///< reserved bits are checked on entries with P = 0
    PatBitReserved,            ///< the PAT bit (12) of a large page counts as reserved
    FetchBitWithoutNxeAndSmep, ///< I/D is set although NXE = SMEP = 0
    KeyBitLost,                ///< PK is not reported next to another violation
    NegativeCaching,           ///< a not-present result is remembered
    RightsFrozenAtFill,        ///< a TLB hit is allowed whatever the control registers say now
    DirtyMissedOnCleanHit,     ///< a write through a clean TLB entry does not set D
    InvalidateOnlySmallPage,   ///< INVLPG drops a large page only at its first 4 KiB
    NoTlb,                     ///< each access walks: legal, but stale outcomes never occur
    DirtyOnRead,               ///< D is set by reads too
    AccessedOnRightsFault,     ///< a rights fault sets the leaf's A
    GlobalIgnoresPge,          ///< G is honoured although CR4.PGE = 0
    FaultKeepsEntry,           ///< a page fault leaves the TLB entry of its address in place
    Count
};

#ifdef FRAGSCOPE_MUTATIONS
inline Mistake plantedMistake = Mistake::None;
inline PageNumber absentPage{~0ULL}; ///< what Mistake::NegativeCaching remembers

inline bool planted(Mistake mistake) {
    return plantedMistake == mistake;
}

inline void rememberAbsent(VirtAddr address) {
    absentPage = pageOf(address);
}

inline bool remembersAbsent(VirtAddr address) {
    return planted(Mistake::NegativeCaching) && absentPage == pageOf(address);
}
#else
constexpr bool planted(Mistake) {
    return false;
}

constexpr void rememberAbsent(VirtAddr) {}

constexpr bool remembersAbsent(VirtAddr) {
    return false;
}
#endif

} // namespace fragscope
