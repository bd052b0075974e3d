#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

AllocatorSettings regions(std::string_view size = "1024", std::string_view limit = "8192") {
    return allocatorWith("region",
                         {{"heap_size", "8192"}, {"heap_limit", limit}, {"region_size", size}});
}

/// Empty regions as "start:length ", from the start of the heap.
std::string emptyRegions(AllocatorBench& bench) {
    const HeapPicture heap = bench.picture();
    std::string text(heap.fault);
    for (const FreeListPicture& list : heap.lists) {
        for (const FreeListMember& member : list.members) {
            text += std::to_string(member.start.value - bench.extent().start) + ":" +
                    std::to_string(member.length.value) + " ";
        }
    }
    return text;
}

} // namespace

/// Bump allocation in regions.
class TestRegion : public QObject {
    Q_OBJECT

private slots:

    void blocks_fillTheCurrentRegion() {
        AllocatorBench bench(regions());
        const std::uint64_t start = bench.extent().start;
        QCOMPARE(bench.take(400), start + 32);
        QCOMPARE(bench.take(400), start + 432);
        QVERIFY(bench.rule() == Rule::HeapFromTop);
        QCOMPARE(bench.take(400), start + 1024 + 32); // 192 bytes are left in the first
        QCOMPARE(bench.footprint(), std::uint64_t{2048});
        QCOMPARE(bench.word(start + 16), std::uint64_t{2}); // blocks in use
    }

    void region_comesBackWithItsLastBlock() {
        AllocatorBench bench(regions());
        std::vector<std::uint64_t> blocks;
        for (int i = 0; i < 6; ++i) {
            blocks.push_back(bench.take(400));
        }
        bench.give(blocks[2]);
        QVERIFY(bench.rule() == Rule::None);
        QCOMPARE(emptyRegions(bench), std::string());
        bench.give(blocks[3]);
        QVERIFY(bench.rule() == Rule::HeapRegionOver);
        QCOMPARE(emptyRegions(bench), std::string("1024:1024 "));
        bench.give(blocks[0]);
        bench.give(blocks[1]);
        QCOMPARE(emptyRegions(bench), std::string("0:2048 ")); // neighbours are one
        bench.give(blocks[4]);
        bench.give(blocks[5]); // the current one stays and begins anew
        QCOMPARE(bench.take(900), blocks[4]);
        QCOMPARE(bench.take(900), blocks[0]);
        QCOMPARE(emptyRegions(bench), std::string("1024:1024 "));
    }

    void largeBlock_hasARegionOfItsOwn() {
        AllocatorBench bench(regions());
        const std::uint64_t small = bench.take(100);
        const std::uint64_t large = bench.take(3000);
        QCOMPARE(large, bench.extent().start + 1024 + 32);
        QCOMPARE(bench.footprint(), std::uint64_t{1024 + 3072});
        QCOMPARE(bench.take(100), small + 112); // the current region is still the first
        bench.give(large);
        QCOMPARE(emptyRegions(bench), std::string("1024:3072 "));
        QCOMPARE(bench.take(992), large);
        QCOMPARE(emptyRegions(bench), std::string("2048:2048 "));
    }

    void full_refuses_andRecovers() {
        AllocatorBench bench(regions());
        std::vector<std::uint64_t> blocks;
        for (std::uint64_t block = bench.take(900); block != AllocatorBench::refused;
             block = bench.take(900)) {
            blocks.push_back(block);
        }
        QCOMPARE(blocks.size(), std::size_t{8});
        QVERIFY(bench.rule() == Rule::HeapNoBlock);
        for (const std::uint64_t block : blocks) {
            bench.give(block);
        }
        QCOMPARE(emptyRegions(bench), std::string("0:7168 "));
        QCOMPARE(bench.take(7000), blocks.front());
        QCOMPARE(bench.take(~0ULL), AllocatorBench::refused);
    }

    void alignment_holdsInEveryRegion() {
        AllocatorSettings settings = regions("4096", "1 MiB");
        settings.alignment = 256;
        settings.heapBase = 0x100010;
        const AllocatorTrial trial{.alignment = 256, .oneBlockEach = false};
        QCOMPARE(checkAllocator(settings, trial, 5), std::string());
        settings.regionSize = 256;
        QVERIFY(!checkAllocatorSettings(settings));
    }

    void doubleFree_isNoticed() {
        AllocatorBench bench(regions());
        const std::uint64_t a = bench.take(900);
        const std::uint64_t b = bench.take(900);
        bench.give(a);
        QVERIFY_EXCEPTION_THROWN(bench.give(a), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(b + 4096), HeapDamaged);
    }

    void strayWrite_isSeenByThePicture() {
        AllocatorBench bench(regions());
        const std::uint64_t start = bench.extent().start;
        (void)bench.take(900);
        const std::uint64_t b = bench.take(900);
        (void)bench.take(900);
        bench.overwrite(b - 32, 7); // beyond the end of the first region
        QCOMPARE(std::string(bench.picture().fault), std::string("no length of a region"));
        bench.overwrite(b - 32, 1024);
        bench.overwrite(b - 24, 5000);
        QCOMPARE(std::string(bench.picture().fault),
                 std::string("the top of a region does not fit its blocks"));
        bench.overwrite(b - 24, 32 + 912);
        QVERIFY(bench.picture().whole());
        bench.give(b);
        bench.overwrite(b - 8, start);
        QCOMPARE(std::string(bench.picture().fault),
                 std::string("the list of empty regions leads to something else"));
        QVERIFY_EXCEPTION_THROWN((void)bench.take(900), HeapDamaged);
    }

    void damage_neverHangs() {
        const AllocatorTrial trial{.operations = 150, .largest = 200};
        QVERIFY(damageAllocator(regions("256", "16384"), trial, 200) > 20);
    }

    void random_holdsTheRules() {
        std::set<std::uint16_t> lines;
        for (const char* size : {"64", "250", "1024"}) {
            const AllocatorTrial trial{.oneBlockEach = false, .lines = &lines};
            QCOMPARE(checkAllocator(regions(size, "32768"), trial, 15), std::string());
        }
        QCOMPARE(lines.size(), AllocatorBench(regions()).seen->listing().lines.size());
    }
};

QTEST_APPLESS_MAIN(TestRegion)

#include "tst_alloc_region.moc"
