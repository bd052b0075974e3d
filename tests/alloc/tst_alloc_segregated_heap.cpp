#include "fragscope/alloc/segregated_layout.h"

#include <QTest>

#include "alloc/support/heap_bench.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

struct Bench : HeapBench {
    Bench() : HeapBench(HeapKind::Segregated) {}
};

} // namespace

class TestSegregatedHeap : public QObject {
    Q_OBJECT

private slots:

    void listOf_isThePowerOfTwo() {
        QCOMPARE(segregated_layout::listOf(32), 0U);
        QCOMPARE(segregated_layout::listOf(63), 0U);
        QCOMPARE(segregated_layout::listOf(64), 1U);
        QCOMPARE(segregated_layout::listOf(1ULL << 50), 31U);
    }

    void tag_hasOtherUnitsAndSense_thanFirstFit() {
        QCOMPARE(segregated_layout::tagOf(0x100, false), 0x40U);
        QCOMPARE(segregated_layout::tagOf(0x100, true), 0x41U);
    }

    void firstBlock_growsThePool() {
        Bench bench;
        const VirtAddr block = bench.take(100);
        QCOMPARE(block.value, HeapBench::base.value + 0x120);
        QCOMPARE(bench.calls, 1U);
        QVERIFY2(bench.picture().whole(), bench.picture().fault.data());
        QCOMPARE(bench.picture().blocks.size(), 2U);
    }

    void release_mergesWithBothNeighbours_withoutAWalk() {
        Bench bench;
        const VirtAddr a = bench.take(64);
        const VirtAddr b = bench.take(64);
        const VirtAddr c = bench.take(64);
        (void)bench.take(64);
        (void)bench.give(a);
        (void)bench.give(c);
        const std::uint64_t before = bench.scheduler.steps();
        const HeapReturn merged = bench.give(b);
        QVERIFY(bench.scheduler.steps() - before < 20);
        QCOMPARE(merged.merged.start.value, a.value + 16);
        QVERIFY(bench.picture().whole());
        QCOMPARE(bench.freeAreas().size(), 2U);
    }

    void newestOfTheList_comesFirst() {
        Bench bench;
        const VirtAddr a = bench.take(64);
        (void)bench.take(64);
        const VirtAddr c = bench.take(64);
        (void)bench.take(64);
        (void)bench.give(a);
        (void)bench.give(c);
        QCOMPARE(bench.take(64), c);
        QCOMPARE(bench.take(64), a);
    }

    void aligned_blockOfPages_needsAPageMoreForItsLastTag() {
        Bench bench;
        const VirtAddr block = bench.take(1 << 20, pageBytes);
        QCOMPARE(block.value % pageBytes, 0U);
        QCOMPARE(bench.pages(), 258U);
        QVERIFY(bench.picture().whole());
        const HeapReturn back = bench.give(block);
        QVERIFY(back.atEnd);
        QCOMPARE(wholePages(back.merged).pages.value, 256U);
        bench.trim(0);
        QCOMPARE(bench.pages(), 1U);
        QVERIFY(bench.picture().whole());
    }

    void growth_takesTheFreeBlockAtTheEndAlong() {
        Bench bench;
        (void)bench.take(100);
        const VirtAddr block = bench.take(6000);
        QVERIFY(block < HeapBench::base + ByteCount(pageBytes));
        QVERIFY(bench.picture().whole());
        QCOMPARE(bench.pages(), 2U);
    }

    void doubleFree_isNoticed() {
        Bench bench;
        const VirtAddr a = bench.take(64);
        const VirtAddr b = bench.take(64);
        (void)bench.take(64);
        (void)bench.give(a);
        (void)bench.give(b); // becomes part of a
        QVERIFY_EXCEPTION_THROWN((void)bench.give(b), HeapDamaged);
    }

    void lostList_isNoticed() {
        Bench bench;
        const VirtAddr block = bench.take(64);
        (void)bench.take(64);
        (void)bench.give(block);
        bench.arena.clear(VirtAddr(block.value - 8), block + ByteCount(72));
        QVERIFY(!bench.picture().whole());
        QVERIFY_EXCEPTION_THROWN((void)bench.take(64), HeapDamaged);
    }
};

QTEST_APPLESS_MAIN(TestSegregatedHeap)

#include "tst_alloc_segregated_heap.moc"
