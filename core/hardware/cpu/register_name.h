#pragma once

#include <cstdint>
#include <string_view>

namespace fragscope {

/// Registers whose changes are RegisterWrite events (field `register`). The numbers are part of the
/// recording format.
enum class RegisterName : std::uint8_t {
    Cr0 = 0,
    Cr2 = 1,
    Cr3 = 2,
    Cr4 = 3,
    Efer = 4,
    Pkru = 5,
    Privilege = 6,      ///< CPL: 0 or 3
    AlignmentCheck = 7, ///< EFLAGS.AC: 0 or 1
    Rsp = 8,            ///< of the thread that runs; 0 if it has no stack
};

inline constexpr unsigned registerCount = 9;

/// "CR3"; empty for a number that names no register.
std::string_view nameOf(RegisterName name);

} // namespace fragscope
