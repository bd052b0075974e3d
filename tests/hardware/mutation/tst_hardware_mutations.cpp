
#include <QTest>

#include "hardware/support/permission_matrix.h"
#include "hardware/support/vector_files.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// With CR4.PGE = 0 the G bit means nothing: MOV CR3 drops the page.
bool globalBitCountsWithoutPge() {
    PagedMachine machine;
    const VirtAddr page(0x7f0000403000);
    const std::uint64_t flags = PagedMachine::pageFlags | pte::global;
    machine.map(page, PhysAddr(0x345000), flags);
    static_cast<void>(machine.mmu.translate(machine.cpu, page, AccessKind::Read));
    machine.map(page, PhysAddr(0x346000), flags);
    machine.mmu.writeCr3(machine.cpu, machine.root.value);
    return machine.mmu.translate(machine.cpu, page, AccessKind::Read)->paddr != PhysAddr(0x346000);
}

/// What the checks of the suite say while a mistake is planted; empty = nothing noticed.
std::string notice() {
    const VectorRun single = runVectors("mmu-sample.jsonl.gz");
    if (single.mismatched != 0) {
        return "single accesses, " + single.firstMismatch;
    }
    const VectorRun sequences = runVectors("mmu-tlb-sample.jsonl.gz");
    if (sequences.mismatched != 0) {
        return "sequences, " + sequences.firstMismatch;
    }
    for (const std::string& name : staleTemplates()) {
        if (!sequences.templatesWithStaleOutcome.contains(name)) {
            return "no stale outcome in " + name;
        }
    }
    if (globalBitCountsWithoutPge()) {
        return "a global page outlives MOV CR3 without CR4.PGE";
    }
    for (unsigned level = 1; level <= 3; ++level) {
        // P, W, U and NX; the full matrix is the permission test's.
        PermissionMatrix matrix(level, pte::present | pte::writable | pte::user | pte::noExecute);
        matrix.run();
        if (!matrix.difference.empty()) {
            return "matrix, " + matrix.difference;
        }
    }
    return {};
}

} // namespace

Q_DECLARE_METATYPE(fragscope::Mistake)

class MutationsTest : public QObject {
    Q_OBJECT

private slots:

    void cleanup() {
        plantedMistake = Mistake::None;
        absentPage = PageNumber(~0ULL);
    }

    void noMistake_nothingIsNoticed() {
        const std::string noticed = notice();
        QVERIFY2(noticed.empty(), noticed.c_str());
    }

    void eachMistake_isNoticed_data();
    void eachMistake_isNoticed();
};

void MutationsTest::eachMistake_isNoticed_data() {
    QTest::addColumn<Mistake>("mistake");
    QTest::newRow("rights judged before the walk is complete") << Mistake::RightsBeforeWalkComplete;
    QTest::newRow("reserved bits of absent entries") << Mistake::ReservedBitsOfAbsentEntry;
    QTest::newRow("PAT bit reserved") << Mistake::PatBitReserved;
    QTest::newRow("I/D with NXE = SMEP = 0") << Mistake::FetchBitWithoutNxeAndSmep;
    QTest::newRow("PK lost next to another violation") << Mistake::KeyBitLost;
    QTest::newRow("negative caching") << Mistake::NegativeCaching;
    QTest::newRow("rights frozen at fill") << Mistake::RightsFrozenAtFill;
    QTest::newRow("D missed on a clean hit") << Mistake::DirtyMissedOnCleanHit;
    QTest::newRow("INVLPG drops only 4 KiB") << Mistake::InvalidateOnlySmallPage;
    QTest::newRow("no TLB") << Mistake::NoTlb;
    QTest::newRow("D set by reads") << Mistake::DirtyOnRead;
    QTest::newRow("leaf A set by a rights fault") << Mistake::AccessedOnRightsFault;
    QTest::newRow("G honoured without PGE") << Mistake::GlobalIgnoresPge;
    QTest::newRow("fault keeps its entry") << Mistake::FaultKeepsEntry;
}

void MutationsTest::eachMistake_isNoticed() {
    QFETCH(Mistake, mistake);
    plantedMistake = mistake;
    const std::string noticed = notice();
    QVERIFY(!noticed.empty());
    qInfo("%s", noticed.c_str());
}

QTEST_GUILESS_MAIN(MutationsTest)
#include "tst_hardware_mutations.moc"
