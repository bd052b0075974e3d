#include "fragscope/hardware/paging/translation_source.h"

#include <QTest>

#include "hardware/support/event_log.h"
#include "hardware/support/tlb_pages.h"
#include "hardware/support/tlb_replica.h"

using namespace fragscope;
using namespace fragscope::test;

class TlbTest : public QObject {
    Q_OBJECT

private slots:
    void replacement_fullSet_dropsTheExpectedPage_data();
    void replacement_fullSet_dropsTheExpectedPage();
    void replacement_random_isTheSameInEveryRun();
    void sets_differentPageNumbers_doNotCompete();
    void splitFirstLevel_fetchAndLoadMissSeparately();
    void secondLevel_afterEviction_savesTheWalk();
    void writeThroughCleanEntry_whoseTableChanged_leavesOneAnswer();
    void rights_changeOfRegisters_actsAtOnceOnHits();
    void structureCache_upperEntryChanged_oldTableStillUsed();
    void structureCache_shortensTheWalk();
    void structureCache_absentEntry_isNotCached();
    void structureCache_keepsTheRightsOfTheUpperLevels();
    void events_foldedFromNothing_giveTheSameTlb();
    void decode_fieldsOfFill_sayAllRights();
    void mayReach_seesEveryOverlap();
    void pagingOff_translatesOneToOne();
    void source_answersMissesInPlaceOfTables();
};

void TlbTest::replacement_fullSet_dropsTheExpectedPage_data() {
    QTest::addColumn<int>("policy");
    QTest::addColumn<int>("victim");
    // Pages 0 to 3 are filled in order, then 0 and 2 are used again, then 4 comes.
    QTest::newRow("LRU drops 1") << static_cast<int>(Replacement::Lru) << 1;
    QTest::newRow("FIFO drops 0") << static_cast<int>(Replacement::Fifo) << 0;
    // After 0 1 2 3 0 2 the root points to the half {0, 1}, and inside it away from 0.
    QTest::newRow("tree PLRU drops 1") << static_cast<int>(Replacement::TreePlru) << 1;
}

void TlbTest::replacement_fullSet_dropsTheExpectedPage() {
    QFETCH(int, policy);
    QFETCH(int, victim);
    PagedMachine machine(withTlb(oneSet(static_cast<Replacement>(policy))));
    for (std::uint64_t n = 0; n < 5; ++n) {
        machine.map(pageNumber(n), frame(n), userPage);
    }
    for (const std::uint64_t n : {0U, 1U, 2U, 3U, 0U, 2U, 4U}) {
        QVERIFY(machine.mmu.translate(machine.cpu, pageNumber(n), AccessKind::Read).ok());
    }
    for (std::uint64_t n = 0; n < 5; ++n) {
        QCOMPARE(held(machine, pageNumber(n)), n != static_cast<std::uint64_t>(victim));
    }
    QCOMPARE(machine.cpu.tlb().check(), 0U);
}

void TlbTest::replacement_random_isTheSameInEveryRun() {
    std::vector<std::uint32_t> runs[2];
    for (auto& run : runs) {
        PagedMachine machine(withTlb(oneSet(Replacement::Random)));
        for (std::uint64_t n = 0; n < 16; ++n) {
            machine.map(pageNumber(n), frame(n), userPage);
        }
        for (std::uint64_t i = 0; i < 200; ++i) {
            run.push_back(references(machine, pageNumber(i * 3 % 5)));
        }
    }
    QVERIFY(runs[0] == runs[1]);
    QVERIFY(std::count(runs[0].begin(), runs[0].end(), 0U) > 20);
}

void TlbTest::sets_differentPageNumbers_doNotCompete() {
    PagedMachine machine; // 16 sets of 4: 64 neighbouring pages fit exactly
    for (std::uint64_t n = 0; n < 65; ++n) {
        machine.map(pageNumber(n), frame(n), userPage);
        QCOMPARE(references(machine, pageNumber(n)), 4U);
    }
    QVERIFY(!held(machine, pageNumber(0))); // the 65th page shares its set
    for (std::uint64_t n = 1; n < 65; ++n) {
        QVERIFY(held(machine, pageNumber(n)));
    }
}

void TlbTest::splitFirstLevel_fetchAndLoadMissSeparately() {
    TlbConfig tlb;
    tlb.instruction = {16, 4, Replacement::Lru};
    PagedMachine machine(withTlb(tlb));
    machine.map(page, frame(0), userPage);
    QCOMPARE(references(machine, page, AccessKind::Read), 4U);
    QCOMPARE(references(machine, page, AccessKind::Execute), 4U);
    QCOMPARE(references(machine, page, AccessKind::Execute), 0U);
    machine.mmu.invalidatePage(machine.cpu, page);
    QCOMPARE(references(machine, page, AccessKind::Execute), 4U);
    QCOMPARE(references(machine, page, AccessKind::Read), 4U);
}

void TlbTest::secondLevel_afterEviction_savesTheWalk() {
    TlbConfig tlb = oneSet(Replacement::Lru);
    tlb.second = {16, 4, Replacement::Lru};
    PagedMachine machine(withTlb(tlb));
    for (std::uint64_t n = 0; n < 6; ++n) {
        machine.map(pageNumber(n), frame(n), userPage);
        QCOMPARE(references(machine, pageNumber(n)), 4U);
    }
    QCOMPARE(references(machine, pageNumber(0)), 0U);
    machine.mmu.invalidatePage(machine.cpu, pageNumber(0));
    QCOMPARE(references(machine, pageNumber(0)), 4U);
    machine.mmu.invalidateAll(machine.cpu);
    QCOMPARE(references(machine, pageNumber(5)), 4U);
}

void TlbTest::writeThroughCleanEntry_whoseTableChanged_leavesOneAnswer() {
    PagedMachine machine;
    const PhysAddr table = machine.map(page, frame(0), userPage);
    machine.map(pageNumber(1), frame(1), userPage);
    QCOMPARE(references(machine, page), 4U);
    // The PDE now maps 2 MiB elsewhere; the stale 4 KiB entry is clean, so a write walks and finds
    // that.
    machine.memory.store(machine.entryOf(page, 2), 0x1400000 | userPage | pte::large);
    static_cast<void>(table);
    const auto written = machine.mmu.translate(machine.cpu, page, AccessKind::Write);
    QCOMPARE(written->paddr, PhysAddr(0x1400000));
    QCOMPARE(machine.mmu.translate(machine.cpu, page, AccessKind::Read)->paddr,
             PhysAddr(0x1400000));
    QCOMPARE(machine.cpu.tlb().check(), 0U);
}

void TlbTest::rights_changeOfRegisters_actsAtOnceOnHits() {
    PagedMachine machine;
    machine.map(page, frame(0), pte::present | pte::user | pte::dirty);
    machine.mmu.writeCr0(machine.cpu, machine.cpu.registers().cr0 & ~(1ULL << 16));
    QCOMPARE(references(machine, page, AccessKind::Write), 4U);
    QCOMPARE(references(machine, page, AccessKind::Write), 0U);
    EventLog log(machine.events, {EventKind::WalkStep});
    machine.mmu.writeCr0(machine.cpu, machine.cpu.registers().cr0 | 1ULL << 16);
    QCOMPARE(references(machine, page, AccessKind::Write), ~0U);
    QCOMPARE(log.events.size(), 1U); // judged from the entry held, without a walk
    QCOMPARE(log.events[0].object, 0U);
    QCOMPARE(static_cast<WalkCheck>(log.events[0].b), WalkCheck::ReadOnlyPage);
}

void TlbTest::structureCache_upperEntryChanged_oldTableStillUsed() {
    TlbConfig tlb;
    tlb.pdEntries = 4;
    PagedMachine machine(withTlb(tlb));
    machine.map(page, frame(0), userPage);
    const PhysAddr touchedNever = machine.map(pageNumber(1), frame(1), userPage);
    QCOMPARE(references(machine, page), 4U);
    const PhysAddr pde = machine.entryOf(page, 2);
    machine.memory.store(pde, 0);
    const auto stale = machine.mmu.translate(machine.cpu, pageNumber(1), AccessKind::Read);
    QVERIFY(stale.ok());
    QCOMPARE(stale->paddr, frame(1));
    QVERIFY(Pte{machine.memory.load(touchedNever)}.accessed());
    // INVLPG of any page drops the structure caches of the PCID.
    machine.mmu.invalidatePage(machine.cpu, pageNumber(400));
    QCOMPARE(references(machine, pageNumber(2)), ~0U);
    QCOMPARE(references(machine, pageNumber(1)), 0U);
}

void TlbTest::structureCache_shortensTheWalk() {
    TlbConfig tlb;
    tlb.pml4Entries = 2;
    tlb.pdptEntries = 2;
    tlb.pdEntries = 2;
    PagedMachine machine(withTlb(tlb));
    for (const std::uint64_t distance : {0x0ULL, 0x1000ULL, 0x200000ULL, 0x40000000ULL}) {
        machine.map(page + ByteCount(distance), frame(0), userPage);
    }
    QCOMPARE(references(machine, page), 4U);
    QCOMPARE(references(machine, page + ByteCount(0x1000)), 1U);
    QCOMPARE(references(machine, page + ByteCount(0x200000)), 2U);
    QCOMPARE(references(machine, page + ByteCount(0x40000000)), 3U);
}

void TlbTest::structureCache_absentEntry_isNotCached() {
    TlbConfig tlb;
    tlb.pdEntries = 4;
    PagedMachine machine(withTlb(tlb));
    QCOMPARE(references(machine, page), ~0U);
    machine.map(page, frame(0), userPage);
    QCOMPARE(references(machine, page), 4U);
}

void TlbTest::structureCache_keepsTheRightsOfTheUpperLevels() {
    TlbConfig tlb;
    tlb.pdEntries = 4;
    PagedMachine machine(withTlb(tlb));
    machine.map(page, frame(0), userPage);
    machine.map(pageNumber(1), frame(1), userPage);
    const PhysAddr pde = machine.entryOf(page, 2);
    // Read-only, supervisor, no execute, in the PDE alone.
    machine.memory.store(pde, Pte{machine.memory.load(pde)}.base().value | pte::present |
                                  pte::noExecute);
    QCOMPARE(references(machine, page), 4U);
    QCOMPARE(references(machine, pageNumber(1)), 1U);
    const TlbEntry* entry = machine.cpu.tlb().find(pageNumber(1), 0);
    QVERIFY(!entry->page.rights.writable);
    QVERIFY(!entry->page.rights.user);
    QVERIFY(entry->page.rights.noExecute);
}

void TlbTest::events_foldedFromNothing_giveTheSameTlb() {
    TlbConfig tlb;
    tlb.first = {2, 2, Replacement::Lru};
    tlb.instruction = {2, 2, Replacement::Fifo};
    tlb.second = {4, 2, Replacement::TreePlru};
    tlb.pml4Entries = 1;
    tlb.pdptEntries = 2;
    tlb.pdEntries = 2;
    PagedMachine machine(withTlb(tlb));
    TlbReplica replica(machine.events);
    machine.mmu.writeCr4(machine.cpu, cr4Pge);
    for (std::uint64_t n = 0; n < 20; ++n) {
        machine.map(pageNumber(n * 37), frame(n), n % 3 == 0 ? globalPage : userPage);
    }
    Rng rng(3);
    for (unsigned i = 0; i < 3000; ++i) {
        const VirtAddr address = pageNumber(rng.below(22) * 37);
        switch (rng.below(16)) {
        case 0:
            machine.mmu.invalidatePage(machine.cpu, address);
            break;
        case 1:
            machine.mmu.writeCr3(machine.cpu, machine.root.value);
            break;
        default:
            static_cast<void>(
                machine.mmu.translate(machine.cpu, address, static_cast<AccessKind>(rng.below(4))));
        }
        QVERIFY2(replica.equals(machine.cpu.tlb()), replica.difference.c_str());
        QCOMPARE(machine.cpu.tlb().check(), 0U);
    }
}

void TlbTest::decode_fieldsOfFill_sayAllRights() {
    PagedMachine machine;
    machine.mmu.writeCr4(machine.cpu, cr4Pcide | cr4Pge | 1U << 22);
    machine.mmu.writeCr3(machine.cpu, machine.root.value | 0x123);
    const VirtAddr large(0x7f0000600000);
    machine.map(large, PhysAddr(0x1200000),
                pte::present | pte::user | pte::global | pte::noExecute | pte::dirty |
                    7ULL << pte::keyShift,
                2);
    EventLog log(machine.events, {EventKind::TlbFill});
    QCOMPARE(references(machine, large + ByteCount(0x12345)), 3U);
    QCOMPARE(log.events.size(), 1U);
    const Event& event = log.events[0];
    const TlbEntryView view = decodeTlbEvent(event.value, event.a, event.b);
    QCOMPARE(VirtAddr(event.vaddr), large);
    QCOMPARE(view.pageSize, mib(2));
    QCOMPARE(view.base, PhysAddr(0x1200000));
    QCOMPARE(unsigned{view.pcid}, 0x123U);
    QCOMPARE(unsigned{view.key}, 7U);
    QVERIFY(!view.writable && view.user && view.noExecute && view.dirty && view.global);
    QCOMPARE(view.structureLevel, 0U);
}

void TlbTest::mayReach_seesEveryOverlap() {
    PagedMachine machine;
    machine.map(page, frame(0), userPage);
    QCOMPARE(references(machine, page), 4U);
    const Tlb& tlb = machine.cpu.tlb();
    QVERIFY(tlb.mayReach(page, kib(4)));
    QVERIFY(tlb.mayReach(page - kib(4), kib(8)));
    QVERIFY(tlb.mayReach(page + ByteCount(8), ByteCount(8)));
    QVERIFY(!tlb.mayReach(page - kib(4), kib(4)));
    QVERIFY(!tlb.mayReach(page + kib(4), kib(64)));
}

void TlbTest::pagingOff_translatesOneToOne() {
    PagedMachine machine;
    machine.map(page, frame(0), userPage);
    QCOMPARE(references(machine, page), 4U);
    machine.mmu.writeCr0(machine.cpu, 0x11);
    QCOMPARE(machine.mmu.translate(machine.cpu, page, AccessKind::Write)->paddr.value, page.value);
    machine.mmu.writeCr0(machine.cpu, 0x80010011);
    QCOMPARE(references(machine, page), 4U);
}

void TlbTest::source_answersMissesInPlaceOfTables() {
    /// Maps page n of `page` onwards to frame n, up to 4 pages; costs 3 references.
    class Four : public TranslationSource {
    public:
        Answer find(const Cpu& cpu, VirtAddr address, AccessKind kind) override {
            const std::uint64_t n = (address.value - page.value) / pageBytes;
            if (address < page || n >= 4) {
                return {notMappedFault(cpu, address, kind), 3};
            }
            PageTranslation found;
            found.base = frame(n);
            found.rights = {n != 1, true, false, 0};
            found.dirty = true;
            return {found, 3};
        }
    };

    Four source;
    PagedMachine machine;
    machine.cpu.source = &source;
    QCOMPARE(references(machine, pageNumber(2), AccessKind::Write), 3U);
    QCOMPARE(references(machine, pageNumber(2), AccessKind::Write), 0U);
    const auto readOnly = machine.mmu.translate(machine.cpu, pageNumber(1), AccessKind::Write);
    QCOMPARE(readOnly.error().errorCode, fault_bits::present | fault_bits::write);
    const auto outside = machine.mmu.translate(machine.cpu, pageNumber(9), AccessKind::Write);
    QCOMPARE(outside.error().errorCode, fault_bits::write);
    QCOMPARE(machine.cpu.cr2(), pageNumber(9));
}

QTEST_GUILESS_MAIN(TlbTest)
#include "tst_hardware_tlb.moc"
