#pragma once

#include "fragscope/hardware/paging/page_translation.h"

namespace fragscope {

/// One slot of a TLB. A look-up key is (page number << 12) | PCID; a slot matches if key and tag
/// agree under the mask, which ignores the page-offset bits of a large page and the PCID of a
/// global one.
struct TlbEntry {
    /// Tag of an empty slot: the key of a non-canonical address, which is never looked up with
    /// success.
    static constexpr std::uint64_t emptyTag = 1ULL << 63;

    std::uint64_t tag = emptyTag;
    std::uint64_t mask = ~0ULL;
    PageTranslation page;
    std::uint16_t pcid = 0;
    std::uint8_t rightsCode = rights_code::invalid;
    std::uint8_t keyCode = rights_code::noKey;

    [[nodiscard]] bool valid() const { return rightsCode != rights_code::invalid; }

    [[nodiscard]] bool matches(std::uint64_t key) const { return ((tag ^ key) & mask) == 0; }

    [[nodiscard]] PhysAddr physical(VirtAddr address) const {
        return page.base + ByteCount(address.value & ((1ULL << page.shift) - 1));
    }

    [[nodiscard]] ByteCount pageSize() const { return ByteCount(1ULL << page.shift); }

    /// Start of the page; `baseShift` is log2 of the smallest page size of the machine.
    [[nodiscard]] VirtAddr start(unsigned baseShift) const {
        return VirtAddr((tag >> pageShift) << baseShift);
    }
};

/// The key of an address; `baseShift` as above (12 except on the classroom machine).
constexpr std::uint64_t tlbKey(VirtAddr address, unsigned baseShift, std::uint16_t pcid) {
    return ((address.value >> baseShift) << pageShift) | pcid;
}

inline TlbEntry makeTlbEntry(VirtAddr address,
                             const PageTranslation& page,
                             std::uint16_t pcid,
                             unsigned baseShift) {
    const std::uint64_t insidePage = ((1ULL << (page.shift - baseShift)) - 1) << pageShift;
    const unsigned code = (page.rights.writable ? rights_code::writable : 0) |
                          (page.rights.user ? rights_code::user : 0) |
                          (page.rights.noExecute ? rights_code::noExecute : 0) |
                          (page.dirty ? rights_code::dirty : 0);
    TlbEntry entry;
    entry.mask = ~(insidePage | (page.global ? control::cr3PcidMask : 0));
    entry.tag = tlbKey(address, baseShift, pcid) & ~insidePage;
    entry.page = page;
    entry.pcid = pcid;
    entry.rightsCode = static_cast<std::uint8_t>(code);
    entry.keyCode =
        page.rights.user ? page.rights.key : static_cast<std::uint8_t>(rights_code::noKey);
    return entry;
}

} // namespace fragscope
