#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

AllocatorSettings segregated(std::string_view coalesce) {
    return allocatorWith("segregated",
                         {{"heap_size", "8192"}, {"heap_limit", "8192"}, {"coalesce", coalesce}});
}

/// "list:blocks" of the lists that are not empty.
std::string lists(AllocatorBench& bench) {
    const HeapPicture heap = bench.picture();
    std::string text(heap.fault);
    for (const FreeListPicture& list : heap.lists) {
        text += std::to_string(list.row) + ":" + std::to_string(list.members.size()) + " ";
    }
    return text;
}

} // namespace

/// Lists by powers of two with boundary tags.
class TestSegregated : public QObject {
    Q_OBJECT

private slots:

    /// A heap of 8,176 bytes of blocks lies in list 7: 4,096 to 8,191 bytes.
    void lists_areByPowersOfTwo() {
        AllocatorBench bench(segregated("immediate"));
        QCOMPARE(lists(bench), std::string("7:1 "));
        std::vector<std::uint64_t> blocks;
        for (const unsigned payload : {16U, 32U, 48U, 112U, 240U}) {
            blocks.push_back(bench.take(payload));
            (void)bench.take(16);
        }
        for (const std::uint64_t block : blocks) {
            bench.give(block);
            QVERIFY(bench.rule() == Rule::HeapFreed);
        }
        QCOMPARE(lists(bench), std::string("0:2 1:1 2:1 3:1 7:1 ")); // 32 and 48; 64; 128; 256
    }

    void ownList_isSearched_higherOnesAreTaken() {
        AllocatorBench bench(segregated("immediate"));
        std::vector<std::uint64_t> blocks;
        for (const unsigned payload : {112U, 240U, 144U, 128U}) {
            blocks.push_back(bench.take(payload));
            (void)bench.take(16);
        }
        for (const std::uint64_t block : blocks) {
            bench.give(block);
        }
        QCOMPARE(lists(bench), std::string("2:3 3:1 7:1 "));
        QCOMPARE(bench.take(140), blocks[2]); // past 144 bytes: the second of list 2
        QCOMPARE(bench.operand(2), std::uint64_t{2});
        QCOMPARE(bench.take(145), blocks[1]); // none of list 2: the head of list 3, unseen
        QVERIFY(bench.rule() == Rule::HeapFirstFit);
        QCOMPARE(bench.operand(1), std::uint64_t{256});
    }

    void free_mergesBothSides() {
        AllocatorBench bench(segregated("immediate"));
        const std::uint64_t a = bench.take(100);
        const std::uint64_t b = bench.take(100);
        const std::uint64_t c = bench.take(100);
        (void)bench.take(16);
        bench.give(a);
        bench.give(c);
        bench.give(b);
        QVERIFY(bench.rule() == Rule::HeapMerged);
        QCOMPARE(bench.operand(0), std::uint64_t{3 * 128});
        QCOMPARE(lists(bench), std::string("3:1 7:1 "));
    }

    void deferred_mergesWhenNothingFits() {
        AllocatorBench bench(segregated("deferred"));
        std::vector<std::uint64_t> blocks;
        for (std::uint64_t block = bench.take(240); block != AllocatorBench::refused;
             block = bench.take(240)) {
            blocks.push_back(block);
        }
        for (const std::uint64_t block : blocks) {
            bench.give(block);
        }
        QCOMPARE(lists(bench), "2:1 3:" + std::to_string(blocks.size()) + " ");
        QCOMPARE(bench.take(8000), blocks.front());
    }

    void doubleFree_isNoticed() {
        AllocatorBench bench(segregated("immediate"));
        const std::uint64_t a = bench.take(40);
        const std::uint64_t b = bench.take(40);
        bench.give(a);
        bench.give(b); // merged into a
        QVERIFY_EXCEPTION_THROWN(bench.give(a), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(b), HeapDamaged);
    }

    void strayWrite_isSeenByThePicture() {
        AllocatorBench bench(segregated("immediate"));
        const std::uint64_t a = bench.take(40);
        (void)bench.take(40);
        bench.give(a);
        QCOMPARE(bench.word(a - 16), std::uint64_t{64});
        bench.overwrite(a - 16, 128);
        QCOMPARE(std::string(bench.picture().fault),
                 std::string("the length of the block in front is not that of its tag"));
        bench.overwrite(a - 16, 64);
        bench.overwrite(bench.extent().books, 0);
        QCOMPARE(std::string(bench.picture().fault), std::string("the bit of a list is wrong"));
    }

    void damage_neverHangs() {
        const AllocatorTrial trial{.operations = 150, .largest = 200};
        QVERIFY(damageAllocator(segregated("immediate"), trial, 200) > 60);
        QVERIFY(damageAllocator(segregated("deferred"), trial, 100) > 30);
    }

    void random_holdsTheRules() {
        std::set<std::uint16_t> lines;
        for (const char* coalesce : {"never", "deferred", "immediate"}) {
            AllocatorSettings settings = segregated(coalesce);
            settings.heapLimit = 32768;
            const AllocatorTrial trial{.oneFreeAtEnd = settings.coalesce == Coalesce::Immediate,
                                       .lines = &lines};
            QCOMPARE(checkAllocator(settings, trial, 15), std::string());
        }
        QCOMPARE(lines.size(), AllocatorBench(segregated("never")).seen->listing().lines.size());
    }
};

QTEST_APPLESS_MAIN(TestSegregated)

#include "tst_alloc_segregated.moc"
