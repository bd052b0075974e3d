#pragma once

#include "fragscope/base/units.h"
#include "fragscope/hardware/paging/access.h"

namespace fragscope {

/// Control registers that govern translation; reset values as the long-mode kernel of the emulator uses them.
struct ControlRegisters {
    std::uint64_t cr0 = 0x80010011; ///< PG, WP, ET, PE
    std::uint64_t cr3 = 0;
    std::uint64_t cr4 = 0x20;       ///< PAE
    std::uint64_t efer = 0xd00;     ///< NXE, LMA, LME
    std::uint32_t pkru = 0;
};

} // namespace fragscope
