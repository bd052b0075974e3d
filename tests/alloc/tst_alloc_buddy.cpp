#include <QTest>

#include "alloc/support/allocator_check.h"
#include <cmath>

using namespace fragscope;
using namespace fragscope::test;

namespace {

AllocatorSettings
buddyOf(std::string_view bytes,
        std::initializer_list<std::pair<std::string_view, std::string_view>> more = {}) {
    AllocatorSettings settings =
        allocatorWith("buddy", {{"heap_size", bytes}, {"heap_limit", bytes}});
    for (const auto& [key, value] : more) {
        if (!setAllocatorSetting(settings, key, value)) {
            throw std::runtime_error(std::string(key));
        }
    }
    return settings;
}

/// "order:blocks" of the lists that are not empty.
std::string lists(AllocatorBench& bench) {
    const HeapPicture heap = bench.picture();
    std::string text(heap.fault);
    for (const FreeListPicture& list : heap.lists) {
        text += std::to_string(list.row) + ":" + std::to_string(list.members.size()) + " ";
    }
    return text;
}

/// Share of the blocks' bytes that nobody asked for, over `count` requests into an empty heap.
template <class Size> double waste(std::uint64_t count, const Size& size) {
    AllocatorBench bench(buddyOf("2 MiB"));
    std::uint64_t asked = 0;
    std::uint64_t given = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t bytes = size(i);
        const std::uint64_t block = bench.take(bytes);
        asked += bytes;
        given += bench.footprint(); // the block begins where the heap begins
        bench.give(block);
    }
    return 1.0 - static_cast<double>(asked) / static_cast<double>(given);
}

} // namespace

/// Binary buddies.
class TestBuddy : public QObject {
    Q_OBJECT

private slots:

    void request_splitsDownToItsOrder() {
        AllocatorBench bench(buddyOf("1024"));
        const std::uint64_t start = bench.extent().start;
        QCOMPARE(lists(bench), std::string("6:1 "));
        QCOMPARE(bench.take(100), start);
        QVERIFY(bench.rule() == Rule::HeapBuddySplit);
        QCOMPARE(bench.operand(1), std::uint64_t{3}); // 128 = 16 * 2^3
        QCOMPARE(bench.operand(2), std::uint64_t{6});
        QCOMPARE(lists(bench), std::string("3:1 4:1 5:1 "));
        QCOMPARE(bench.take(128), start + 128);
        QVERIFY(bench.rule() == Rule::HeapBuddyExact);
        QCOMPARE(bench.take(300), start + 512);
        QCOMPARE(lists(bench), std::string("4:1 "));
    }

    /// Knuth's and every textbook's example: the buddy of a block differs in one bit.
    void free_mergesOnlyWithTheBuddy() {
        AllocatorBench bench(buddyOf("1024"));
        const std::uint64_t start = bench.extent().start;
        std::vector<std::uint64_t> blocks;
        for (int i = 0; i < 8; ++i) {
            blocks.push_back(bench.take(128));
        }
        bench.give(blocks[1]);
        bench.give(blocks[2]); // neighbours, but no buddies
        QVERIFY(bench.rule() == Rule::HeapFreed);
        QCOMPARE(lists(bench), std::string("3:2 "));
        bench.give(blocks[0]);
        QVERIFY(bench.rule() == Rule::HeapMerged);
        QCOMPARE(bench.operand(0), std::uint64_t{256});
        QCOMPARE(lists(bench), std::string("3:1 4:1 "));
        bench.give(blocks[3]);
        QCOMPARE(lists(bench), std::string("5:1 "));
        for (int i = 4; i < 8; ++i) {
            bench.give(blocks[static_cast<std::size_t>(i)]);
        }
        QCOMPARE(lists(bench), std::string("6:1 "));
        QCOMPARE(bench.take(1024), start);
    }

    void links_lieInTheFreeBlock_theOrderInTheBooks() {
        AllocatorBench bench(buddyOf("1024"));
        const std::uint64_t block = bench.take(16);
        const std::uint64_t start = bench.extent().start;
        QCOMPARE(bench.word(start + 16), ~0ULL);
        QCOMPARE(bench.word(start + 24), ~0ULL);
        bench.give(bench.take(16));
        QCOMPARE(block, start);
        const std::uint64_t pieces = bench.extent().books + 8 + 48 * 8;
        QCOMPARE(bench.word(pieces) & 0xFFFF, std::uint64_t{0x8040}); // one in use, one free
    }

    /// 100 units are blocks of 64, 32 and 4.
    void odd_heapsAreTakenAsPowersOfTwo() {
        AllocatorBench bench(buddyOf("100", {{"minimum", "1"}}));
        QCOMPARE(lists(bench), std::string("2:1 5:1 6:1 "));
        QCOMPARE(bench.take(65), AllocatorBench::refused);
        QVERIFY(bench.rule() == Rule::HeapNoBlock);
        QCOMPARE(bench.take(33), bench.extent().start);
        AllocatorBench rest(buddyOf("1000", {{"minimum", "64"}}));
        QCOMPARE(lists(rest), std::string("0:1 1:1 2:1 3:1 "));
        QCOMPARE(rest.picture().blocks.back().length.value, std::uint64_t{1000 - 960});
        QVERIFY(rest.picture().blocks.back().books);
    }

    void growth_joinsTheOldEnd() {
        AllocatorSettings settings = buddyOf("4096");
        settings.heapLimit = 65536;
        AllocatorBench bench(settings);
        const std::uint64_t start = bench.extent().start;
        QCOMPARE(bench.take(8192), start); // grown to 8,192 bytes, both halves free
        QCOMPARE(bench.take(16384), start + 16384);
        QCOMPARE(lists(bench), std::string("9:1 "));
        QCOMPARE(bench.take(65536), AllocatorBench::refused);
        QCOMPARE(bench.take(~0ULL), AllocatorBench::refused);
    }

    void steps_growWithTheLogarithmOnly() {
        std::uint64_t most = 0;
        AllocatorBench bench(buddyOf("1 MiB"));
        const std::uint64_t block = bench.take(1);
        most = std::max(most, bench.counts().references());
        bench.give(block);
        most = std::max(most, bench.counts().references());
        QVERIFY2(most <= 20 * 16, std::to_string(most).c_str()); // 16 orders
    }

    // ---- L22 ----
    void waste_uniformSizes_isAQuarter() {
        const double share = waste(4096, [](std::uint64_t i) { return i + 1; });
        QVERIFY2(std::abs(share - 0.25) < 0.01, std::to_string(share).c_str());
        Rng rng(3);
        const double drawn = waste(3000, [&](std::uint64_t) { return 1 + rng.below(1U << 20); });
        QVERIFY2(std::abs(drawn - 0.25) < 0.01, std::to_string(drawn).c_str());
    }

    void waste_logUniformSizes() {
        const double share = waste(5000, [](std::uint64_t i) {
            const double power = 20.0 * (static_cast<double>(i) + 0.5) / 5000.0;
            return static_cast<std::uint64_t>(std::ceil(std::exp2(power)));
        });
        QVERIFY2(std::abs(share - 0.279) < 0.01, std::to_string(share).c_str());
    }

    /// Half of 1,024 pages is free, and two pages together are nowhere.
    void checkerboard_hasNoBlockOfTwoPages() {
        AllocatorBench bench(buddyOf("4 MiB", {{"minimum", "4096"}}));
        std::vector<std::uint64_t> pages;
        for (int i = 0; i < 1024; ++i) {
            pages.push_back(bench.take(4096));
        }
        QCOMPARE(bench.take(4096), AllocatorBench::refused);
        for (std::size_t i = 0; i < pages.size(); i += 2) {
            bench.give(pages[i]);
        }
        QCOMPARE(lists(bench), std::string("0:512 "));
        QCOMPARE(bench.take(8192), AllocatorBench::refused);
        bench.give(pages[1]);
        QVERIFY(bench.take(8192) != AllocatorBench::refused);
    }

    void books_onlyForSmallPieces() {
        AllocatorBench bench(buddyOf("64", {{"minimum", "1"}}));
        const std::uint64_t block = bench.take(3);
        bench.give(bench.take(1));
        QCOMPARE(bench.word(block), std::uint64_t{0}); // no byte of the heap is written
        QCOMPARE(bench.freeAreas().front().start.value, block + 4);
    }

    void settings_thatDoNotFit_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::newRow("no power of two") << "minimum"
                                         << "24";
        QTest::newRow("larger than the heap") << "minimum"
                                              << "4096";
        QTest::newRow("base not aligned") << "heap_base"
                                          << "1000";
    }

    void settings_thatDoNotFit() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        AllocatorSettings settings = buddyOf("1024");
        QVERIFY(checkAllocatorSettings(settings));
        QVERIFY(setAllocatorSetting(settings, key.toStdString(), value.toStdString()));
        QVERIFY(!checkAllocatorSettings(settings));
    }

    void wrongFrees_areNoticed() {
        AllocatorBench bench(buddyOf("1024"));
        const std::uint64_t a = bench.take(16);
        const std::uint64_t b = bench.take(16);
        const std::uint64_t c = bench.take(16);
        bench.give(a);
        QVERIFY_EXCEPTION_THROWN(bench.give(a), HeapDamaged);
        bench.give(b); // merged into the block at a
        QVERIFY_EXCEPTION_THROWN(bench.give(b), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(c + 4), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(c + 4096), HeapDamaged);
    }

    void strayWrite_isSeen() {
        AllocatorBench bench(buddyOf("1024"));
        const std::uint64_t block = bench.take(16);
        bench.overwrite(block + 16, block); // beyond the end: the link of the free block behind
        QCOMPARE(std::string(bench.picture().fault),
                 std::string("a list leads to something that is no free block of its order"));
        QVERIFY_EXCEPTION_THROWN((void)bench.take(16), HeapDamaged);
        bench.overwrite(block + 16, ~0ULL);
        bench.overwrite(block + 24, block);
        QCOMPARE(std::string(bench.picture().fault),
                 std::string("a back link does not lead to the block before"));
    }

    void damage_neverHangs() {
        const AllocatorTrial trial{.operations = 150, .largest = 200};
        const std::uint64_t noticed = damageAllocator(buddyOf("16384"), trial, 200);
        QVERIFY2(noticed > 5, std::to_string(noticed).c_str());
    }

    void random_holdsTheRules() {
        std::set<std::uint16_t> lines;
        for (const char* minimum : {"0", "64", "256"}) {
            AllocatorSettings settings = buddyOf("8192", {{"minimum", minimum}});
            settings.heapLimit = 65536;
            const AllocatorTrial trial{.lines = &lines};
            QCOMPARE(checkAllocator(settings, trial, 12), std::string());
        }
        const AllocatorTrial one{.oneFreeAtEnd = true};
        QCOMPARE(checkAllocator(buddyOf("8192"), one, 6), std::string());
        for (const char* size : {"4096", "3333"}) {
            const AllocatorTrial trial{.alignment = 1};
            QCOMPARE(checkAllocator(buddyOf(size, {{"minimum", "1"}, {"unit", "2"}}), trial, 6),
                     std::string());
        }
        QCOMPARE(lines.size(), AllocatorBench(buddyOf("64")).seen->listing().lines.size());
    }
};

QTEST_APPLESS_MAIN(TestBuddy)

#include "tst_alloc_buddy.moc"
