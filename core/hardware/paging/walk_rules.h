#pragma once

#include "fragscope/hardware/cpu/control_registers.h"
#include "fragscope/hardware/cpu/cpu_config.h"
#include "fragscope/hardware/paging/walk_check.h"

#include <array>

namespace fragscope {

/// What registers and processor model say about entries, precomputed for the walk.
/// First index: level (1 = table of pages); second: PS of the entry.
struct WalkRules {
    std::array<std::array<std::uint64_t, 2>, 5> reserved{};
    std::uint64_t addressMask = 0; ///< bits MAXPHYADDR-1:12
    bool largePages = true;        ///< Legacy32: CR4.PSE
    bool globalPages = false;
};

WalkRules makeWalkRules(const ControlRegisters& registers, const CpuConfig& config);

/// Names the reserved bits found in a present entry of `level` (SDM vol. 3A, 4.5, tables 4-15 to
/// 4-20). Order: address above MAXPHYADDR, bit 63, PS, address inside the large page.
WalkCheck classifyReserved(std::uint64_t reservedBits, unsigned maxPhysicalBits);

} // namespace fragscope
