#pragma once

#include "fragscope/base/units.h"

namespace fragscope {

/// ReadModifyWrite checks write permission first (a failing one still reports W=1).
enum class AccessKind : std::uint8_t { Read, Write, Execute, ReadModifyWrite };

enum class Privilege : std::uint8_t { Supervisor = 0, User = 3 };

/// Bits of the page-fault error code (SDM vol. 3A, 4.7).
namespace fault_bits {
inline constexpr std::uint32_t present = 1U << 0;
inline constexpr std::uint32_t write = 1U << 1;
inline constexpr std::uint32_t user = 1U << 2;
inline constexpr std::uint32_t reserved = 1U << 3;
inline constexpr std::uint32_t instruction = 1U << 4;
inline constexpr std::uint32_t protectionKey = 1U << 5;
} // namespace fault_bits

/// An exception raised by an access. Vector 14 = page fault, 13 = general protection
/// (non-canonical).
struct Fault {
    std::uint8_t vector = 14;
    std::uint32_t errorCode = 0;
    VirtAddr address; ///< CR2 for vector 14; meaningless for vector 13
};

/// A successful translation of one access that does not cross a page.
struct Translation {
    PhysAddr paddr;
    std::uint32_t walkReferences = 0; ///< table entries read; 0 = TLB hit
};

} // namespace fragscope
