#include "fragscope/alloc/dlmalloc/dlmalloc_layout.h"

#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;
using namespace fragscope::dlmalloc_layout;

namespace {

constexpr std::uint64_t base = 0x100000;

AllocatorSettings pool(std::string_view bytes, std::string_view limit) {
    return allocatorWith("dlmalloc", {{"heap_size", bytes}, {"heap_limit", limit}});
}

AllocatorSettings system(std::string_view bytes, std::string_view limit) {
    return allocatorWith("dlmalloc",
                         {{"variant", "system"}, {"heap_size", bytes}, {"heap_limit", limit}});
}

/// Free chunks of these sizes (of chunks), newest last, kept apart by chunks in use; the victim is
/// not there. What is free besides is top.
struct Chunks {
    Chunks(AllocatorBench& bench, std::initializer_list<std::uint64_t> sizes) {
        for (const std::uint64_t size : sizes) {
            blocks.push_back(bench.take(size - 8));
            (void)bench.take(8);
        }
        for (const std::uint64_t block : blocks) {
            bench.give(block);
        }
    }

    std::vector<std::uint64_t> blocks;
};

const FreeListPicture* listOf(const HeapPicture& heap, std::string_view name, unsigned row) {
    for (const FreeListPicture& list : heap.lists) {
        if (list.name == name && list.row == row) {
            return &list;
        }
    }
    return nullptr;
}

} // namespace

/// dlmalloc: bins, trees, the designated victim, top, the system, and the words at their published
/// places.
class TestDlmalloc : public QObject {
    Q_OBJECT

private slots:

    // ---- sizes and words ----
    void sizes_ofChunksAndTrees() {
        QCOMPARE(chunkFor(0), std::uint64_t{32});
        QCOMPARE(chunkFor(24), std::uint64_t{32});
        QCOMPARE(chunkFor(25), std::uint64_t{48});
        QCOMPARE(chunkFor(~std::uint64_t{0}), std::uint64_t{0});
        const std::array<std::pair<std::uint64_t, unsigned>, 7> trees{
            {{256, 0}, {383, 0}, {384, 1}, {512, 2}, {768, 3}, {1 << 23, 30}, {3 << 22, 31}}};
        for (const auto& [size, tree] : trees) {
            QCOMPARE(treeOf(size), tree);
        }
        for (unsigned tree = 1; tree < bins; ++tree) {
            QCOMPARE(treeOf(leastOfTree(tree)), tree);
            QCOMPARE(treeOf(leastOfTree(tree) - 1), tree - 1);
        }
    }

    void words_lieAtTheirPublishedPlaces() {
        AllocatorBench bench(pool("65536", "65536"));
        const std::uint64_t payload = bench.take(24);
        QCOMPARE(payload, base + 960);
        QCOMPARE(bench.word(payload - 8), std::uint64_t{32 | 3});
        QCOMPARE(bench.word(base + 16 + top), payload - 16 + 32);
        QCOMPARE(bench.word(base + 16 + topSize), std::uint64_t{65536 - 944 - 80 - 32});
    }

    void words_ofTheSystem_startAtItsBreak() {
        AllocatorBench bench(system("65536", "65536"));
        QCOMPARE(bench.footprint(), std::uint64_t{0});
        QCOMPARE(bench.take(24), base + 16);
        QVERIFY(bench.rule() == Rule::HeapSystem);
        QCOMPARE(bench.footprint(), std::uint64_t{4096});
    }

    // ---- small requests ----
    void small_exactBin_newestFirst() {
        AllocatorBench bench(pool("65536", "65536"));
        const Chunks chunks(bench, {64, 64, 96});
        QCOMPARE(bench.take(56), chunks.blocks[1]);
        QVERIFY(bench.rule() == Rule::HeapSmallBin);
        QCOMPARE(bench.counts().searched, std::uint64_t{1});
        QCOMPARE(bench.take(56), chunks.blocks[0]);
    }

    void small_nextBin_givesItsRestToTheVictim_orIsGivenWhole() {
        AllocatorBench bench(pool("65536", "65536"));
        const Chunks chunks(bench, {64, 96});
        QCOMPARE(bench.take(40), chunks.blocks[0]); // 64 - 48 is too small to be a chunk
        QVERIFY(bench.rule() == Rule::HeapSmallBinNext);
        QCOMPARE(bench.take(40), chunks.blocks[1]);
        QVERIFY(bench.rule() == Rule::HeapBestFit);
        QVERIFY(listOf(bench.picture(), "designated victim", 0) != nullptr);
        QCOMPARE(bench.take(40), chunks.blocks[1] + 48);
        QVERIFY(bench.rule() == Rule::HeapVictim);
        QVERIFY(listOf(bench.picture(), "designated victim", 0) == nullptr); // 48 of 48
    }

    void small_victimBeforeOtherBins_butExactBinBeforeVictim() {
        AllocatorBench bench(pool("65536", "65536"));
        const Chunks chunks(bench, {240, 240});
        const std::uint64_t first = bench.take(24); // of the newer, 208 left as the victim
        QCOMPARE(first, chunks.blocks[1]);
        QCOMPARE(bench.take(88), first + 32); // though 240 would hold it as well
        QCOMPARE(bench.take(232), chunks.blocks[0]);
    }

    void small_fromTheLowestTree_smallestChunk() {
        AllocatorBench bench(pool("65536", "65536"));
        const Chunks chunks(bench, {1024, 304, 272, 352});
        QCOMPARE(bench.take(100), chunks.blocks[2]);
        QVERIFY(bench.rule() == Rule::HeapTreeFit);
        QCOMPARE(bench.operand(1), std::uint64_t{272});
    }

    void small_oldVictim_goesToItsBin() {
        AllocatorBench bench(pool("65536", "65536"));
        const Chunks chunks(bench, {96, 240});
        (void)bench.take(24); // 96: exact bin of 32 is empty, next bin gives 64 to the victim
        (void)bench.take(200);
        const HeapPicture heap = bench.picture();
        const FreeListPicture* bin = listOf(heap, "small bin", 8);
        QVERIFY(bin != nullptr);
        QCOMPARE(bin->members.front().start.value, chunks.blocks[0] - 8 + 32);
    }

    // ---- large requests ----
    void large_bestFit_overAllTrees() {
        AllocatorBench bench(pool("262144", "262144"));
        const Chunks chunks(bench, {4096, 1040, 2048, 1536, 1040, 1264});
        QCOMPARE(bench.take(1200), chunks.blocks[5]);
        QCOMPARE(bench.take(1032), chunks.blocks[1]); // the older of two
        QCOMPARE(bench.take(1032), chunks.blocks[4]);
        QCOMPARE(bench.take(3000), chunks.blocks[0]);
        QCOMPARE(bench.operand(1), std::uint64_t{4096});
        QCOMPARE(bench.take(1550), chunks.blocks[2]);
        QCOMPARE(bench.take(1528), chunks.blocks[3]);
    }

    void large_bestFit_asAnExhaustiveSearch() {
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            Rng rng(seed);
            AllocatorBench bench(pool("4194304", "4194304"));
            std::multiset<std::uint64_t> sizes;
            std::vector<std::uint64_t> blocks;
            for (int i = 0; i < 60; ++i) {
                blocks.push_back(bench.take(248 + rng.below(6000)));
                (void)bench.take(8);
            }
            for (const std::uint64_t block : blocks) {
                sizes.insert(sizeOf(bench.word(block - 8)));
                bench.give(block);
            }
            for (int i = 0; i < 30; ++i) {
                const std::uint64_t bytes = 248 + rng.below(5000);
                const std::uint64_t block = bench.take(bytes);
                const auto best = sizes.lower_bound(chunkFor(bytes));
                if (best == sizes.end() || bench.rule() == Rule::HeapFromTop) {
                    QVERIFY(best == sizes.end());
                    continue;
                }
                QVERIFY(bench.rule() == Rule::HeapTreeFit && block != AllocatorBench::refused);
                QCOMPARE(bench.operand(1), *best);
                if (const std::uint64_t rest = *best - chunkFor(bytes); rest >= leastChunk) {
                    sizes.insert(rest);
                }
                sizes.erase(best);
            }
            QVERIFY(bench.picture().whole());
        }
    }

    void large_victim_ifItFitsBetter() {
        AllocatorBench bench(pool("65536", "65536"));
        const Chunks chunks(bench, {1024, 2048});
        (void)bench.take(24); // splits 1024: the victim has 992
        QCOMPARE(bench.take(900), chunks.blocks[0] + 32);
        QVERIFY(bench.rule() == Rule::HeapVictim);
        QCOMPARE(bench.take(900), chunks.blocks[1]);
    }

    // ---- free ----
    void free_mergesOnBothSides_andIntoTop() {
        AllocatorBench bench(pool("65536", "65536"));
        const std::uint64_t a = bench.take(300);
        const std::uint64_t b = bench.take(40);
        const std::uint64_t c = bench.take(40);
        const std::uint64_t d = bench.take(40);
        bench.give(a);
        bench.give(c);
        QVERIFY(bench.rule() == Rule::HeapFreed);
        bench.give(b);
        QVERIFY(bench.rule() == Rule::HeapMerged);
        QCOMPARE(bench.operand(0), std::uint64_t{320 + 48 + 48});
        bench.give(d);
        QCOMPARE(bench.picture().lists.size(), std::size_t{1});
        QCOMPARE(bench.picture().lists.front().members.front().length.value,
                 std::uint64_t{65536 - 944 - 80});
    }

    void free_besideTheVictim_enlargesIt() {
        AllocatorBench bench(pool("65536", "65536"));
        const std::uint64_t front = bench.take(88);
        const std::uint64_t block = bench.take(232);
        const std::uint64_t behind = bench.take(88);
        (void)bench.take(8);
        bench.give(block);
        const std::uint64_t cut = bench.take(24);
        QCOMPARE(cut, block);
        for (const std::uint64_t next : {behind, cut, front}) {
            bench.give(next);
            const HeapPicture heap = bench.picture();
            QVERIFY(heap.whole());
            QVERIFY(listOf(heap, "designated victim", 0) != nullptr);
        }
        QCOMPARE(bench.operand(0), std::uint64_t{96 + 240 + 96});
    }

    // ---- the system ----
    void system_growsByPages_andTrimsAbove2MiB() {
        AllocatorBench bench(system("16777216", "33554432"));
        std::vector<std::uint64_t> blocks;
        for (int i = 0; i < 40; ++i) {
            blocks.push_back(bench.take(100'000));
        }
        const std::uint64_t most = bench.footprint();
        QCOMPARE(most, pageAlign(40 * chunkFor(100'000) + topFoot));
        while (!blocks.empty()) {
            bench.give(blocks.back());
            blocks.pop_back();
            QVERIFY(bench.picture().whole());
        }
        QVERIFY(bench.footprint() < trimThreshold);
    }

    void system_mapsLargeChunks_ifTopIsTooSmall() {
        AllocatorBench bench(system("1048576", "33554432"));
        (void)bench.take(24);
        const std::uint64_t block = bench.take(mapThreshold);
        QCOMPARE(block, base + 1048576 + 16);
        const std::uint64_t area = pageAlign(mapThreshold + 16 + 48);
        QCOMPARE(bench.footprint(), 4096 + area);
        QVERIFY(bench.picture().whole());
        const std::uint64_t second = bench.take(mapThreshold);
        QCOMPARE(second, block + area);
        bench.give(block);
        QVERIFY(bench.picture().whole());
        QCOMPARE(bench.take(mapThreshold), block); // the lowest gap
        bench.give(second);
        bench.give(block);
        QCOMPARE(bench.footprint(), std::uint64_t{4096});
        QCOMPARE(bench.extent().end, base + 1048576);
    }

    void pool_usedUp_growsByASegment_thatComesBack() {
        AllocatorBench bench(pool("65536", "1048576"));
        (void)bench.take(60'000);
        const std::uint64_t block = bench.take(20'000);
        QCOMPARE(block, base + 65536 + 16);
        QVERIFY(bench.picture().whole());
        const std::uint64_t more = bench.take(200'000); // the same segment grows
        QCOMPARE(more, block + chunkFor(20'000));
        QVERIFY(bench.picture().whole());
        bench.give(block);
        bench.give(more);
        QVERIFY(bench.picture().whole());
    }

    /// A chunk with an area of its own parts two segments; the older one is free altogether, and
    /// the 4,095th large free finds that.
    void unusedSegment_goesBack_after4095LargeFrees() {
        AllocatorBench bench(pool("65536", "8388608"));
        const std::uint64_t hole = bench.take(1032);
        (void)bench.take(60'000);
        const std::uint64_t first = bench.take(20'000);
        const std::uint64_t apart = bench.take(300'000);
        QVERIFY(bench.take(100'000) > apart);
        bench.give(first);
        bench.give(hole);
        const std::uint64_t before = bench.word(base + 16 + footprintBytes);
        for (std::uint64_t i = 0; i < releaseRate - 2; ++i) {
            QCOMPARE(bench.word(base + 16 + footprintBytes), before);
            QCOMPARE(bench.take(1032), hole);
            bench.give(hole);
        }
        QCOMPARE(bench.word(base + 16 + footprintBytes), before - 20'480);
        QVERIFY(bench.picture().whole());
        QCOMPARE(bench.take(20'000), first); // the gap is mapped again
        QVERIFY(bench.picture().whole());
    }

    void refused_changesNoChunk() {
        AllocatorBench bench(pool("65536", "65536"));
        (void)bench.take(50'000);
        const HeapPicture before = bench.picture();
        for (const std::uint64_t bytes :
             {std::uint64_t{20'000}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
            QCOMPARE(bench.take(bytes), AllocatorBench::refused);
            QVERIFY(bench.rule() == Rule::HeapNoBlock);
        }
        QVERIFY(bench.picture().blocks == before.blocks);
    }

    // ---- damage ----
    void picture_saysWhatAStrayWriteBroke() {
        AllocatorBench bench(pool("65536", "65536"));
        const std::uint64_t used = bench.take(100);
        const Chunks chunks(bench, {64, 64, 1024, 1280, 1024});
        const std::uint64_t state = base + 16;
        const std::uint64_t large = chunks.blocks[2];
        const std::array<std::uint64_t, 14> words{chunks.blocks[0] - 8,
                                                  chunks.blocks[0],
                                                  chunks.blocks[0] + 8,
                                                  chunks.blocks[0] + 48,
                                                  large - 8,
                                                  large,
                                                  large + 8,
                                                  large + 16,
                                                  large + 32,
                                                  used - 8,
                                                  state + smallMap,
                                                  state + victimSize,
                                                  state + topSize,
                                                  chunks.blocks[1] + 56};
        for (const std::uint64_t at : words) {
            const std::uint64_t was = bench.word(at);
            QVERIFY(bench.picture().whole());
            bench.overwrite(at, was ^ 0x4140);
            QVERIFY2(!bench.picture().whole(), std::to_string(at - base).c_str());
            bench.overwrite(at, was);
        }
    }

    void freedTwice_isNoticed() {
        AllocatorBench bench(pool("65536", "65536"));
        const std::uint64_t block = bench.take(100);
        (void)bench.take(100);
        bench.give(block);
        QVERIFY_EXCEPTION_THROWN(bench.fast->release(block), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.seen->release(block), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.fast->release(block + 8), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.fast->release(0), HeapDamaged);
    }

    void damaged_endsInHeapDamagedAndNothingElse() {
        const AllocatorTrial trial{.operations = 60, .largest = 1500};
        // most words are payloads: a stray there is nobody's business
        QVERIFY(damageAllocator(pool("65536", "65536"), trial, 300) > 20);
        QVERIFY(damageAllocator(pool("16384", "262144"), trial, 300) > 20);
        QVERIFY(damageAllocator(system("16384", "262144"), trial, 300) > 10);
    }

    // ---- all together ----
    void random_both_everyLine() {
        std::set<std::uint16_t> lines;
        AllocatorTrial trial{.lines = &lines};
        trial.oneFreeAtEnd = true;
        QCOMPARE(checkAllocator(pool("32768", "32768"), trial, 12), std::string());
        trial.oneFreeAtEnd = false;
        trial.largest = 1500;
        QCOMPARE(checkAllocator(pool("8192", "65536"), trial, 12), std::string());
        QCOMPARE(checkAllocator(system("16384", "65536"), trial, 12), std::string());
        trial.largest = 60'000;
        trial.live = 10;
        QCOMPARE(checkAllocator(system("131072", "4194304"), trial, 4), std::string());
        std::string missing;
        for (std::size_t line = 1; line <= listingDlmallocLines(); ++line) {
            missing +=
                lines.contains(static_cast<std::uint16_t>(line)) ? "" : std::to_string(line) + " ";
        }
        QCOMPARE(missing, std::string("28 29 ")); // trimming: the tests above
    }

private:
    static std::size_t listingDlmallocLines() {
        return AllocatorBench(pool("65536", "65536")).seen->listing().lines.size();
    }
};

QTEST_APPLESS_MAIN(TestDlmalloc)

#include "tst_alloc_dlmalloc.moc"
