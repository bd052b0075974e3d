#include "fragscope/base/rng.h"
#include "fragscope/hardware/paging/mmu.h"
#include "fragscope/kernel/memory_bytes.h"
#include "fragscope/view/address_space.h"
#include "fragscope/view/page_map_reader.h"

#include <QTest>

#include "hardware/support/paged_machine.h"
#include "support/print.h"
#include "view/support/kernel_books.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

std::string joined(const std::vector<std::string_view>& names) {
    std::string text;
    for (const std::string_view name : names) {
        text += text.empty() ? "" : " ";
        text += name;
    }
    return text;
}

} // namespace

class TestAddressSpace : public QObject {
    Q_OBJECT

private slots:
    void decode_twoProcesses_mapsInOrder();
    void decode_noKernelYet_nothing();
    void extentAt_addresses_findTheirEntry();
    void walk_mappedPage_showsFourLevels();
    void walk_largePage_endsAtLevelTwo();
    void walk_upperLevelRights_limitTheLeaf();
    void walk_absentEntry_endsThere();
    void walk_nonCanonical_readsNoTable();
    void walk_randomMappings_agreesWithTheMmu();
    void walk_garbageTables_ends();
    void flags_levels_followTheManual();
    void tlbSlots_address_findsTranslationsOnly();
};

void TestAddressSpace::decode_twoProcesses_mapsInOrder() {
    KernelBooks books(64, MapRepresentation::StartOnly);
    books.process(1, 5, 0x8000,
                  {KernelBooks::block(16, 40, 'O'), KernelBooks::entryE(18),
                   KernelBooks::block(18, 50, 'A'), KernelBooks::limit(20)});
    books.process(3, 6, 0x9000, {KernelBooks::limit(32)});
    const PageMapReader reader(books.state.memory);
    const auto spaces = decodeAddressSpaces(reader);
    QCOMPARE(spaces.size(), std::size_t{2});
    QCOMPARE(spaces[0].process.number, std::uint32_t{1});
    QCOMPARE(spaces[0].entries.size(), std::size_t{4});
    QCOMPARE(spaces[0].extents.size(), std::size_t{2}); // E is empty
    QCOMPARE(spaces[0].extents[1].label, std::uint8_t{'A'});
    QCOMPARE(spaces[0].extents[1].paddr, 50 * pageBytes);
    QCOMPARE(spaces[1].process.number, std::uint32_t{3});
    QVERIFY(spaces[1].extents.empty());
    const auto third = decodeAddressSpace(reader, 3);
    QVERIFY(third && third->process.cr3 == 0x9000);
    QVERIFY(!decodeAddressSpace(reader, 2));
}

void TestAddressSpace::decode_noKernelYet_nothing() {
    const PageMap memory{PageCount(8)};
    QVERIFY(decodeAddressSpaces(PageMapReader(memory)).empty());
    QVERIFY(!decodeAddressSpace(PageMapReader(memory), 1));
}

void TestAddressSpace::extentAt_addresses_findTheirEntry() {
    KernelBooks books(64);
    books.process(1, 5, 0,
                  {KernelBooks::block(16, 40, 'O'), KernelBooks::entryE(17),
                   KernelBooks::block(18, 50, 'A'), KernelBooks::limit(20)});
    const auto space = decodeAddressSpace(PageMapReader(books.state.memory), 1);
    QVERIFY(space.has_value());
    const auto label = [&](std::uint64_t vaddr) {
        const Extent* extent = space->extentAt(VirtAddr(vaddr));
        return extent == nullptr ? '-' : static_cast<char>(extent->label);
    };
    QCOMPARE(label(16 * pageBytes - 1), '-');
    QCOMPARE(label(16 * pageBytes), 'O');
    QCOMPARE(label(17 * pageBytes), 'E');
    QCOMPARE(label(18 * pageBytes), 'A');
    QCOMPARE(label(20 * pageBytes - 1), 'A');
    QCOMPARE(label(20 * pageBytes), '-');
}

void TestAddressSpace::walk_mappedPage_showsFourLevels() {
    PagedMachine machine;
    const VirtAddr address(0x7f12'3456'7000);
    const PhysAddr leaf = machine.map(address, PhysAddr(0x5000),
                                      PagedMachine::pageFlags | pte::dirty | pte::noExecute);
    const auto walk =
        walkTables(MachineBytes(machine.memory), machine.root.value, address + ByteCount(0x123));
    QVERIFY(walk.mapped());
    QCOMPARE(walk.levels.size(), std::size_t{4});
    QCOMPARE(walk.levels[0].level, 4U);
    QCOMPARE(walk.levels[0].table, machine.root);
    QCOMPARE(walk.levels[3].place, leaf);
    QCOMPARE(walk.levels[3].index, 0x167U);
    QCOMPARE(joined(walk.levels[3].flagNames), std::string("P RW US D NX"));
    QCOMPARE(joined(walk.levels[0].flagNames), std::string("P RW US"));
    QVERIFY(walk.levels[3].maps && !walk.levels[2].maps);
    QCOMPARE(walk.paddr, PhysAddr(0x5123));
    QCOMPARE(walk.pageSize, kib(4));
    QVERIFY(walk.writable && walk.user && !walk.executable);
}

void TestAddressSpace::walk_largePage_endsAtLevelTwo() {
    PagedMachine machine;
    const VirtAddr address(0x4000'0000);
    machine.map(address, PhysAddr(mib(8).value), pte::present | pte::user, 2);
    const auto walk = walkTables(MachineBytes(machine.memory), machine.root.value,
                                 address + ByteCount(0x12'3456));
    QCOMPARE(walk.levels.size(), std::size_t{3});
    QCOMPARE(walk.pageSize, mib(2));
    QCOMPARE(walk.paddr, PhysAddr(mib(8).value + 0x12'3456));
    QCOMPARE(joined(walk.levels[2].flagNames), std::string("P US PS"));
    QVERIFY(!walk.writable && walk.executable);
}

void TestAddressSpace::walk_upperLevelRights_limitTheLeaf() {
    PagedMachine machine;
    const VirtAddr address(0x4000'0000);
    machine.map(address, PhysAddr(0x5000), PagedMachine::pageFlags);
    const auto walkWith = [&](unsigned level, std::uint64_t taken, std::uint64_t given) {
        const PhysAddr place = machine.entryOf(address, level);
        const std::uint64_t old = machine.memory.load(place);
        machine.memory.store(place, (old & ~taken) | given);
        const auto walk = walkTables(MachineBytes(machine.memory), machine.root.value, address);
        machine.memory.store(place, old);
        return walk;
    };
    for (unsigned level = 1; level <= 4; ++level) {
        const auto readOnly = walkWith(level, pte::writable, 0);
        QVERIFY(readOnly.mapped() && !readOnly.writable && readOnly.user && readOnly.executable);
        const auto kernelOnly = walkWith(level, pte::user, 0);
        QVERIFY(kernelOnly.mapped() && kernelOnly.writable && !kernelOnly.user);
        const auto noCode = walkWith(level, 0, pte::noExecute);
        QVERIFY(noCode.mapped() && noCode.writable && !noCode.executable);
    }
}

void TestAddressSpace::walk_absentEntry_endsThere() {
    PagedMachine machine;
    machine.map(VirtAddr(0x4000'0000), PhysAddr(0x5000), PagedMachine::pageFlags);
    const MachineBytes bytes(machine.memory);
    const auto sibling = walkTables(bytes, machine.root.value, VirtAddr(0x4000'1000));
    QCOMPARE(sibling.levels.size(), std::size_t{4});
    QCOMPARE(sibling.stopped, WalkCheck::NotPresent);
    QVERIFY(!sibling.mapped() && !sibling.writable && sibling.pageSize == ByteCount(0));
    const auto far = walkTables(bytes, machine.root.value, VirtAddr(0x7000'0000'0000));
    QCOMPARE(far.levels.size(), std::size_t{1});
    QCOMPARE(far.stopped, WalkCheck::NotPresent);
}

void TestAddressSpace::walk_nonCanonical_readsNoTable() {
    PagedMachine machine;
    const auto walk =
        walkTables(MachineBytes(machine.memory), machine.root.value, VirtAddr(0x8000'0000'0000));
    QVERIFY(walk.levels.empty());
    QCOMPARE(walk.stopped, WalkCheck::NonCanonical);
}

void TestAddressSpace::walk_randomMappings_agreesWithTheMmu() {
    PagedMachine machine;
    Rng rng(1);
    std::vector<VirtAddr> pages;
    for (int i = 0; i < 60; ++i) {
        const unsigned level = rng.below(4) == 0 ? 2 : 1;
        const std::uint64_t size = level == 2 ? largePageBytes : pageBytes;
        // Large and small pages in halves of their own: no mapping lies inside another one.
        const std::uint64_t half = level == 2 ? 0x40'0000'0000 : 0;
        const VirtAddr page(half + rng.below(0x40'0000'0000 / size) * size);
        const std::uint64_t flags = pte::present | pte::user | (rng.below(2) * pte::writable);
        machine.map(page, PhysAddr(rng.below(mib(16).value / size) * size), flags, level);
        pages.push_back(page);
    }
    machine.cpu.setPrivilege(Privilege::User);
    for (int i = 0; i < 2000; ++i) {
        const VirtAddr base = pages[rng.below(pages.size())];
        const VirtAddr address = base + ByteCount(rng.below(2 * pageBytes));
        const auto walk = walkTables(MachineBytes(machine.memory), machine.root.value, address);
        const auto read = machine.mmu.translate(machine.cpu, address, AccessKind::Read);
        QCOMPARE(walk.mapped(), read.ok());
        if (read) {
            QCOMPARE(walk.paddr, read->paddr);
            const auto write = machine.mmu.translate(machine.cpu, address, AccessKind::Write);
            QCOMPARE(walk.writable, write.ok());
        }
    }
}

void TestAddressSpace::walk_garbageTables_ends() {
    PageMap memory{PageCount(16)};
    Rng rng(3);
    for (std::uint64_t word = 0; word < 16 * wordsPerPage; ++word) {
        memory.store(PhysAddr(word * wordBytes), rng.next());
    }
    std::size_t mapped = 0;
    for (int i = 0; i < 2000; ++i) {
        const VirtAddr address(rng.below(1ULL << 47));
        const auto walk = walkTables(PageMapReader(memory), rng.next(), address);
        QVERIFY(!walk.levels.empty() && walk.levels.size() <= 4);
        mapped += walk.mapped() ? 1U : 0U;
    }
    QVERIFY(mapped > 0);
}

void TestAddressSpace::flags_levels_followTheManual() {
    const auto names = [](unsigned level, bool maps) {
        std::vector<std::string_view> list;
        for (const EntryFlag& flag : flagsOf(level, maps)) {
            list.push_back(flag.name);
        }
        return joined(list);
    };
    QCOMPARE(names(4, false), std::string("P RW US PWT PCD A NX"));
    QCOMPARE(names(2, false), std::string("P RW US PWT PCD A PS NX"));
    QCOMPARE(names(2, true), std::string("P RW US PWT PCD A D PS G NX"));
    QCOMPARE(names(1, true), std::string("P RW US PWT PCD A D PAT G NX"));
}

void TestAddressSpace::tlbSlots_address_findsTranslationsOnly() {
    CpuView cpu;
    cpu.tlb.resize(4);
    cpu.tlb[0] = {true, 0x4000, 0x9000, pte::present, pageBytes, 0};
    cpu.tlb[1] = {false, 0x4000, 0x9000, pte::present, pageBytes, 0};
    cpu.tlb[2] = {true, 0x0, 0x20'0000, pte::present, largePageBytes, 0};
    cpu.tlb[3] = {true, 0x0, 0x7000, pte::present, largePageBytes, 2ULL << 12}; // a cached PDE
    QVERIFY(tlbSlotsOf(cpu, VirtAddr(0x4fff)) == (std::vector<std::size_t>{0, 2}));
    QVERIFY(tlbSlotsOf(cpu, VirtAddr(0x5000)) == (std::vector<std::size_t>{2}));
    QVERIFY(tlbSlotsOf(cpu, VirtAddr(0x20'0000)).empty());
}

QTEST_GUILESS_MAIN(TestAddressSpace)
#include "tst_view_address_space.moc"
