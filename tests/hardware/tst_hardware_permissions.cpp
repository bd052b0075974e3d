#include <QTest>

#include "hardware/support/permission_matrix.h"

using namespace fragscope;
using namespace fragscope::test;

class PermissionsTest : public QObject {
    Q_OBJECT

private slots:
    void everyLeafFlag_everyAccess_asTheManual_data();
    void everyLeafFlag_everyAccess_asTheManual();
    void rightsOfUpperLevels_areCombined();
    void absentLeafBelowSupervisorOnlyEntry_reportsNotPresent();
    void reservedBits_eachLevelAndBit_data();
    void reservedBits_eachLevelAndBit();
};

void PermissionsTest::everyLeafFlag_everyAccess_asTheManual_data() {
    QTest::addColumn<unsigned>("level");
    QTest::newRow("4 KiB PTE") << 1U;
    QTest::newRow("2 MiB PDE") << 2U;
    QTest::newRow("1 GiB PDPTE") << 3U;
}

void PermissionsTest::everyLeafFlag_everyAccess_asTheManual() {
    QFETCH(unsigned, level);
    const std::uint64_t flags = PermissionMatrix::allFlags(level);
    PermissionMatrix matrix(level, flags);
    const std::uint64_t tried = matrix.run();
    QVERIFY2(matrix.difference.empty(), matrix.difference.c_str());
    // 8 accesses, 32 settings with keys (4 each) and 32 without, and every subset of the flags.
    QCOMPARE(tried, 8ULL * (32 * 4 + 32) << std::popcount(flags));
}

void PermissionsTest::rightsOfUpperLevels_areCombined() {
    // Bits of `rights`: W, U, NX for levels 4, 3, 2, 1.
    PagedMachine machine;
    const VirtAddr page(0x7f0000403000);
    machine.map(page, PhysAddr(0x345000), PagedMachine::pageFlags);
    machine.mmu.writeCr4(machine.cpu, 0x20 | 1U << 20 | 1U << 21);
    for (unsigned rights = 0; rights < 1U << 12; ++rights) {
        Situation situation;
        situation.smep = true;
        situation.smap = true;
        for (unsigned level = 1; level <= 4; ++level) {
            const unsigned bits = rights >> (3 * (level - 1));
            const std::uint64_t flags = pte::present | ((bits & 1) != 0 ? pte::writable : 0) |
                                        ((bits & 2) != 0 ? pte::user : 0) |
                                        ((bits & 4) != 0 ? pte::noExecute : 0);
            situation.writable = situation.writable && (bits & 1) != 0;
            situation.userMode = situation.userMode && (bits & 2) != 0;
            situation.executeDisable = situation.executeDisable || (bits & 4) != 0;
            const PhysAddr at = machine.entryOf(page, level);
            machine.memory.store(at, (machine.memory.load(at) & pte::frameMask) | flags);
        }
        for (unsigned access = 0; access < 8; ++access) {
            situation.kind = static_cast<AccessKind>(access & 3);
            situation.cpl3 = (access & 4) != 0;
            machine.cpu.setPrivilege(situation.cpl3 ? Privilege::User : Privilege::Supervisor);
            machine.mmu.invalidatePage(machine.cpu, page);
            const auto result = machine.mmu.translate(machine.cpu, page, situation.kind);
            const auto code = manualErrorCode(situation);
            QCOMPARE(result.ok(), !code.has_value());
            if (code) {
                QCOMPARE(result.error().errorCode, *code);
            }
        }
    }
}

void PermissionsTest::absentLeafBelowSupervisorOnlyEntry_reportsNotPresent() {
    PagedMachine machine;
    const VirtAddr page(0x7f0000403000);
    const PhysAddr leaf = machine.map(page, PhysAddr(0x345000), 0);
    const PhysAddr top = machine.entryOf(page, 4);
    machine.memory.store(top, machine.memory.load(top) & ~pte::user);
    machine.cpu.setPrivilege(Privilege::User);
    QCOMPARE(machine.mmu.translate(machine.cpu, page, AccessKind::Read).error().errorCode,
             fault_bits::user);
    machine.memory.store(leaf, machine.memory.load(leaf) | pte::present);
    QCOMPARE(machine.mmu.translate(machine.cpu, page, AccessKind::Read).error().errorCode,
             fault_bits::user | fault_bits::present);
}

void PermissionsTest::reservedBits_eachLevelAndBit_data() {
    QTest::addColumn<unsigned>("maxPhysicalBits");
    for (const unsigned bits : {36U, 39U, 40U, 46U, 51U, 52U}) {
        QTest::addRow("MAXPHYADDR %u", bits) << bits;
    }
}

void PermissionsTest::reservedBits_eachLevelAndBit() {
    QFETCH(unsigned, maxPhysicalBits);
    CpuConfig config;
    config.maxPhysicalBits = maxPhysicalBits;
    const VirtAddr page(0x7f0000403000);
    for (unsigned leaf = 1; leaf <= 3; ++leaf) {
        PagedMachine machine(config);
        const std::uint64_t size = 1ULL << (12 + 9 * (leaf - 1));
        machine.map(page, PhysAddr(0), PagedMachine::pageFlags, leaf);
        for (unsigned level = leaf; level <= 4; ++level) {
            const PhysAddr at = machine.entryOf(page, level);
            const std::uint64_t good = machine.memory.load(at);
            for (unsigned bit = 12; bit < 63; ++bit) {
                const bool insideLarge =
                    level == leaf && leaf > 1 && bit > 12 && 1ULL << bit < size;
                const bool aboveMax = bit >= maxPhysicalBits && bit < 52;
                if ((good >> bit & 1) != 0 || (!insideLarge && !aboveMax)) {
                    continue; // such bits belong to the address, or are ignored
                }
                machine.memory.store(at, good | 1ULL << bit);
                const auto result = machine.mmu.translate(machine.cpu, page, AccessKind::Read);
                QVERIFY(!result.ok());
                QCOMPARE(result.error().errorCode, fault_bits::present | fault_bits::reserved);
                // The same bit of an entry that is not present does not matter.
                machine.memory.store(at, (good | 1ULL << bit) & ~pte::present);
                QCOMPARE(
                    machine.mmu.translate(machine.cpu, page, AccessKind::Read).error().errorCode,
                    0U);
            }
            machine.memory.store(at, good);
        }
    }
}

QTEST_GUILESS_MAIN(PermissionsTest)
#include "tst_hardware_permissions.moc"
