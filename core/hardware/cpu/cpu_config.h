#pragma once

#include "fragscope/hardware/paging/tlb_config.h"

#include <cstdint>

namespace fragscope {

/// What translates linear addresses; chosen by the registers, except for the classroom machine.
/// Simplified: PAE paging without long mode (three levels) is refused, since no lesson needs it.
enum class PagingMode : std::uint8_t {
    Off,       ///< CR0.PG = 0: linear = physical
    FourLevel, ///< EFER.LMA = 1: PML4, PDPT, PD, PT; 48-bit addresses (SDM vol. 3A, 4.5)
    Legacy32,  ///< CR4.PAE = 0: page directory and page table; 32-bit addresses (4.3)
    Classroom, ///< 15-bit addresses, 32-byte pages, one-byte entries: fits on a slide
};

/// What distinguishes one processor model from another (CPUID, and the size of its TLBs).
struct CpuConfig {
    TlbConfig tlb{};
    unsigned maxPhysicalBits =
        40; ///< MAXPHYADDR, 32 to 52: higher address bits of an entry are reserved
    bool gigabytePages = true;       ///< CPUID Page1GB
    bool pse36 = true;               ///< 4 MiB pages above 4 GiB in Legacy32
    unsigned storeBufferEntries = 0; ///< 0: stores are visible at once
    bool classroom = false;          ///< the teaching machine instead of an x86 mode
};

} // namespace fragscope
