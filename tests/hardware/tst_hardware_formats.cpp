#include "fragscope/hardware/paging/memory_port.h"

#include <QTest>

#include "hardware/support/event_log.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t legacyCr0 = 0x80010011;
constexpr std::uint64_t cr4Pse = 1U << 4;
constexpr std::uint64_t cr4Pge = 1U << 7;

/// A 32-bit machine without PAE: directory at 1 MiB, one page table behind it.
struct LegacyMachine {
    explicit LegacyMachine(const CpuConfig& config = {}, std::uint64_t cr4 = cr4Pse)
        : memory{events, gib(64)}, mmu{events, memory}, cpu{events, 0, config} {
        mmu.writeCr0(cpu, 0x11); // paging off while the mode changes
        mmu.writeEfer(cpu, 0);
        mmu.writeCr4(cpu, cr4);
        mmu.writeCr3(cpu, directory);
        mmu.writeCr0(cpu, legacyCr0);
    }

    void setEntry(std::uint64_t address, std::uint32_t value) {
        memory.store(PhysAddr(address), value, 4);
    }

    std::uint32_t entry(std::uint64_t address) {
        return static_cast<std::uint32_t>(memory.load(PhysAddr(address), 4));
    }

    Result<Translation, Fault> translate(std::uint64_t address,
                                         AccessKind kind = AccessKind::Read) {
        return mmu.translate(cpu, VirtAddr(address), kind);
    }

    static constexpr std::uint64_t directory = 0x100000;
    static constexpr std::uint32_t table = 0x101000;

    EventBus events;
    PhysicalMemory memory;
    Mmu mmu;
    Cpu cpu;
};

/// The machine of the slide, with the directory in frame 4 and a table in frame 5.
struct ClassroomMachine {
    ClassroomMachine() : memory(events, kib(4)), mmu(events, memory), cpu(events, 0, config()) {
        mmu.writeCr3(cpu, 4);
    }

    static CpuConfig config() {
        CpuConfig config;
        config.classroom = true;
        return config;
    }

    EventBus events;
    PhysicalMemory memory;
    Mmu mmu;
    Cpu cpu;
};

} // namespace

class FormatsTest : public QObject {
    Q_OBJECT

private slots:
    void legacy_twoLevels_fourByteEntries();
    void legacy_setsAccessedAndDirty();
    void legacy_rights_areCombined();
    void legacy_largePage_fourMebibytes();
    void legacy_pse36_reachesAboveFourGibibytes();
    void legacy_withoutPse_bit7IsIgnored();
    void legacy_reservedBitsOfLargePage_data();
    void legacy_reservedBitsOfLargePage();
    void legacy_fetch_hasNoNxAndReportsFetchOnlyWithSmep();
    void legacy_globalPages_surviveCr3();
    void legacy_wideAddress_isGeneralProtection();
    void pae_withoutLongMode_isRefused();
    void classroom_walksTwoLevelsOfOneByteEntries();
    void classroom_tlb_countsInPagesOf32Bytes();
    void classroom_invalidEntry_faultsAndIsNotCached();
    void classroom_accessAcrossPages_isSplit();
};

void FormatsTest::legacy_twoLevels_fourByteEntries() {
    LegacyMachine machine;
    EventLog log(machine.events, {EventKind::WalkStep});
    const std::uint64_t address = 0x00c05678; // directory entry 3, table entry 5
    machine.setEntry(LegacyMachine::directory + 4 * 3, LegacyMachine::table | 7);
    machine.setEntry(LegacyMachine::table + 4 * 5, 0x00777000 | 7);
    const auto result = machine.translate(address);
    QCOMPARE(result->paddr, PhysAddr(0x00777678));
    QCOMPARE(result->walkReferences, 2U);
    QCOMPARE(machine.translate(address)->walkReferences, 0U);
    QCOMPARE(log.events.size(), 2U);
    QCOMPARE(log.events[0].object, 2U);
    QCOMPARE(log.events[0].a, 3U);
    QCOMPARE(log.events[1].paddr, LegacyMachine::table + 20ULL);
}

void FormatsTest::legacy_setsAccessedAndDirty() {
    LegacyMachine machine;
    machine.setEntry(LegacyMachine::directory, LegacyMachine::table | 7);
    machine.setEntry(LegacyMachine::directory + 4, 0xffffffff); // the neighbour must not change
    machine.setEntry(LegacyMachine::table, 0x00777000 | 7);
    QVERIFY(machine.translate(0, AccessKind::Read).ok());
    QCOMPARE(machine.entry(LegacyMachine::directory), LegacyMachine::table | 0x27U);
    QCOMPARE(machine.entry(LegacyMachine::table), 0x00777027U);
    QVERIFY(machine.translate(0, AccessKind::Write).ok());
    QCOMPARE(machine.entry(LegacyMachine::directory), LegacyMachine::table | 0x27U);
    QCOMPARE(machine.entry(LegacyMachine::table), 0x00777067U);
    QCOMPARE(machine.entry(LegacyMachine::directory + 4), 0xffffffffU);
}

void FormatsTest::legacy_rights_areCombined() {
    LegacyMachine machine;
    machine.setEntry(LegacyMachine::directory, LegacyMachine::table | 5); // read-only, user
    machine.setEntry(LegacyMachine::table, 0x00777000 | 7);
    machine.cpu.setPrivilege(Privilege::User);
    QVERIFY(machine.translate(0, AccessKind::Read).ok());
    QCOMPARE(machine.translate(0, AccessKind::Write).error().errorCode, 7U);
    machine.setEntry(LegacyMachine::directory, LegacyMachine::table | 3); // supervisor
    QCOMPARE(machine.translate(0, AccessKind::Read).error().errorCode, 5U);
}

void FormatsTest::legacy_largePage_fourMebibytes() {
    LegacyMachine machine;
    machine.setEntry(LegacyMachine::directory + 4 * 2, 0x01c00000 | 0x87);
    const auto result = machine.translate(0x00bffff8, AccessKind::Write);
    QCOMPARE(result->paddr, PhysAddr(0x01fffff8));
    QCOMPARE(result->walkReferences, 1U);
    QCOMPARE(machine.entry(LegacyMachine::directory + 8), 0x01c000e7U);
    QCOMPARE(machine.translate(0x00800000)->walkReferences, 0U); // one entry for all of it
    machine.mmu.invalidatePage(machine.cpu, VirtAddr(0x00a00000));
    QCOMPARE(machine.translate(0x00800000)->walkReferences, 1U);
}

void FormatsTest::legacy_pse36_reachesAboveFourGibibytes() {
    LegacyMachine machine;
    machine.setEntry(LegacyMachine::directory, 0x00400000 | 0x5U << 13 | 0x87);
    QCOMPARE(machine.translate(0x1234)->paddr, PhysAddr(0x500401234));
}

void FormatsTest::legacy_withoutPse_bit7IsIgnored() {
    LegacyMachine machine({}, 0);
    machine.setEntry(LegacyMachine::directory, LegacyMachine::table | 0x87);
    machine.setEntry(LegacyMachine::table, 0x00777000 | 0x87); // bit 7 of a PTE is PAT
    QCOMPARE(machine.translate(0x10)->paddr, PhysAddr(0x00777010));
}

void FormatsTest::legacy_reservedBitsOfLargePage_data() {
    QTest::addColumn<unsigned>("maxPhysicalBits");
    QTest::addColumn<bool>("pse36");
    QTest::addColumn<unsigned>("lowestReserved");
    // SDM vol. 3A, table 4-4: bits 21:(M-19), M = min(MAXPHYADDR, 40); without PSE-36 bits 21:13.
    QTest::newRow("M = 36") << 36U << true << 17U;
    QTest::newRow("M = 40") << 40U << true << 21U;
    QTest::newRow("MAXPHYADDR 46") << 46U << true << 21U;
    QTest::newRow("no PSE-36") << 40U << false << 13U;
}

void FormatsTest::legacy_reservedBitsOfLargePage() {
    QFETCH(unsigned, maxPhysicalBits);
    QFETCH(bool, pse36);
    QFETCH(unsigned, lowestReserved);
    CpuConfig config;
    config.maxPhysicalBits = maxPhysicalBits;
    config.pse36 = pse36;
    LegacyMachine machine(config);
    for (unsigned bit = 12; bit <= 21; ++bit) {
        machine.setEntry(LegacyMachine::directory, 0x00400087U | 1U << bit);
        const auto result = machine.translate(0);
        QCOMPARE(result.ok(), bit < lowestReserved);
        if (!result.ok()) {
            QCOMPARE(result.error().errorCode, 9U);
        }
        machine.mmu.invalidatePage(machine.cpu, VirtAddr(0));
    }
}

void FormatsTest::legacy_fetch_hasNoNxAndReportsFetchOnlyWithSmep() {
    LegacyMachine machine;
    machine.mmu.writeEfer(machine.cpu, 1U << 11); // NXE without PAE means nothing
    QCOMPARE(machine.translate(0, AccessKind::Execute).error().errorCode, 0U);
    machine.mmu.writeCr4(machine.cpu, cr4Pse | 1U << 20);
    QCOMPARE(machine.translate(0, AccessKind::Execute).error().errorCode, 0x10U);
}

void FormatsTest::legacy_globalPages_surviveCr3() {
    LegacyMachine machine({}, cr4Pse | cr4Pge);
    machine.setEntry(LegacyMachine::directory, 0x00400000 | 0x187);
    machine.setEntry(LegacyMachine::directory + 4, 0x00800000 | 0x87);
    QVERIFY(machine.translate(0).ok());
    QVERIFY(machine.translate(0x400000).ok());
    machine.mmu.writeCr3(machine.cpu, LegacyMachine::directory);
    QCOMPARE(machine.translate(0)->walkReferences, 0U);
    QCOMPARE(machine.translate(0x400000)->walkReferences, 1U);
}

void FormatsTest::legacy_wideAddress_isGeneralProtection() {
    LegacyMachine machine;
    QCOMPARE(unsigned{machine.translate(1ULL << 32).error().vector}, 13U);
}

void FormatsTest::pae_withoutLongMode_isRefused() {
    LegacyMachine machine;
    QVERIFY_EXCEPTION_THROWN(machine.mmu.writeCr4(machine.cpu, 0x20), LogicError);
}

void FormatsTest::classroom_walksTwoLevelsOfOneByteEntries() {
    ClassroomMachine machine;
    machine.memory.store(PhysAddr(4 * 32 + 3), 0x80 | 5, 1);
    machine.memory.store(PhysAddr(5 * 32 + 17), 0x80 | 100, 1);
    const VirtAddr address(3 << 10 | 17 << 5 | 9);
    const auto result = machine.mmu.translate(machine.cpu, address, AccessKind::Write);
    QCOMPARE(result->paddr, PhysAddr(100 * 32 + 9));
    QCOMPARE(result->walkReferences, 2U);
    QCOMPARE(machine.memory.load(PhysAddr(5 * 32 + 17), 1), std::uint64_t{0x80 | 100});
}

void FormatsTest::classroom_tlb_countsInPagesOf32Bytes() {
    ClassroomMachine machine;
    EventLog log(machine.events, {EventKind::TlbFill});
    machine.memory.store(PhysAddr(4 * 32), 0x80 | 5, 1);
    machine.memory.store(PhysAddr(5 * 32), 0x80 | 100, 1);
    machine.memory.store(PhysAddr(5 * 32 + 1), 0x80 | 7, 1);
    QVERIFY(machine.mmu.translate(machine.cpu, VirtAddr(0), AccessKind::Write).ok());
    QCOMPARE(machine.mmu.translate(machine.cpu, VirtAddr(31), AccessKind::Write)->walkReferences,
             0U);
    const auto next = machine.mmu.translate(machine.cpu, VirtAddr(32), AccessKind::Read);
    QCOMPARE(next->walkReferences, 2U);
    QCOMPARE(next->paddr, PhysAddr(7 * 32));
    QCOMPARE(log.events.size(), 2U);
    QCOMPARE(log.events[1].vaddr, 32U);
    QCOMPARE(log.events[1].paddr, 7 * 32U);
    QCOMPARE(log.events[1].a, 32U);
    machine.mmu.invalidatePage(machine.cpu, VirtAddr(40));
    QCOMPARE(machine.mmu.translate(machine.cpu, VirtAddr(0), AccessKind::Read)->walkReferences, 0U);
    QCOMPARE(machine.mmu.translate(machine.cpu, VirtAddr(33), AccessKind::Read)->walkReferences,
             2U);
}

void FormatsTest::classroom_invalidEntry_faultsAndIsNotCached() {
    ClassroomMachine machine;
    const auto fault = machine.mmu.translate(machine.cpu, VirtAddr(64), AccessKind::Read);
    QCOMPARE(unsigned{fault.error().vector}, 14U);
    QCOMPARE(machine.cpu.cr2(), VirtAddr(64));
    machine.memory.store(PhysAddr(4 * 32), 0x80 | 5, 1);
    machine.memory.store(PhysAddr(5 * 32 + 2), 0x80 | 9, 1);
    QVERIFY(machine.mmu.translate(machine.cpu, VirtAddr(64), AccessKind::Read).ok());
    const auto beyond = machine.mmu.translate(machine.cpu, VirtAddr(1 << 15), AccessKind::Read);
    QCOMPARE(unsigned{beyond.error().vector}, 13U);
}

void FormatsTest::classroom_accessAcrossPages_isSplit() {
    ClassroomMachine machine;
    MemoryPort port(machine.mmu, machine.memory);
    machine.memory.store(PhysAddr(4 * 32), 0x80 | 5, 1);
    machine.memory.store(PhysAddr(5 * 32), 0x80 | 100, 1);
    machine.memory.store(PhysAddr(5 * 32 + 1), 0x80 | 90, 1);
    QVERIFY(port.store(machine.cpu, VirtAddr(29), 0x060504030201ULL, 6).ok());
    QCOMPARE(machine.memory.load(PhysAddr(100 * 32 + 29), 3), 0x030201U);
    QCOMPARE(machine.memory.load(PhysAddr(90 * 32), 3), 0x060504U);
    QCOMPARE(port.load(machine.cpu, VirtAddr(29), 6)->value, 0x060504030201ULL);
}

QTEST_GUILESS_MAIN(FormatsTest)
#include "tst_hardware_formats.moc"
