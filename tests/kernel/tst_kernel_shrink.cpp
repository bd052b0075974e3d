#include "fragscope/hardware/paging/pte.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::accessOnce;
using fragscope::test::KernelBench;
using fragscope::test::requestFor;

namespace {

using Lines = std::vector<std::uint16_t>;

constexpr VirtAddr area{0x10000000};

void shrink(KernelBench& bench, Process& process, std::uint64_t pages) {
    bench.spawn(0, shrinkArea(bench.kernel, process, bytesOf(PageCount(pages))));
    bench.run();
}

/// A process whose move at the high end has `unmoved` pages of its last block left, entry E empty.
Process& movingProcess(KernelBench& bench, std::uint64_t unmoved) {
    Process& process = bench.makeProcess(area);
    bench.addBlock(process, 2, 200);
    bench.addBlock(process, unmoved, 300);
    test::coverWithE(process.map, 1, 0);
    process.move.active = true;
    process.move.usesE = true;
    return process;
}

Steps unlockAndEnd(Kernel& kernel, Process& process) {
    co_yield test::BenchLine::One;
    process.mapLock = 0;
    kernel.end(process, ProcessState::Exited);
}

} // namespace

class TestKernelShrink : public QObject {
    Q_OBJECT

private slots:

    void shrink_lastPages_areGivenBack_data() {
        QTest::addColumn<int>("representation");
        QTest::newRow("start only") << static_cast<int>(MapRepresentation::StartOnly);
        QTest::newRow("start and base") << static_cast<int>(MapRepresentation::StartBase);
        QTest::newRow("start and length") << static_cast<int>(MapRepresentation::StartLength);
    }

    void shrink_lastPages_areGivenBack() {
        QFETCH(int, representation);
        KernelSettings settings;
        settings.representation = static_cast<MapRepresentation>(representation);
        KernelBench bench(settings);
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 5, 200);
        const std::uint64_t before = bench.freeFrames();
        shrink(bench, process, 2);
        QCOMPARE((process.map.areaEnd() - area).value, 3 * pageBytes);
        QCOMPARE(bench.freeFrames(), before + 2);
        QVERIFY(bench.kernel.frames().isFree(FrameNumber(203), PageCount(2)));
        QCOMPARE(process.tables.leaf(pageOf(area) + PageCount(3)), 0U);
        QCOMPARE(Pte{process.tables.leaf(pageOf(area) + PageCount(2))}.frame().value, 202U);
        QCOMPARE(process.map.extents().back().length, 3 * pageBytes);
        QCOMPARE(bench.linesOf(ListingId::Shrink), Lines({1, 2, 3, 3, 4, 5, 6}));
    }

    void shrink_wholeLastBlock_itsEntryGoes() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        bench.addBlock(process, 2, 300);
        shrink(bench, process, 2);
        QCOMPARE(process.map.blocks(), std::size_t{1});
        QCOMPARE((process.map.areaEnd() - area).value, 2 * pageBytes);
        QVERIFY(bench.kernel.frames().isFree(FrameNumber(300), PageCount(2)));
    }

    void shrink_moreThanTheLastBlock_takesThatBlockOnly() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        bench.addBlock(process, 2, 300);
        shrink(bench, process, 3);
        QCOMPARE((process.map.areaEnd() - area).value, 2 * pageBytes);
        QVERIFY(!bench.kernel.frames().isFree(FrameNumber(200), PageCount(1)));
    }

    void shrink_cachedTranslation_isGoneBeforeTheFramesAre() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        const VirtAddr last = area + ByteCount(pageBytes);
        AccessRequest request = requestFor(process, last, AccessKind::Write, 5);
        bench.spawn(1, accessOnce(bench.kernel, request), process.number);
        bench.spawn(0, shrinkArea(bench.kernel, process, ByteCount(pageBytes)), 0, 500);
        bench.run(2);
        QVERIFY(bench.cpus[1].tlb().mayReach(last, ByteCount(pageBytes)));
        bench.run();
        QVERIFY(!bench.cpus[1].tlb().mayReach(last, ByteCount(pageBytes)));
        const Event ack = bench.all(EventKind::ShootdownAcked).at(0);
        QVERIFY(ack.seq < bench.all(EventKind::FramesFreed).back().seq);
    }

    void shrink_insideALargeMapping_splitsItFirst() {
        KernelBench bench({}, 2, mib(8));
        Process& process = bench.makeProcess(VirtAddr(0x40000000));
        bench.addBlock(process, 512, 1024, true);
        const PageNumber first = pageOf(VirtAddr(0x40000000));
        QVERIFY(Pte{process.tables.leaf(first)}.large());
        shrink(bench, process, 2);
        QVERIFY(!Pte{process.tables.leaf(first)}.large());
        QCOMPARE(Pte{process.tables.leaf(first)}.frame().value, 1024U);
        QCOMPARE(Pte{process.tables.leaf(first + PageCount(509))}.frame().value, 1533U);
        QCOMPARE(process.tables.leaf(first + PageCount(510)), 0U);
        for (const Event& store : bench.all(EventKind::PteStore)) {
            QVERIFY(store.value != 0 || store.b == 1); // no 2 MiB entry was taken out
        }
    }

    void lockableForShrink_moveAtTheHighEnd_onlyWhatHasNotMoved() {
        KernelBench bench;
        Process& process = movingProcess(bench, 4);
        QVERIFY(process.lockableForShrink(3 * pageBytes));
        QVERIFY(!process.lockableForShrink(4 * pageBytes));
        process.mapLock = 9;
        QVERIFY(!process.lockableForShrink(pageBytes));
    }

    void lockableForShrink_otherMoves_waitsForTheEnd() {
        KernelBench bench;
        Process& process = movingProcess(bench, 4);
        process.move.end = MoveEnd::Low;
        QVERIFY(!process.lockableForShrink(pageBytes));
        process.move.end = MoveEnd::High;
        process.move.shared = true;
        QVERIFY(!process.lockableForShrink(pageBytes));
        process.move.shared = false;
        process.move.usesE = false; // stop the world, or entry E is not there yet or any more
        QVERIFY(!process.lockableForShrink(pageBytes));
        process.move.active = false;
        QVERIFY(process.lockableForShrink(pageBytes));
    }

    void unlocked_shrinkWaits_theMoverLetsItGoFirst() {
        KernelBench bench;
        Process& process = movingProcess(bench, 4);
        QVERIFY(process.unlocked(0));
        process.shrinkWanted = pageBytes;
        QVERIFY(!process.unlocked(0));
        process.shrinkWanted = 4 * pageBytes; // must wait for the end of the move anyway
        QVERIFY(process.unlocked(0));
    }

    void shrink_processHasEnded_doesNothing() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        process.mapLock = 99;
        const std::uint64_t before = bench.freeFrames();
        bench.spawn(0, shrinkArea(bench.kernel, process, ByteCount(pageBytes)));
        bench.spawn(1, unlockAndEnd(bench.kernel, process), 0, 500);
        bench.run();
        QVERIFY(process.reaped);
        QCOMPARE(bench.linesOf(ListingId::Shrink), Lines({1, 1}));
        QCOMPARE(bench.freeFrames(), before + 2 + 5); // the block, the map and four tables
        QCOMPARE(process.shrinkWanted, 0U);
    }
};

QTEST_GUILESS_MAIN(TestKernelShrink)
#include "tst_kernel_shrink.moc"
