#include "fragscope/hardware/paging/walk_rules.h"

#include "fragscope/hardware/paging/mistake.h"
#include "fragscope/hardware/paging/pte.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Bits `high` to `low`, both included; none if high < low.
constexpr std::uint64_t bitRange(unsigned high, unsigned low) {
    return high < low ? 0 : (~0ULL >> (63 - high)) & (~0ULL << low);
}

constexpr unsigned topAddressBit = 51;
constexpr unsigned patBit = 12; ///< of a large page

void setFourLevelRules(WalkRules& rules,
                       const ControlRegisters& registers,
                       const CpuConfig& config) {
    std::uint64_t anywhere = bitRange(topAddressBit, config.maxPhysicalBits);
    if (!registers.noExecute()) {
        anywhere |= pte::noExecute;
    }
    const std::uint64_t pat = planted(Mistake::PatBitReserved) ? 1ULL << patBit : 0;
    for (auto& level : rules.reserved) {
        level = {anywhere, anywhere};
    }
    rules.reserved[table_level::pml4][1] |= pte::large;
    rules.reserved[table_level::pdpt][1] |=
        config.gigabytePages ? bitRange(29, 13) | pat : pte::large;
    rules.reserved[table_level::pd][1] |= bitRange(20, 13) | pat;
}

/// Table 4-4: only a 4 MiB PDE has reserved bits, 21:(M-19) with M = min(MAXPHYADDR, 40) under
/// PSE-36.
void setLegacyRules(WalkRules& rules, const CpuConfig& config) {
    const unsigned width = config.pse36 ? std::min(config.maxPhysicalBits, 40U) : 32U;
    if (rules.largePages) {
        rules.reserved[table_level::pd][1] = bitRange(21, width - 19);
    }
}

} // namespace

WalkRules makeWalkRules(const ControlRegisters& registers, const CpuConfig& config) {
    WalkRules rules;
    rules.addressMask = bitRange(config.maxPhysicalBits - 1, pageShift);
    rules.globalPages = registers.globalPages() || planted(Mistake::GlobalIgnoresPge);
    rules.largePages = (registers.cr4 & control::cr4PageSizeExtensions) != 0;
    if (config.classroom) {
        return rules;
    }
    if (registers.longMode()) {
        setFourLevelRules(rules, registers, config);
    } else {
        setLegacyRules(rules, config);
    }
    return rules;
}

WalkCheck classifyReserved(std::uint64_t reservedBits, unsigned maxPhysicalBits) {
    if ((reservedBits & bitRange(topAddressBit, maxPhysicalBits)) != 0) {
        return WalkCheck::ReservedAddress;
    }
    if ((reservedBits & pte::noExecute) != 0) {
        return WalkCheck::ReservedNoExecute;
    }
    return (reservedBits & pte::large) != 0 ? WalkCheck::ReservedPageSize
                                            : WalkCheck::ReservedLowAddress;
}

} // namespace fragscope
