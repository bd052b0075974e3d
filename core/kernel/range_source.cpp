#include "fragscope/kernel/range_source.h"

#include "fragscope/hardware/paging/mmu.h"
#include "fragscope/kernel/memory_bytes.h"

namespace fragscope {

TranslationSource::Answer RangeSource::find(const Cpu& cpu, VirtAddr address, AccessKind kind) {
    const MemoryMap& map = process_.map;
    const auto references = static_cast<std::uint32_t>(map.count());
    const auto extent = map.lookUp(address);
    if (!extent || extent->kind != EntryKind::Block) {
        return {notMappedFault(cpu, address, kind), references};
    }
    PageTranslation page;
    page.base = PhysAddr((extent->paddr + (address.value - extent->start)) & ~pageOffsetMask);
    page.rights = {.writable = extent->writable, .user = true, .noExecute = true};
    page.dirty = true; // the list has no D bit to set
    return {page, references};
}

} // namespace fragscope
