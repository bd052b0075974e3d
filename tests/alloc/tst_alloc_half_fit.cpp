#include "fragscope/alloc/half_fit/half_fit_layout.h"

#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;
using namespace fragscope::half_fit_layout;

namespace {

AllocatorSettings halfFit(std::string_view variant, std::string_view heapSize) {
    return allocatorWith("half-fit", {{"variant", variant}, {"heap_size", heapSize}});
}

constexpr std::uint64_t base = 0x100000;

/// Of any malloc and any free of 2,000 random ones, with so many blocks in use.
std::pair<std::uint64_t, std::uint64_t> mostReferences(std::string_view variant,
                                                       std::size_t count) {
    AllocatorBench bench(halfFit(variant, "67108864"));
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

/// Half-fit: lists by powers of two, nothing is searched, and what that leaves unused.
class TestHalfFit : public QObject {
    Q_OBJECT

private slots:

    // ---- lists ----
    void lists_roundDownToInsert_andUpToSearch() {
        QCOMPARE(listOf<Classic>(1023), 9U);
        QCOMPARE(listOf<Classic>(1024), 10U);
        QCOMPARE(searchedList<Classic>(512), 9U);
        QCOMPARE(searchedList<Classic>(513), 10U);
        for (std::uint64_t size = 2; size < 5000; ++size) {
            QVERIFY((std::uint64_t{1} << searchedList<Classic>(size)) >= size);
            QVERIFY((std::uint64_t{1} << searchedList<Classic>(size)) < 2 * size);
        }
    }

    void variant_defaultIsClassic() {
        AllocatorBench bench(allocatorWith("half-fit", {{"heap_size", "65536"}}));
        QCOMPARE(bench.take(10), base + 528);
    }

    // ---- classic ----
    void classic_splitsExactly_withTagsAtBothEnds() {
        AllocatorBench bench(halfFit("classic", "65536"));
        const std::uint64_t block = bench.take(100);
        QCOMPARE(block, base + 528);
        QCOMPARE(bench.word(block - 8), std::uint64_t{128}); // 100 + 16, in granules of 16
        QCOMPARE(bench.word(block - 8 + 128 - 8), std::uint64_t{128});
        QCOMPARE(bench.word(block - 8 + 128) & 1, std::uint64_t{1});
        QCOMPARE(bench.take(0), block + 128);
        QCOMPARE(bench.word(block + 128 - 8), std::uint64_t{32});
    }

    /// The key picture: a block of 1,008 bytes is never looked at for a request of 528.
    void incompleteMemoryUse_theListBelowIsNotLookedAt() {
        AllocatorBench bench(halfFit("classic", "4096"));
        const std::uint64_t block = bench.take(1008 - 16);
        (void)bench.take(2048 - 16);
        (void)bench.take(512 - 16); // nothing is left
        bench.give(block);
        QCOMPARE(bench.picture().lists.front().row, 9U);
        QCOMPARE(bench.take(528 - 16), AllocatorBench::refused);
        QCOMPARE(bench.counts().searched, std::uint64_t{1}); // the bitmap
        QCOMPARE(bench.take(512 - 16), block);
        QVERIFY(bench.rule() == Rule::HeapHalfFit);
        QCOMPARE(bench.operand(1), std::uint64_t{9});
    }

    void lowestList_newestFirst() {
        AllocatorBench bench(halfFit("classic", "65536"));
        std::vector<std::uint64_t> blocks;
        for (const std::uint64_t size : {600U, 990U, 600U, 2100U}) {
            blocks.push_back(bench.take(size));
            (void)bench.take(16);
        }
        for (const std::uint64_t block : blocks) {
            bench.give(block);
        }
        QCOMPARE(bench.take(400), blocks[2]);
        QCOMPARE(bench.take(490), blocks[1]); // not 616: it lies behind 1,008 in its list
        QCOMPARE(bench.take(1000), blocks[3]);
    }

    void free_mergesWithBothNeighbours_atOnce() {
        for (const std::string_view variant : {"classic", "power-of-two"}) {
            AllocatorBench bench(halfFit(variant, "65536"));
            const std::uint64_t a = bench.take(100);
            const std::uint64_t b = bench.take(100);
            const std::uint64_t c = bench.take(100);
            (void)bench.take(100);
            bench.give(a);
            bench.give(c);
            QVERIFY(bench.rule() == Rule::HeapFreed);
            bench.give(b);
            QVERIFY(bench.rule() == Rule::HeapMerged);
            QCOMPARE(bench.operand(0), 3 * (b - a));
        }
    }

    // ---- powers of two ----
    void powerOfTwo_wordsAndCounters() {
        AllocatorBench bench(halfFit("power-of-two", "65536"));
        const std::uint64_t block = bench.take(33); // 65 with its header
        QCOMPARE(block, base + 576 + 32);
        QCOMPARE(bench.word(block - 32), block - 32 + 128);
        QCOMPARE(bench.word(block - 24), std::uint64_t{0});
        QCOMPARE(bench.word(block - 16), std::uint64_t{128});
        QCOMPARE(bench.peek(block - 8), std::uint8_t{1});
        QCOMPARE(bench.take(0), AllocatorBench::refused);
        QCOMPARE(bench.take(60'000), AllocatorBench::refused); // 65,536 is more than there is
        const std::array<std::uint64_t, 5> counters{65536 - 576, 128, 128, 60'000, 1};
        for (std::size_t i = 0; i < counters.size(); ++i) {
            QCOMPARE(bench.word(base + 520 + 8 * i), counters[i]);
        }
        bench.give(block);
        QCOMPARE(bench.word(base + 528), std::uint64_t{0});
    }

    /// Robson's bound for powers of two: 2 M (1 + ceil(log2 n)) bytes always do.
    void powerOfTwo_neverFailsWithinItsBound() {
        constexpr std::uint64_t live = 4096; // M, with headers and rounding
        constexpr std::uint64_t heap = 576 + live * (1 + 5);
        for (std::uint64_t seed = 1; seed <= 30; ++seed) {
            Rng rng(seed);
            AllocatorBench bench(halfFit("power-of-two", std::to_string(heap)));
            std::vector<std::pair<std::uint64_t, std::uint64_t>> blocks;
            std::uint64_t used = 0;
            for (int i = 0; i < 2000; ++i) {
                const std::uint64_t size = std::uint64_t{64} << rng.below(6); // n = 32 sizes apart
                if (used + size <= live) {
                    const std::uint64_t block = bench.take(size - 32);
                    QVERIFY(block != AllocatorBench::refused);
                    blocks.emplace_back(block, size);
                    used += size;
                } else {
                    std::swap(blocks[rng.below(blocks.size())], blocks.back());
                    bench.give(blocks.back().first);
                    used -= blocks.back().second;
                    blocks.pop_back();
                }
            }
        }
    }

    // ---- both ----
    void references_areTheSame_from10To10000Blocks() {
        for (const auto& [variant, malloc, free] :
             {std::tuple{"classic", 20U, 25U}, std::tuple{"power-of-two", 31U, 40U}}) {
            for (const std::size_t count : {10U, 100U, 1000U, 10'000U}) {
                const auto [mostOfMalloc, mostOfFree] = mostReferences(variant, count);
                QVERIFY(mostOfMalloc <= malloc && mostOfMalloc + 1 >= malloc);
                QCOMPARE(mostOfFree, std::uint64_t{free});
            }
        }
    }

    void picture_saysWhatAStrayWriteBroke() {
        for (const std::string_view variant : {"classic", "power-of-two"}) {
            const bool isClassic = variant == "classic";
            AllocatorBench bench(halfFit(variant, "65536"));
            const std::uint64_t a = bench.take(100);
            const std::uint64_t b = bench.take(100);
            const std::uint64_t c = bench.take(100);
            (void)bench.take(100);
            bench.give(a);
            bench.give(c);
            std::vector<std::uint64_t> words{a, a + 8, c, base + (isClassic ? 0U : 512U)};
            for (const std::uint64_t header : {8U, 16U, 24U, 32U}) {
                if (header == 8 || !isClassic) {
                    words.push_back(a - header);
                    words.push_back(b - header);
                }
            }
            for (const std::uint64_t at : words) {
                const std::uint64_t was = bench.word(at);
                QVERIFY(bench.picture().whole());
                bench.overwrite(at, was ^ 0x4141);
                QVERIFY2(!bench.picture().whole(), std::to_string(at - base).c_str());
                bench.overwrite(at, was);
            }
        }
    }

    void freedTwice_isNoticed() {
        for (const std::string_view variant : {"classic", "power-of-two"}) {
            AllocatorBench bench(halfFit(variant, "65536"));
            const std::uint64_t block = bench.take(100);
            const std::uint64_t second = bench.take(100);
            (void)bench.take(100);
            bench.give(second);
            bench.give(block);
            QVERIFY_EXCEPTION_THROWN(bench.fast->release(block), HeapDamaged);
            QVERIFY_EXCEPTION_THROWN(bench.seen->release(second), HeapDamaged);
            QVERIFY_EXCEPTION_THROWN(bench.fast->release(block + 8), HeapDamaged);
            QVERIFY_EXCEPTION_THROWN(bench.fast->release(0), HeapDamaged);
        }
    }

    void damaged_endsInHeapDamagedAndNothingElse() {
        const AllocatorTrial trial{.operations = 60};
        for (const std::string_view variant : {"classic", "power-of-two"}) {
            QVERIFY(damageAllocator(halfFit(variant, "32768"), trial, 300) > 30);
        }
    }

    void random_both_everyLine() {
        std::set<std::uint16_t> lines;
        AllocatorTrial trial{.oneFreeAtEnd = true, .lines = &lines};
        QCOMPARE(checkAllocator(halfFit("classic", "16384"), trial, 15), std::string());
        trial.alignment = 32;
        QCOMPARE(checkAllocator(halfFit("power-of-two", "16384"), trial, 15), std::string());
        QCOMPARE(lines.size(),
                 AllocatorBench(halfFit("classic", "16384")).seen->listing().lines.size());
    }

    void settings_thatCannotBe_areRefused() {
        AllocatorSettings settings = defaultSettings(AllocatorKind::HalfFit);
        settings.heapSize = 500;
        QVERIFY(!checkAllocatorSettings(settings));
        settings.heapSize = 4096;
        settings.heapBase = 16;
        QVERIFY(bool(checkAllocatorSettings(settings)));
        settings.variant = AllocatorVariant::PowerOfTwo;
        QVERIFY(!checkAllocatorSettings(settings));
    }
};

QTEST_APPLESS_MAIN(TestHalfFit)

#include "tst_alloc_half_fit.moc"
