#include <QTest>

#include "hardware/support/event_log.h"
#include "hardware/support/paged_machine.h"

using namespace fragscope;
using fragscope::test::EventLog;
using fragscope::test::PagedMachine;

namespace {

constexpr VirtAddr page4k{0x7f0000403000};
constexpr VirtAddr page2m{0x7f0000600000};
constexpr VirtAddr page1g{0xffff800040000000};

} // namespace

class MmuTest : public QObject {
    Q_OBJECT

private slots:
    void translate_eachPageSize_findsTheByte_data();
    void translate_eachPageSize_findsTheByte();
    void read_setsAccessedOnEveryLevel_notDirty();
    void write_afterRead_walksAgainAndSetsDirty();
    void notPresent_faultsWithPresentBitClear_andSetsCr2();
    void nonCanonical_isGeneralProtection_withoutWalk();
    void staleEntry_staysUntilInvalidated();
    void faultAfterRepair_isNotRemembered();
    void walk_emitsOneStepPerLevel();
    void faultOnHit_isJudgedFromTheTlb();
};

void MmuTest::translate_eachPageSize_findsTheByte_data() {
    QTest::addColumn<quint64>("page");
    QTest::addColumn<quint64>("base");
    QTest::addColumn<unsigned>("level");
    QTest::addColumn<quint64>("offset");
    QTest::newRow("4 KiB") << quint64{page4k.value} << quint64{0x345000} << 1U << quint64{0xff8};
    QTest::newRow("2 MiB") << quint64{page2m.value} << quint64{0x1200000} << 2U
                           << quint64{0x1ffff8};
    QTest::newRow("1 GiB") << quint64{page1g.value} << quint64{0x80000000} << 3U
                           << quint64{0x3ffffff8};
}

void MmuTest::translate_eachPageSize_findsTheByte() {
    QFETCH(quint64, page);
    QFETCH(quint64, base);
    QFETCH(unsigned, level);
    QFETCH(quint64, offset);
    PagedMachine machine;
    machine.map(VirtAddr(page), PhysAddr(base), PagedMachine::pageFlags, level);
    const VirtAddr address(page + offset);
    const auto miss = machine.mmu.translate(machine.cpu, address, AccessKind::Read);
    QVERIFY(miss.ok());
    QCOMPARE(miss->paddr.value, base + offset);
    QCOMPARE(miss->walkReferences, 5 - level);
    const auto hit = machine.mmu.translate(machine.cpu, VirtAddr(page), AccessKind::Read);
    QCOMPARE(hit->paddr.value, base);
    QCOMPARE(hit->walkReferences, 0U);
    QCOMPARE(machine.cpu.tlb().check(), 0U);
}

void MmuTest::read_setsAccessedOnEveryLevel_notDirty() {
    PagedMachine machine;
    machine.map(page4k, PhysAddr(0x345000), PagedMachine::pageFlags);
    QVERIFY(machine.mmu.translate(machine.cpu, page4k, AccessKind::Read).ok());
    for (unsigned level = 1; level <= 4; ++level) {
        const Pte entry{machine.memory.load(machine.entryOf(page4k, level))};
        QVERIFY(entry.accessed());
        QVERIFY(!entry.dirty());
    }
}

void MmuTest::write_afterRead_walksAgainAndSetsDirty() {
    PagedMachine machine;
    const PhysAddr leaf = machine.map(page4k, PhysAddr(0x345000), PagedMachine::pageFlags);
    QVERIFY(machine.mmu.translate(machine.cpu, page4k, AccessKind::Read).ok());
    QCOMPARE(machine.mmu.translate(machine.cpu, page4k, AccessKind::Write)->walkReferences, 4U);
    QVERIFY(Pte{machine.memory.load(leaf)}.dirty());
    QVERIFY(!Pte{machine.memory.load(machine.entryOf(page4k, 2))}.dirty());
    QCOMPARE(machine.mmu.translate(machine.cpu, page4k, AccessKind::Write)->walkReferences, 0U);
}

void MmuTest::notPresent_faultsWithPresentBitClear_andSetsCr2() {
    PagedMachine machine;
    machine.cpu.setPrivilege(Privilege::User);
    const auto result = machine.mmu.translate(machine.cpu, page4k, AccessKind::Write);
    QVERIFY(!result.ok());
    QCOMPARE(unsigned{result.error().vector}, 14U);
    QCOMPARE(result.error().errorCode, fault_bits::write | fault_bits::user);
    QCOMPARE(machine.cpu.cr2(), page4k);
}

void MmuTest::nonCanonical_isGeneralProtection_withoutWalk() {
    PagedMachine machine;
    EventLog log(machine.events, {EventKind::WalkStep, EventKind::TlbMiss});
    const auto result =
        machine.mmu.translate(machine.cpu, VirtAddr(0x800000000000), AccessKind::Read);
    QVERIFY(!result.ok());
    QCOMPARE(unsigned{result.error().vector}, 13U);
    QCOMPARE(result.error().errorCode, 0U);
    QCOMPARE(machine.cpu.cr2(), VirtAddr(0));
    QVERIFY(log.events.empty());
}

void MmuTest::staleEntry_staysUntilInvalidated() {
    PagedMachine machine;
    const PhysAddr leaf = machine.map(page4k, PhysAddr(0x345000), PagedMachine::pageFlags);
    QVERIFY(machine.mmu.translate(machine.cpu, page4k, AccessKind::Read).ok());
    machine.memory.store(leaf, 0);
    QCOMPARE(machine.mmu.translate(machine.cpu, page4k, AccessKind::Read)->paddr,
             PhysAddr(0x345000));
    machine.mmu.invalidatePage(machine.cpu, page4k + ByteCount(0x123));
    QVERIFY(!machine.mmu.translate(machine.cpu, page4k, AccessKind::Read).ok());
}

void MmuTest::faultAfterRepair_isNotRemembered() {
    PagedMachine machine;
    QVERIFY(!machine.mmu.translate(machine.cpu, page4k, AccessKind::Read).ok());
    machine.map(page4k, PhysAddr(0x345000), PagedMachine::pageFlags);
    QVERIFY(machine.mmu.translate(machine.cpu, page4k, AccessKind::Read).ok());
}

void MmuTest::walk_emitsOneStepPerLevel() {
    PagedMachine machine;
    const PhysAddr leaf = machine.map(page4k, PhysAddr(0x345000), pte::present);
    machine.cpu.setPrivilege(Privilege::User);
    EventLog log(machine.events, {EventKind::WalkStep});
    QVERIFY(!machine.mmu.translate(machine.cpu, page4k, AccessKind::Read).ok());
    QCOMPARE(log.events.size(), 4U);
    for (unsigned i = 0; i < 4; ++i) {
        QCOMPARE(log.events[i].object, 4 - i);
        QCOMPARE(log.events[i].a, std::uint64_t{tableIndex(page4k, 4 - i)});
        QCOMPARE(PhysAddr(log.events[i].paddr), machine.entryOf(page4k, 4 - i));
    }
    QCOMPARE(PhysAddr(log.events[3].paddr), leaf);
    QCOMPARE(log.events[2].b, std::uint64_t{0});
    QCOMPARE(static_cast<WalkCheck>(log.events[3].b), WalkCheck::SupervisorPage);
}

void MmuTest::faultOnHit_isJudgedFromTheTlb() {
    PagedMachine machine;
    const PhysAddr leaf = machine.map(page4k, PhysAddr(0x345000), pte::present | pte::user);
    QVERIFY(machine.mmu.translate(machine.cpu, page4k, AccessKind::Read).ok());
    machine.memory.store(leaf, machine.memory.load(leaf) | pte::writable);
    const auto spurious = machine.mmu.translate(machine.cpu, page4k, AccessKind::Write);
    QVERIFY(!spurious.ok());
    QCOMPARE(spurious.error().errorCode, fault_bits::present | fault_bits::write);
    QVERIFY(machine.mmu.translate(machine.cpu, page4k, AccessKind::Write).ok());
}

QTEST_GUILESS_MAIN(MmuTest)
#include "tst_hardware_mmu.moc"
