#pragma once

#include "hardware/support/paged_machine.h"

namespace fragscope::test {

inline constexpr VirtAddr page{0x7f0000400000};
inline constexpr std::uint64_t userPage = PagedMachine::pageFlags;
inline constexpr std::uint64_t globalPage = userPage | pte::global;
inline constexpr std::uint64_t cr4Pge = 0x20 | 1U << 7;
inline constexpr std::uint64_t cr4Pcide = 0x20 | 1U << 17;

inline VirtAddr pageNumber(std::uint64_t n) {
    return page + ByteCount(n * pageBytes);
}

inline PhysAddr frame(std::uint64_t n) {
    return PhysAddr(0x2000000 + n * pageBytes);
}

/// Translates for a read; the walk references tell a hit (0) from a miss.
inline std::uint32_t
references(PagedMachine& machine, VirtAddr address, AccessKind kind = AccessKind::Read) {
    const auto result = machine.mmu.translate(machine.cpu, address, kind);
    return result.ok() ? result->walkReferences : ~0U;
}

inline bool held(const PagedMachine& machine, VirtAddr address) {
    return machine.cpu.tlb().find(address, machine.cpu.pcid()) != nullptr;
}

inline CpuConfig withTlb(const TlbConfig& tlb) {
    CpuConfig config;
    config.tlb = tlb;
    return config;
}

inline TlbConfig oneSet(Replacement replacement) {
    TlbConfig tlb;
    tlb.first = {1, 4, replacement};
    return tlb;
}

} // namespace fragscope::test
