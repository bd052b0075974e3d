#pragma once

#include <cstdint>

namespace fragscope {

/// Bits of the control registers that govern translation (SDM vol. 3A, 2.5, 2.2.1, 4.6.2).
namespace control {
inline constexpr std::uint64_t cr0WriteProtect = 1ULL << 16;
inline constexpr std::uint64_t cr0Paging = 1ULL << 31;
inline constexpr std::uint64_t cr3KeepTranslations = 1ULL
                                                     << 63; ///< of the written value, with PCIDE
inline constexpr std::uint64_t cr3PcidMask = 0xfff;
inline constexpr std::uint64_t cr4PageSizeExtensions = 1ULL << 4;
inline constexpr std::uint64_t cr4PhysicalAddressExtension = 1ULL << 5;
inline constexpr std::uint64_t cr4GlobalPages = 1ULL << 7;
inline constexpr std::uint64_t cr4Pcid = 1ULL << 17;
inline constexpr std::uint64_t cr4Smep = 1ULL << 20;
inline constexpr std::uint64_t cr4Smap = 1ULL << 21;
inline constexpr std::uint64_t cr4ProtectionKeys = 1ULL << 22;
inline constexpr std::uint64_t eferLongModeActive = 1ULL << 10;
inline constexpr std::uint64_t eferNoExecute = 1ULL << 11;
} // namespace control

/// Control registers that govern translation; reset values as the long-mode kernel of the emulator
/// uses them.
struct ControlRegisters {
    std::uint64_t cr0 = 0x80010011; ///< PG, WP, ET, PE
    std::uint64_t cr3 = 0;
    std::uint64_t cr4 = 0x20;   ///< PAE
    std::uint64_t efer = 0xd00; ///< NXE, LMA, LME
    std::uint32_t pkru = 0;

    [[nodiscard]] constexpr bool writeProtect() const {
        return (cr0 & control::cr0WriteProtect) != 0;
    }

    [[nodiscard]] constexpr bool paging() const { return (cr0 & control::cr0Paging) != 0; }

    [[nodiscard]] constexpr bool globalPages() const {
        return (cr4 & control::cr4GlobalPages) != 0;
    }

    [[nodiscard]] constexpr bool pcids() const { return (cr4 & control::cr4Pcid) != 0; }

    [[nodiscard]] constexpr bool smep() const { return (cr4 & control::cr4Smep) != 0; }

    [[nodiscard]] constexpr bool smap() const { return (cr4 & control::cr4Smap) != 0; }

    [[nodiscard]] constexpr bool protectionKeys() const {
        return (cr4 & control::cr4ProtectionKeys) != 0;
    }

    /// NX bits and the I/D error bit exist: EFER.NXE, and entries of 8 bytes.
    [[nodiscard]] constexpr bool noExecute() const {
        return (efer & control::eferNoExecute) != 0 &&
               (cr4 & control::cr4PhysicalAddressExtension) != 0;
    }

    [[nodiscard]] constexpr bool longMode() const {
        return (efer & control::eferLongModeActive) != 0;
    }

    /// The current process-context identifier: 0 unless CR4.PCIDE.
    [[nodiscard]] constexpr std::uint16_t pcid() const {
        return pcids() ? static_cast<std::uint16_t>(cr3 & control::cr3PcidMask) : std::uint16_t{0};
    }
};

} // namespace fragscope
