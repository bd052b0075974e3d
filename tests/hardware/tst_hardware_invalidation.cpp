#include <QTest>

#include "hardware/support/event_log.h"
#include "hardware/support/tlb_pages.h"

using namespace fragscope;
using namespace fragscope::test;

class InvalidationTest : public QObject {
    Q_OBJECT

private slots:
    void invlpg_insideLargePage_dropsAllOfIt_data();
    void invlpg_insideLargePage_dropsAllOfIt();
    void invlpg_keepsOtherPages();
    void invlpg_nonCanonical_doesNothing();
    void globalPages_surviveCr3_notPgeChange();
    void pcid_tagsEntries_andBit63KeepsThem();
    void pcid_globalPage_isSharedByAll();
    void invpcid_eachType_dropsWhatItNames();
    void invpcid_badOperands_areGeneralProtection();
    void cr4_smepRises_dropsCurrentPcid();
    void cr4_pcideFalls_dropsAll();
    void fault_dropsTheEntryOfItsPage();
};

void InvalidationTest::invlpg_insideLargePage_dropsAllOfIt_data() {
    QTest::addColumn<unsigned>("level");
    QTest::newRow("2 MiB") << 2U;
    QTest::newRow("1 GiB") << 3U;
}

void InvalidationTest::invlpg_insideLargePage_dropsAllOfIt() {
    QFETCH(unsigned, level);
    PagedMachine machine;
    const VirtAddr large(0x7f0040000000);
    machine.map(large, PhysAddr(0x40000000), userPage, level);
    const VirtAddr first = large + ByteCount(0x1008);
    const VirtAddr other = large + ByteCount(0x1ff000);
    QCOMPARE(references(machine, first), 5 - level);
    QCOMPARE(references(machine, other), 0U);
    machine.mmu.invalidatePage(machine.cpu, other);
    QCOMPARE(references(machine, first), 5 - level);
}

void InvalidationTest::invlpg_keepsOtherPages() {
    PagedMachine machine;
    machine.map(page, frame(0), userPage);
    machine.map(pageNumber(16), frame(1), userPage); // same set
    QCOMPARE(references(machine, page), 4U);
    QCOMPARE(references(machine, pageNumber(16)), 4U);
    machine.mmu.invalidatePage(machine.cpu, page);
    QVERIFY(!held(machine, page));
    QVERIFY(held(machine, pageNumber(16)));
}

void InvalidationTest::invlpg_nonCanonical_doesNothing() {
    PagedMachine machine;
    machine.map(page, frame(0), userPage);
    QCOMPARE(references(machine, page), 4U);
    machine.mmu.invalidatePage(machine.cpu, VirtAddr(0x8000000000000000));
    QVERIFY(held(machine, page));
}

void InvalidationTest::globalPages_surviveCr3_notPgeChange() {
    PagedMachine machine;
    machine.mmu.writeCr4(machine.cpu, cr4Pge);
    machine.map(page, frame(0), globalPage);
    machine.map(pageNumber(1), frame(1), userPage);
    QCOMPARE(references(machine, page), 4U);
    QCOMPARE(references(machine, pageNumber(1)), 4U);
    machine.mmu.writeCr3(machine.cpu, machine.root.value);
    QVERIFY(held(machine, page));
    QVERIFY(!held(machine, pageNumber(1)));
    machine.mmu.invalidatePage(machine.cpu, page);
    QVERIFY(!held(machine, page));
    QCOMPARE(references(machine, page), 4U);
    machine.mmu.writeCr4(machine.cpu, 0x20);
    QVERIFY(!held(machine, page));
}

void InvalidationTest::pcid_tagsEntries_andBit63KeepsThem() {
    PagedMachine machine;
    machine.mmu.writeCr4(machine.cpu, cr4Pcide);
    machine.mmu.writeCr3(machine.cpu, machine.root.value | 1);
    machine.map(page, frame(0), userPage);
    QCOMPARE(references(machine, page), 4U);
    constexpr std::uint64_t keep = 1ULL << 63;
    machine.mmu.writeCr3(machine.cpu, machine.root.value | 2 | keep);
    QCOMPARE(machine.cpu.registers().cr3, machine.root.value | 2);
    QVERIFY(!held(machine, page));
    QCOMPARE(references(machine, page), 4U);
    machine.mmu.writeCr3(machine.cpu, machine.root.value | 1 | keep);
    QCOMPARE(references(machine, page), 0U);
    machine.mmu.writeCr3(machine.cpu, machine.root.value | 1); // drops PCID 1 only
    QCOMPARE(references(machine, page), 4U);
    machine.mmu.writeCr3(machine.cpu, machine.root.value | 2 | keep);
    QCOMPARE(references(machine, page), 0U);
}

void InvalidationTest::pcid_globalPage_isSharedByAll() {
    PagedMachine machine;
    machine.mmu.writeCr4(machine.cpu, cr4Pcide | cr4Pge);
    machine.mmu.writeCr3(machine.cpu, machine.root.value | 5);
    machine.map(page, frame(0), globalPage);
    QCOMPARE(references(machine, page), 4U);
    machine.mmu.writeCr3(machine.cpu, machine.root.value | 6);
    QCOMPARE(references(machine, page), 0U);
}

void InvalidationTest::invpcid_eachType_dropsWhatItNames() {
    const auto heldAfter = [](InvpcidType type) {
        PagedMachine machine;
        machine.mmu.writeCr4(machine.cpu, cr4Pcide | cr4Pge);
        machine.map(page, frame(0), userPage);
        machine.map(pageNumber(1), frame(1), userPage);
        machine.map(pageNumber(2), frame(2), globalPage);
        constexpr std::uint64_t keep = 1ULL << 63;
        for (const std::uint64_t pcid : {2U, 1U}) {
            machine.mmu.writeCr3(machine.cpu, machine.root.value | pcid | keep);
            for (std::uint64_t n = 0; n < 3; ++n) {
                static_cast<void>(references(machine, pageNumber(n)));
            }
        }
        machine.mmu.writeCr3(machine.cpu, machine.root.value | 3 | keep);
        const auto done = machine.mmu.invalidatePcid(machine.cpu, type, 1, page);
        std::string text = done.ok() ? "" : "fault ";
        for (const std::uint16_t pcid : {std::uint16_t{1}, std::uint16_t{2}}) {
            for (std::uint64_t n = 0; n < 3; ++n) {
                text += machine.cpu.tlb().find(pageNumber(n), pcid) != nullptr ? '1' : '0';
            }
        }
        return text;
    };
    // Pages 0, 1, global of PCID 1, then of PCID 2.
    QCOMPARE(heldAfter(InvpcidType::Address), std::string("011111"));
    QCOMPARE(heldAfter(InvpcidType::Context), std::string("001111"));
    QCOMPARE(heldAfter(InvpcidType::AllContexts), std::string("001001"));
    QCOMPARE(heldAfter(InvpcidType::AllWithGlobals), std::string("000000"));
}

void InvalidationTest::invpcid_badOperands_areGeneralProtection() {
    PagedMachine machine;
    const VirtAddr bad(0x8000000000000000);
    QVERIFY(!machine.mmu.invalidatePcid(machine.cpu, InvpcidType::Context, 1, page).ok());
    QVERIFY(!machine.mmu.invalidatePcid(machine.cpu, InvpcidType::Address, 0, bad).ok());
    QVERIFY(machine.mmu.invalidatePcid(machine.cpu, InvpcidType::AllContexts, 0, bad).ok());
}

void InvalidationTest::cr4_smepRises_dropsCurrentPcid() {
    PagedMachine machine;
    machine.map(page, frame(0), userPage);
    QCOMPARE(references(machine, page), 4U);
    machine.mmu.writeCr4(machine.cpu, 0x20 | 1U << 20);
    QVERIFY(!held(machine, page));
    QCOMPARE(references(machine, page), 4U);
    machine.mmu.writeCr4(machine.cpu, 0x20 | 1U << 20 | 1U << 21); // SMAP drops nothing
    QVERIFY(held(machine, page));
}

void InvalidationTest::cr4_pcideFalls_dropsAll() {
    PagedMachine machine;
    machine.mmu.writeCr4(machine.cpu, cr4Pcide | cr4Pge);
    machine.map(page, frame(0), globalPage);
    QCOMPARE(references(machine, page), 4U);
    machine.mmu.writeCr4(machine.cpu, cr4Pge);
    QVERIFY(!held(machine, page));
}

void InvalidationTest::fault_dropsTheEntryOfItsPage() {
    PagedMachine machine;
    machine.map(page, frame(0), pte::present);
    QCOMPARE(references(machine, page), 4U);
    machine.cpu.setPrivilege(Privilege::User);
    EventLog log(machine.events, {EventKind::TlbDrop});
    QCOMPARE(references(machine, page), ~0U);
    QVERIFY(!held(machine, page));
    QCOMPARE(log.events.size(), 1U);
    QCOMPARE(VirtAddr(log.events[0].vaddr), page);
}

QTEST_GUILESS_MAIN(InvalidationTest)
#include "tst_hardware_invalidation.moc"
