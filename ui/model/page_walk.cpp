#include "fragscope/ui/model/page_walk.h"

namespace fragscope {

PageWalk walkPages(const MemoryReader& memory, std::uint64_t cr3, VirtAddr address) {
    PageWalk walk;
    walk.address = address;
    PhysAddr table(cr3 & pte::frameMask);
    for (unsigned level = table_level::pml4; table.value != 0 && level >= table_level::pt; --level) {
        const PhysAddr place = entryAddress(table, address, level);
        const Pte entry{memory.read(place)};
        walk.entries.push_back({level, tableIndex(address, level), place, entry});
        if (!entry.present()) {
            return walk;
        }
        if (level == table_level::pt || entry.large()) {
            walk.mappedBytes = pageBytes << ((level - 1) * tableIndexBits);
            const std::uint64_t start = entry.base().value & ~(walk.mappedBytes - 1);
            walk.paddr = PhysAddr(start | (address.value & (walk.mappedBytes - 1)));
            return walk;
        }
        table = entry.base();
    }
    return walk;
}

} // namespace fragscope
