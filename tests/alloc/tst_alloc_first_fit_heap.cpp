#include "fragscope/alloc/first_fit_layout.h"

#include <QTest>

#include "alloc/support/heap_bench.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

struct Bench : HeapBench {
    Bench() : HeapBench(HeapKind::FirstFit) {}
};

constexpr std::uint64_t firstPayload = HeapBench::base.value + 32 + 16;

} // namespace

class TestFirstFitHeap : public QObject {
    Q_OBJECT

private slots:

    void firstBlock_growsThePool_andLiesBehindTheHeader() {
        Bench bench;
        QCOMPARE(bench.take(100).value, firstPayload);
        QCOMPARE(bench.calls, 1U);
        QCOMPARE(bench.pages(), 1U);
        const HeapPicture picture = bench.picture();
        QVERIFY(picture.whole());
        QCOMPARE(picture.blocks.size(), 2U);
        QCOMPARE(picture.blocks[0].length.value, 128U); // 16 + 112
        QVERIFY(picture.blocks[0].used && !picture.blocks[1].used);
    }

    void secondBlock_takesTheRest_withoutTheSource() {
        Bench bench;
        const VirtAddr first = bench.take(100);
        QCOMPARE(bench.take(100).value, first.value + 128);
        QCOMPARE(bench.calls, 1U);
    }

    void firstFit_takesTheLowestHoleThatIsLargeEnough() {
        Bench bench;
        const VirtAddr small = bench.take(64);
        (void)bench.take(16);
        const VirtAddr large = bench.take(256);
        (void)bench.take(16);
        (void)bench.give(small);
        (void)bench.give(large);
        QCOMPARE(bench.take(200), large);
        QCOMPARE(bench.take(10), small);
    }

    void release_mergesWithBothNeighbours() {
        Bench bench;
        const VirtAddr a = bench.take(64);
        const VirtAddr b = bench.take(64);
        const VirtAddr c = bench.take(64);
        (void)bench.take(64);
        (void)bench.give(a);
        (void)bench.give(c);
        QCOMPARE(bench.freeAreas().size(), 3U);
        const HeapReturn merged = bench.give(b);
        QCOMPARE(merged.merged.start, a);
        QCOMPARE(merged.merged.length.value, 3 * 80U - 16);
        QVERIFY(!merged.atEnd && bench.picture().whole());
        QCOMPARE(bench.freeAreas().size(), 2U);
    }

    void aligned_blockOfPages_leavesTheFrontFree() {
        Bench bench;
        const VirtAddr block = bench.take(1 << 20, pageBytes);
        QCOMPARE(block.value, HeapBench::base.value + pageBytes);
        QCOMPARE(bench.pages(), 257U); // one for the heap's own words
        QVERIFY(bench.picture().whole());
        const HeapReturn back = bench.give(block);
        QVERIFY(back.atEnd);
        QCOMPARE(wholePages(back.merged).pages.value, 256U);
    }

    void trim_givesWholePagesAtTheEndBack_butWhatItKeeps() {
        Bench bench;
        const VirtAddr block = bench.take(1 << 20, pageBytes);
        bench.trim(0);
        QCOMPARE(bench.pages(), 257U); // nothing is free there
        (void)bench.give(block);
        bench.trim(8 * pageBytes);
        QCOMPARE(bench.pages(), 9U);
        bench.trim(0);
        QCOMPARE(bench.pages(), 1U);
        QVERIFY(bench.picture().whole());
        QCOMPARE(bench.calls, 3U);
    }

    void refusedGrowth_givesNoBlock_andLeavesTheHeapWhole() {
        Bench bench;
        bench.limit = kib(8);
        QCOMPARE(bench.take(100'000).value, 0U);
        QVERIFY(bench.take(100).value != 0);
        QCOMPARE(bench.take(100'000).value, 0U);
        QVERIFY(bench.picture().whole());
    }

    void visit_callsForAreasAboveTheGivenAddress() {
        Bench bench;
        const VirtAddr a = bench.take(64);
        (void)bench.take(64);
        const VirtAddr c = bench.take(64);
        (void)bench.take(64);
        (void)bench.give(a);
        (void)bench.give(c);
        QCOMPARE(bench.freeAreas().size(), 3U);
        QCOMPARE(bench.freeAreas(a + ByteCount(64)).size(), 2U);
        QCOMPARE(bench.freeAreas()[0].length.value, 64U); // without header and link
    }

    void doubleFree_isNoticed() {
        Bench bench;
        const VirtAddr block = bench.take(64);
        (void)bench.take(64);
        (void)bench.give(block);
        QVERIFY_EXCEPTION_THROWN((void)bench.give(block), HeapDamaged);
    }

    void lostList_isNoticed() {
        Bench bench;
        const VirtAddr block = bench.take(64);
        (void)bench.take(64);
        (void)bench.give(block);
        bench.arena.clear(VirtAddr(block.value - 16), block); // header and link read zero
        QVERIFY(!bench.picture().whole());
        QVERIFY_EXCEPTION_THROWN((void)bench.take(64), HeapDamaged);
    }
};

QTEST_APPLESS_MAIN(TestFirstFitHeap)

#include "tst_alloc_first_fit_heap.moc"
