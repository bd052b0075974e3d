#include "fragscope/experiment/fragmentation.h"

#include <QTest>

using namespace fragscope;

namespace {

HeapBlock freeBlock(std::uint64_t start, std::uint64_t length) {
    return {VirtAddr(start), ByteCount(length)};
}

} // namespace

class TestExperimentFragmentation : public QObject {
    Q_OBJECT

private slots:

    void indices_exampleOfTheKernel_asComputedThere() {
        // 8 pages alone, 4 pairs, one block of 4: 20 pages in 13 blocks
        const std::vector<std::uint64_t> counts{8, 4, 1};
        QCOMPARE(unusableFreeIndex(counts, 3), 1000);
        QCOMPARE(fragmentationIndex(counts, 3), 731); // 1000 - (1000 + 20000 / 8) / 13
        QCOMPARE(unusableFreeIndex(counts, 2), 800);  // (20 - 4) / 20
        QCOMPARE(fragmentationIndex(counts, 2), -1000);
        QCOMPARE(unusableFreeIndex(counts, 1), 400); // 2 * (4 + 2) of 20 pages can be used
        QCOMPARE(unusableFreeIndex(counts, 0), 0);
        QCOMPARE(fragmentationIndex(counts, 0), -1000);
    }

    void indices_nothingFree_sayThatAllIsUnusable() {
        QCOMPARE(unusableFreeIndex({}, 0), 1000);
        QCOMPARE(fragmentationIndex({}, 0), 0);
        const std::vector<std::uint64_t> none{0, 0};
        QCOMPARE(unusableFreeIndex(none, 1), 1000);
        QCOMPARE(fragmentationIndex(none, 1), 0);
    }

    void fragmentationIndex_littleMemory_isNearZero_scatteredIsNearOne() {
        const std::vector<std::uint64_t> one{1}; // one page, 8 are wanted: 1 - (1 + 1/8) / 1
        QCOMPARE(fragmentationIndex(one, 3), -125);
        const std::vector<std::uint64_t> many{800}; // 1 - (1 + 100) / 800
        QCOMPARE(fragmentationIndex(many, 3), 874);
    }

    void freeCountsByOrder_cutsIntoAlignedBlocks() {
        HeapPicture heap;
        heap.blocks = {freeBlock(0x1000, 0x7000),                           // 1, 2 and 4 pages
                       {VirtAddr(0x8000), ByteCount(0x8000), true},         // in use
                       {VirtAddr(0x10000), ByteCount(0x1000), false, true}, // the allocator's own
                       freeBlock(0x11800, 0x1000),                          // no whole page
                       freeBlock(0x12800, 0x2000)};                         // one
        QCOMPARE(freeCountsByOrder(heap, 4096), (std::vector<std::uint64_t>{2, 1, 1}));
    }

    void freeCountsByOrder_fromAddressZero_isLimitedByLength() {
        HeapPicture heap;
        heap.blocks = {freeBlock(0, 0x6000)};
        QCOMPARE(freeCountsByOrder(heap, 4096), (std::vector<std::uint64_t>{0, 1, 1}));
    }
};

QTEST_GUILESS_MAIN(TestExperimentFragmentation)
#include "tst_experiment_fragmentation.moc"
