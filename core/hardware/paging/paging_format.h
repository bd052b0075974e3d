#pragma once

#include "fragscope/hardware/paging/pte.h"
#include "fragscope/hardware/paging/walk_rules.h"

/// Widths and entry layouts of the machines that the one walker (walker.h) serves. A format says
/// how the address is cut into indices and how an entry reads; `flags` presents an entry's rights
/// with the bits of pte.h.
///
/// Modelled: three entry formats for one walker: 4-level paging, 32-bit paging without PAE (with 4
/// MiB pages, PSE and PSE-36), and a classroom machine that fits on a slide.
namespace fragscope {

/// 4-level paging: 9 | 9 | 9 | 9 | 12, 8-byte entries (SDM vol. 3A, 4.5).
struct FourLevelFormat {
    static constexpr unsigned levels = 4;
    static constexpr unsigned entryBytes = 8;
    static constexpr unsigned indexBits = 9;
    static constexpr unsigned pageShift = fragscope::pageShift;
    static constexpr std::uint64_t accessedBit = pte::accessed;
    static constexpr std::uint64_t dirtyBit = pte::dirty;
    static constexpr unsigned linearBits = 48;
    /// Bit 47 is copied upwards: moved up by half the range, an address needs no more than 48 bits.
    static constexpr std::uint64_t canonicalBias = 1ULL << (linearBits - 1);

    static constexpr bool isCanonical(VirtAddr address) {
        return (address.value + canonicalBias) >> linearBits == 0;
    }

    static constexpr PhysAddr root(std::uint64_t cr3, const WalkRules& rules) {
        return PhysAddr(cr3 & rules.addressMask);
    }

    static constexpr std::uint64_t flags(std::uint64_t entry) { return entry; }

    static constexpr bool mapsPage(std::uint64_t entry, unsigned level, const WalkRules&) {
        return level == table_level::pt || (entry & pte::large) != 0;
    }

    static constexpr PhysAddr table(std::uint64_t entry, const WalkRules& rules) {
        return PhysAddr(entry & rules.addressMask);
    }

    static constexpr PhysAddr
    pageBase(std::uint64_t entry, unsigned shift, const WalkRules& rules) {
        return PhysAddr((entry & rules.addressMask) >> shift << shift);
    }
};

/// 32-bit paging without PAE: 10 | 10 | 12, 4-byte entries; PS maps 4 MiB if CR4.PSE (SDM vol.
/// 3A, 4.3).
struct LegacyFormat {
    static constexpr unsigned levels = 2;
    static constexpr unsigned entryBytes = 4;
    static constexpr unsigned indexBits = 10;
    static constexpr unsigned pageShift = fragscope::pageShift;
    static constexpr std::uint64_t accessedBit = pte::accessed;
    static constexpr std::uint64_t dirtyBit = pte::dirty;
    /// Simplified: wider addresses raise #GP; a 32-bit processor cannot form them.
    static constexpr unsigned linearBits = 32;
    static constexpr std::uint64_t canonicalBias = 0;

    static constexpr bool isCanonical(VirtAddr address) {
        return (address.value + canonicalBias) >> linearBits == 0;
    }

    static constexpr std::uint64_t flagBits =
        0xfff; ///< bits 11:0 mean the same as in 8-byte entries
    static constexpr std::uint64_t tableMask = 0xfffff000;

    static constexpr PhysAddr root(std::uint64_t cr3, const WalkRules&) {
        return PhysAddr(cr3 & tableMask);
    }

    static constexpr std::uint64_t flags(std::uint64_t entry) { return entry & flagBits; }

    static constexpr bool mapsPage(std::uint64_t entry, unsigned level, const WalkRules& rules) {
        return level == table_level::pt || (rules.largePages && (entry & pte::large) != 0);
    }

    static constexpr PhysAddr table(std::uint64_t entry, const WalkRules&) {
        return PhysAddr(entry & tableMask);
    }

    /// A 4 MiB page: bits 31:22 of the address in place, bits 39:32 in entry bits 20:13 (PSE-36).
    static constexpr PhysAddr pageBase(std::uint64_t entry, unsigned shift, const WalkRules&) {
        if (shift == pageShift) {
            return table(entry, {});
        }
        const std::uint64_t high = (entry >> 13) & 0xff;
        return PhysAddr((entry & 0xffc00000) | high << 32);
    }
};

/// A machine small enough for a slide: 32-byte pages, 128 frames, 5 | 5 | 5, one-byte entries =
/// valid (bit 7) and frame (bits 6:0); CR3 names the frame of the directory.
///
/// Simplified: every valid page may be read, written and executed and there are no A and D bits,
/// since one byte has no room for more.
struct ClassroomFormat {
    static constexpr unsigned levels = 2;
    static constexpr unsigned entryBytes = 1;
    static constexpr unsigned indexBits = 5;
    static constexpr unsigned pageShift = 5;
    static constexpr std::uint64_t accessedBit = 0;
    static constexpr std::uint64_t dirtyBit = 0;
    static constexpr unsigned linearBits = 15;
    static constexpr std::uint64_t canonicalBias = 0;

    static constexpr bool isCanonical(VirtAddr address) {
        return (address.value + canonicalBias) >> linearBits == 0;
    }

    static constexpr std::uint64_t validBit = 0x80;
    static constexpr std::uint64_t frameBits = 0x7f;

    static constexpr PhysAddr root(std::uint64_t cr3, const WalkRules&) {
        return PhysAddr((cr3 & frameBits) << pageShift);
    }

    static constexpr std::uint64_t flags(std::uint64_t entry) {
        return (entry & validBit) == 0
                   ? 0
                   : pte::present | pte::writable | pte::user | pte::accessed | pte::dirty;
    }

    static constexpr bool mapsPage(std::uint64_t, unsigned level, const WalkRules&) {
        return level == table_level::pt;
    }

    static constexpr PhysAddr table(std::uint64_t entry, const WalkRules&) {
        return PhysAddr((entry & frameBits) << pageShift);
    }

    static constexpr PhysAddr pageBase(std::uint64_t entry, unsigned, const WalkRules& rules) {
        return table(entry, rules);
    }
};

} // namespace fragscope
