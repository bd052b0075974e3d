#include "fragscope/hardware/paging/structure_cache.h"

#include <algorithm>

namespace fragscope {

const StructureEntry* StructureCache::lookup(VirtAddr address, std::uint16_t pcid) {
    const std::uint64_t prefix = address.value >> shift_;
    for (StructureEntry& entry : entries_) {
        if (entry.valid && entry.prefix == prefix && entry.pcid == pcid) {
            entry.lastUse = ++now_;
            return &entry;
        }
    }
    return nullptr;
}

unsigned StructureCache::insert(VirtAddr address, StructureEntry entry) {
    entry.prefix = address.value >> shift_;
    entry.lastUse = ++now_;
    entry.valid = true;
    const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const auto& held) {
        return held.valid && held.prefix == entry.prefix && held.pcid == entry.pcid;
    });
    // Empty slots have lastUse 0 and so are the least recently used ones.
    const auto place =
        same != entries_.end()
            ? same
            : std::min_element(entries_.begin(), entries_.end(),
                               [](const auto& a, const auto& b) { return a.lastUse < b.lastUse; });
    *place = entry;
    return static_cast<unsigned>(place - entries_.begin());
}

} // namespace fragscope
