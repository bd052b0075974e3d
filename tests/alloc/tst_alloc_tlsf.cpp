#include "fragscope/alloc/allocators/tlsf_layout.h"

#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;
using namespace fragscope::tlsf_layout;

namespace {

AllocatorSettings tlsf(std::string_view variant, std::string_view heapSize) {
    return allocatorWith("tlsf", {{"variant", variant}, {"heap_size", heapSize}});
}

constexpr std::uint64_t base = 0x100000;

/// The first size whose list, or whose searched list, does not hold it; 0 if there is none.
template <class Layout> std::uint64_t firstMisplacedSize() {
    for (std::uint64_t size = Layout::granule; size < 100'000; size += Layout::granule) {
        const MatrixPlace at = placeOf<Layout>(size);
        const MatrixPlace searched = placeOf<Layout>(searchedSize<Layout>(size));
        const bool allThereHoldIt = leastOf<Layout>(searched) + Layout::granule > size;
        const bool noListIsSkipped = at == searched || leastOf<Layout>(at) < size;
        if (leastOf<Layout>(at) > size || !allThereHoldIt || !noListIsSkipped ||
            placeOf<Layout>(leastOf<Layout>(at)) != at) {
            return size;
        }
    }
    return 0;
}

/// Of any malloc and any free of 2,000 random ones, with so many blocks in use.
std::pair<std::uint64_t, std::uint64_t> mostReferences(std::size_t count) {
    AllocatorBench bench(tlsf("3.1-64", "16777216"));
    Rng rng(count);
    std::vector<std::uint64_t> blocks;
    std::uint64_t malloc = 0;
    std::uint64_t free = 0;
    for (std::size_t i = 0; i < count + 2000; ++i) {
        if (blocks.size() > count || (blocks.size() > count / 2 && rng.below(2) == 0)) {
            std::swap(blocks[rng.below(blocks.size())], blocks.back());
            bench.give(blocks.back());
            blocks.pop_back();
            free = std::max(free, bench.counts().references());
        } else {
            blocks.push_back(bench.take(1 + rng.below(1000)));
            malloc = std::max(malloc, bench.counts().references());
        }
    }
    return {malloc, free};
}

} // namespace

/// TLSF: the matrix, its bitmaps, good fit in constant time, and the words at their published
/// places. "row" counts as in tlsf_layout.h.
class TestTlsf : public QObject {
    Q_OBJECT

private slots:

    // ---- the matrix ----
    void workedExample_460Bytes_searchesList26OfRow1() {
        QCOMPARE(searchedSize<Tlsf31>(460), std::uint64_t{467});
        QVERIFY((placeOf<Tlsf31>(467) == MatrixPlace{1, 26}));
    }

    void everySize_liesInItsList_andTheSearchedListHoldsIt() {
        QCOMPARE(firstMisplacedSize<Tlsf31>(), std::uint64_t{0});
        QCOMPARE(firstMisplacedSize<Tlsf244>(), std::uint64_t{0});
    }

    void rows_endWithTheLargestBlock() {
        QCOMPARE(placeOf<Tlsf31>(Tlsf31::most - 8).row + 1, Tlsf31::rows);
        QCOMPARE(placeOf<Tlsf244>(Tlsf244::most - 8).row + 1, Tlsf244::rows);
    }

    // ---- the words ----
    void words_lieAtTheirPublishedPlaces() {
        AllocatorBench bench(tlsf("3.1-64", "65536"));
        const std::uint64_t payload = bench.take(24);
        QCOMPARE(payload, base + 6544);
        QCOMPARE(bench.word(payload - 8), std::uint64_t{24});
        const std::uint64_t rest = 65536 - 6536 - 16 - 32;
        QCOMPARE(bench.word(payload + 24), rest | freeBit);
        QCOMPARE(bench.word(base + 65536 - 16), payload + 24 - 8); // of the block before the end
        QCOMPARE(bench.word(base + 65536 - 8), previousFreeBit);
    }

    void words_244_lieAtTheirPublishedPlaces() {
        AllocatorBench bench(tlsf("2.4.4-32", "65536"));
        const std::uint64_t payload = bench.take(8);
        QCOMPARE(payload, base + 3208);
        QCOMPARE(bench.word(base) & 0xFFFFFFFF, Tlsf244::signature);
        QCOMPARE(bench.word(payload - 8) >> 32, std::uint64_t{8});
    }

    // ---- malloc and free ----
    /// LESSONS L23: the block of 1,000 bytes lies in list 30 of its row, the search starts at 31.
    void trap_oneFreeBlockOf1000_doesNotHold1000() {
        AllocatorBench bench(tlsf("3.1-64", "7552"));
        const HeapPicture heap = bench.picture();
        QCOMPARE(heap.blocks[1].length.value - Tlsf31::header, std::uint64_t{1000});
        QCOMPARE(heap.lists.front().row, 2U); // log2 = 9
        QCOMPARE(heap.lists.front().column, 30U);
        QCOMPARE(bench.take(1000), AllocatorBench::refused);
        QVERIFY(bench.rule() == Rule::HeapNoBlock);
        QCOMPARE(bench.take(993), AllocatorBench::refused);
        QVERIFY(bench.take(992) != AllocatorBench::refused);
        QVERIFY(bench.rule() == Rule::HeapGoodFit);
        QCOMPARE(bench.operand(2), std::uint64_t{30});
    }

    void goodFit_takesTheHeadOfTheFirstList_newestFirst() {
        AllocatorBench bench(tlsf("3.1-64", "65536"));
        const std::uint64_t older = bench.take(520);
        (void)bench.take(24);
        const std::uint64_t newer = bench.take(512);
        (void)bench.take(24);
        const std::uint64_t larger = bench.take(544);
        (void)bench.take(24);
        bench.give(older);
        bench.give(newer);
        bench.give(larger);
        // 520 and 512 share a list; 513 is searched for above it, though 520 would do
        QCOMPARE(bench.take(513), larger);
        QCOMPARE(bench.take(500), newer);
        QCOMPARE(bench.take(500), older);
    }

    void split_leavesTheRest_orNothingIfItIsTooSmall() {
        for (const auto& [heldBack, apart] : {std::pair{32U, true}, std::pair{24U, false}}) {
            AllocatorBench bench(tlsf("3.1-64", "65536"));
            const std::uint64_t block = bench.take(256 + heldBack);
            (void)bench.take(24);
            bench.give(block);
            QCOMPARE(bench.take(256), block);
            QCOMPARE(sizeOf(bench.word(block - 8)), apart ? std::uint64_t{256} : 256 + heldBack);
        }
    }

    void free_mergesWithBothNeighbours_atOnce() {
        AllocatorBench bench(tlsf("3.1-64", "65536"));
        const std::uint64_t a = bench.take(100);
        const std::uint64_t b = bench.take(100);
        const std::uint64_t c = bench.take(100);
        (void)bench.take(24);
        bench.give(a);
        bench.give(c);
        QVERIFY(bench.rule() == Rule::HeapFreed);
        bench.give(b);
        QVERIFY(bench.rule() == Rule::HeapMerged);
        QCOMPARE(bench.operand(0), std::uint64_t{3 * 104 + 2 * 8});
        QCOMPARE(bench.take(3 * 104), a);
    }

    void nothing_isRefused_andTheLeastIn244() {
        QCOMPARE(AllocatorBench(tlsf("3.1-64", "65536")).take(0), AllocatorBench::refused);
        QVERIFY(AllocatorBench(tlsf("2.4.4-32", "65536")).take(0) != AllocatorBench::refused);
    }

    void wholeSearchedSize_isGivenIn244() {
        AllocatorBench bench(tlsf("2.4.4-32", "65536"));
        const std::uint64_t first = bench.take(1000);
        QCOMPARE(bench.take(1000), first + 1008 + 8); // lists of 512..1023 are 16 apart
    }

    void refused_changesNothing() {
        AllocatorBench bench(tlsf("3.1-64", "16384"));
        (void)bench.take(5000);
        const HeapPicture before = bench.picture();
        for (const std::uint64_t bytes :
             {std::uint64_t{9000}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
            QCOMPARE(bench.take(bytes), AllocatorBench::refused);
            QCOMPARE(bench.counts().stores, std::uint64_t{0});
        }
        QVERIFY(bench.picture().blocks == before.blocks);
    }

    /// LESSONS L23: the most references of any operation do not grow with the number of blocks.
    void references_areTheSame_from10To10000Blocks() {
        for (const std::size_t count : {10U, 100U, 1000U, 10'000U}) {
            const auto [malloc, free] = mostReferences(count);
            QCOMPARE(malloc, std::uint64_t{28});
            QVERIFY(free <= 37);
        }
    }

    // ---- damage ----
    void picture_saysWhatAStrayWriteBroke() {
        AllocatorBench bench(tlsf("3.1-64", "65536"));
        const std::uint64_t a = bench.take(100);
        const std::uint64_t b = bench.take(100);
        const std::uint64_t c = bench.take(100);
        (void)bench.take(24);
        bench.give(a);
        bench.give(c);
        const std::array<std::uint64_t, 7> words{a - 8,     // header of a free block
                                                 a,         // next in its list
                                                 a + 8,     // the one before it in its list
                                                 b - 16,    // where the block before b begins
                                                 b - 8,     // header of a block in use
                                                 base + 32, // bitmap of rows
                                                 base + 136 + 8 * 13}; // head of the list
        for (const std::uint64_t at : words) {
            const std::uint64_t was = bench.word(at);
            QVERIFY(bench.picture().whole());
            bench.overwrite(at, was ^ 0x4141);
            QVERIFY2(!bench.picture().whole(), std::to_string(at - base).c_str());
            bench.overwrite(at, was);
        }
    }

    void freedTwice_isNoticed() {
        AllocatorBench bench(tlsf("3.1-64", "65536"));
        const std::uint64_t block = bench.take(100);
        (void)bench.take(100);
        bench.give(block);
        QVERIFY_EXCEPTION_THROWN(bench.seen->release(block), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.fast->release(block), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.fast->release(block + 4), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.fast->release(0), HeapDamaged);
    }

    void overflow_intoTheNextHeader_isNoticedByItsFree() {
        AllocatorBench bench(tlsf("3.1-64", "65536"));
        const std::uint64_t a = bench.take(24);
        const std::uint64_t b = bench.take(24);
        bench.overwrite(a + 24, 0x4141414141414141);
        QVERIFY_EXCEPTION_THROWN(bench.fast->release(b), HeapDamaged);
    }

    /// The bitmap of rows leads to a row whose bitmap says that it is empty.
    void bitmapsThatDisagree_areNoticed() {
        AllocatorBench bench(tlsf("3.1-64", "65536"));
        const std::uint64_t row8 = base + Tlsf31::listBitmaps + std::uint64_t{4} * 8;
        for (std::uint64_t i = 0; i < 4; ++i) {
            bench.poke(row8 + i, 0);
        }
        try {
            (void)bench.take(100);
            QFAIL("nothing was noticed");
        } catch (const HeapDamaged& damage) {
            QCOMPARE(damage.at.value, row8);
        }
    }

    void damaged_endsInHeapDamagedAndNothingElse() {
        const AllocatorTrial trial{.operations = 60};
        QVERIFY(damageAllocator(tlsf("3.1-64", "32768"), trial, 300) > 200);
        QVERIFY(damageAllocator(tlsf("2.4.4-32", "32768"), trial, 300) > 200);
    }

    // ---- all together ----
    void random_both() {
        for (const auto& [variant, unreached] :
             {std::pair<std::string_view, std::size_t>{"3.1-64", 0}, {"2.4.4-32", 0}}) {
            std::set<std::uint16_t> lines;
            AllocatorTrial trial{.alignment = 8, .oneFreeAtEnd = true, .lines = &lines};
            QCOMPARE(checkAllocator(tlsf(variant, "16384"), trial, 15), std::string());
            QCOMPARE(AllocatorBench(tlsf(variant, "16384")).seen->listing().lines.size() -
                         lines.size(),
                     unreached);
        }
    }

    void settings_thatCannotBe_areRefused() {
        AllocatorSettings settings = defaultSettings(AllocatorKind::Tlsf);
        settings.heapSize = 6000;
        QVERIFY(!checkAllocatorSettings(settings));
        settings.heapSize = std::uint64_t{1} << 33;
        QVERIFY(!checkAllocatorSettings(settings));
        settings.variant = AllocatorVariant::Tlsf244;
        settings.heapSize = std::uint64_t{1} << 31;
        QVERIFY(!checkAllocatorSettings(settings));
        settings.heapSize = 65536;
        QVERIFY(bool(checkAllocatorSettings(settings)));
    }
};

QTEST_APPLESS_MAIN(TestTlsf)

#include "tst_alloc_tlsf.moc"
