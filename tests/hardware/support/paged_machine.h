#pragma once

#include "fragscope/hardware/paging/mmu.h"

namespace fragscope::test {

/// A machine with one CPU and a helper that writes page tables into its memory, for tests.
/// Tables are taken from 1 MiB upwards; user pages by default.
class PagedMachine {
public:
    explicit PagedMachine(const CpuConfig& config = {}, ByteCount size = mib(64))
        : memory(events, size), mmu(events, memory), cpu(events, 0, config) {
        root = takeTable();
        mmu.writeCr3(cpu, root.value);
    }

    /// Maps a page whose leaf lies at `level` (1: 4 KiB, 2: 2 MiB, 3: 1 GiB); returns the leaf's
    /// address.
    PhysAddr map(VirtAddr page, PhysAddr to, std::uint64_t flags, unsigned level = 1) {
        PhysAddr table = root;
        for (unsigned at = 4; at > level; --at) {
            const PhysAddr entry = entryAddress(table, page, at);
            if (memory.load(entry) == 0) {
                memory.store(entry, composePte(frameOf(takeTable()), tableFlags).bits);
            }
            table = Pte{memory.load(entry)}.base();
        }
        const PhysAddr leaf = entryAddress(table, page, level);
        const std::uint64_t size = level > 1 ? pte::large : 0;
        memory.store(leaf, (to.value & pte::frameMask) | flags | size);
        return leaf;
    }

    /// The entry of an address at a level that `map` has made.
    [[nodiscard]] PhysAddr entryOf(VirtAddr page, unsigned level) const {
        PhysAddr table = root;
        for (unsigned at = 4; at > level; --at) {
            table = Pte{memory.load(entryAddress(table, page, at))}.base();
        }
        return entryAddress(table, page, level);
    }

    PhysAddr takeTable() {
        const PhysAddr table = nextTable_;
        nextTable_ += ByteCount(pageBytes);
        return table;
    }

    static constexpr std::uint64_t tableFlags = pte::present | pte::writable | pte::user;
    static constexpr std::uint64_t pageFlags = pte::present | pte::writable | pte::user;

    EventBus events;
    PhysicalMemory memory;
    Mmu mmu;
    Cpu cpu;
    PhysAddr root;

private:
    PhysAddr nextTable_{mib(1).value};
};

} // namespace fragscope::test
