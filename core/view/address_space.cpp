#include "fragscope/view/address_space.h"

#include "fragscope/hardware/paging/paging_format.h"
#include "fragscope/hardware/paging/tlb_event.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

AddressSpace decode(const MemoryReader& memory, const ProcessInfo& process) {
    AddressSpace space{.process = process,
                       .representation = decodeRepresentation(memory),
                       .entries = decodeMap(memory, process),
                       .extents = {}};
    space.extents = extentsOf(space.entries, space.representation);
    return space;
}

constexpr std::array<EntryFlag, 6> flagsOfAll{{
    {pte::present, "P", "The entry is present; if not, all other bits are software's."},
    {pte::writable, "RW", "Writes are allowed, if all levels say so."},
    {pte::user, "US", "User accesses are allowed, if all levels say so."},
    {pte::writeThrough, "PWT", "Caching is write-through."},
    {pte::cacheDisable, "PCD", "Caching is off."},
    {pte::accessed, "A", "The processor has used the entry."},
}};
constexpr EntryFlag dirty{pte::dirty, "D", "The processor has written to the page."};
constexpr EntryFlag large{pte::large, "PS", "The entry maps a large page."};
constexpr EntryFlag attribute{pte::large, "PAT", "Selects the memory type, with PCD and PWT."};
constexpr EntryFlag global{pte::global, "G", "Translations survive a load of CR3 (if CR4.PGE)."};
constexpr EntryFlag noExecute{pte::noExecute, "NX", "Instruction fetches are forbidden."};

WalkLevel readLevel(const MemoryReader& memory, PhysAddr table, VirtAddr address, unsigned level) {
    WalkLevel step{.level = level,
                   .table = table,
                   .index = tableIndex(address, level),
                   .place = entryAddress(table, address, level),
                   .entry = 0,
                   .maps = false,
                   .flagNames = {}};
    step.entry = memory.read(step.place);
    const Pte entry{step.entry};
    const bool largePage = entry.large() && level < table_level::pml4;
    step.maps = entry.present() && (level == table_level::pt || largePage);
    for (const EntryFlag& flag : flagsOf(level, step.maps)) {
        if ((step.entry & flag.mask) != 0) {
            step.flagNames.push_back(flag.name);
        }
    }
    return step;
}

void finish(TableWalk& walk, const WalkLevel& leaf, VirtAddr address) {
    walk.pageSize = ByteCount(pageBytes << ((leaf.level - 1) * tableIndexBits));
    const std::uint64_t offset = walk.pageSize.value - 1;
    const std::uint64_t base = Pte{leaf.entry}.base().value & ~offset;
    walk.paddr = PhysAddr(base | (address.value & offset));
}

} // namespace

const Extent* AddressSpace::extentAt(VirtAddr address) const {
    const auto found = std::find_if(extents.begin(), extents.end(), [&](const Extent& extent) {
        return address.value >= extent.start && address.value - extent.start < extent.length;
    });
    return found == extents.end() ? nullptr : &*found;
}

std::vector<AddressSpace> decodeAddressSpaces(const MemoryReader& memory) {
    std::vector<AddressSpace> spaces;
    if (const auto root = decodeRoot(memory)) {
        for (const ProcessInfo& process : decodeProcesses(memory, *root)) {
            spaces.push_back(decode(memory, process));
        }
    }
    return spaces;
}

std::optional<AddressSpace> decodeAddressSpace(const MemoryReader& memory, std::uint32_t number) {
    if (const auto root = decodeRoot(memory)) {
        for (const ProcessInfo& process : decodeProcesses(memory, *root)) {
            if (process.number == number) {
                return decode(memory, process);
            }
        }
    }
    return std::nullopt;
}

std::vector<EntryFlag> flagsOf(unsigned level, bool maps) {
    std::vector<EntryFlag> flags(flagsOfAll.begin(), flagsOfAll.end());
    if (maps) {
        flags.push_back(dirty);
    }
    if (level == table_level::pt) {
        flags.push_back(attribute);
    } else if (level < table_level::pml4) {
        flags.push_back(large);
    }
    if (maps) {
        flags.push_back(global);
    }
    flags.push_back(noExecute);
    return flags;
}

/// Bits 63:47 all equal (SDM vol. 1, 3.3.7.1).
static bool isCanonical(VirtAddr address) {
    const std::uint64_t upper = address.value >> (FourLevelFormat::linearBits - 1);
    return upper == 0 || upper == (~0ULL >> (FourLevelFormat::linearBits - 1));
}

TableWalk walkTables(const MemoryReader& memory, std::uint64_t cr3, VirtAddr address) {
    TableWalk walk;
    if (!isCanonical(address)) {
        walk.stopped = WalkCheck::NonCanonical;
        return walk;
    }
    walk.writable = walk.user = walk.executable = true;
    PhysAddr table(cr3 & pte::frameMask);
    for (unsigned level = table_level::pml4; level >= table_level::pt; --level) {
        walk.levels.push_back(readLevel(memory, table, address, level));
        const WalkLevel& step = walk.levels.back();
        const Pte entry{step.entry};
        if (!entry.present()) {
            walk.stopped = WalkCheck::NotPresent;
            walk.writable = walk.user = walk.executable = false;
            return walk;
        }
        walk.writable = walk.writable && entry.writable();
        walk.user = walk.user && entry.user();
        walk.executable = walk.executable && !entry.noExecute();
        if (step.maps) {
            break;
        }
        table = entry.base();
    }
    finish(walk, walk.levels.back(), address);
    return walk;
}

std::vector<std::size_t> tlbSlotsOf(const CpuView& cpu, VirtAddr address) {
    std::vector<std::size_t> slots;
    for (std::size_t i = 0; i < cpu.tlb.size(); ++i) {
        const TlbSlotView& slot = cpu.tlb[i];
        const bool translation =
            slot.used && decodeTlbEvent(slot.entry, slot.pageBytes, slot.pcid).structureLevel == 0;
        if (translation && address.value >= slot.vaddr &&
            address.value - slot.vaddr < slot.pageBytes) {
            slots.push_back(i);
        }
    }
    return slots;
}

} // namespace fragscope
