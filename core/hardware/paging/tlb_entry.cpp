#include "fragscope/hardware/paging/tlb_entry.h"

namespace fragscope {

TlbEntry makeTlbEntry(VirtAddr address,
                      const PageTranslation& page,
                      std::uint16_t pcid,
                      unsigned baseShift) {
    TlbEntry entry;
    const std::uint64_t pagesInside = 1ULL << (page.shift - baseShift);
    const std::uint64_t pcidBits = page.global ? control::cr3PcidMask : 0;
    entry.mask = ~(((pagesInside - 1) << pageShift) | pcidBits);
    const std::uint64_t insidePage = (pagesInside - 1) << pageShift;
    entry.tag = tlbKey(address, baseShift, pcid) & ~insidePage;
    entry.page = page;
    entry.pcid = pcid;
    entry.rightsCode =
        static_cast<std::uint8_t>((page.rights.writable ? rights_code::writable : 0) |
                                  (page.rights.user ? rights_code::user : 0) |
                                  (page.rights.noExecute ? rights_code::noExecute : 0) |
                                  (page.dirty ? rights_code::dirty : 0));
    entry.keyCode =
        page.rights.user ? page.rights.key : static_cast<std::uint8_t>(rights_code::noKey);
    return entry;
}

} // namespace fragscope
