#include "fragscope/alloc/slab/slab_layout.h"

#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

AllocatorSettings
slabsOf(std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
    AllocatorSettings settings = allocatorWith("slab", {{"heap_size", "1 MiB"}});
    for (const auto& [key, value] : values) {
        if (!setAllocatorSetting(settings, key, value)) {
            throw std::runtime_error(std::string(key));
        }
    }
    return settings;
}

std::uint64_t pagesInUse(AllocatorBench& bench) {
    return bench.footprint() / 4096;
}

/// "cache,list:objects" of the lists with free objects; lists 1 partial, 2 empty.
std::string lists(AllocatorBench& bench) {
    const HeapPicture heap = bench.picture();
    std::string text(heap.fault);
    for (const FreeListPicture& list : heap.lists) {
        if (list.name == "cache") {
            text += std::to_string(list.row) + "," + std::to_string(list.column) + ":" +
                    std::to_string(list.members.size()) + " ";
        }
    }
    return text;
}

std::vector<std::uint64_t> takeMany(AllocatorBench& bench, std::uint64_t bytes, int count) {
    std::vector<std::uint64_t> objects;
    for (int i = 0; i < count; ++i) {
        objects.push_back(bench.take(bytes));
    }
    return objects;
}

/// Where the entry of a page lies.
std::uint64_t entryOf(AllocatorBench& bench, std::uint64_t page) {
    const slab::Layout layout = slab::layoutFor(slabsOf({}), bench.observed.plan());
    return layout.entryAt(page);
}

} // namespace

/// Slabs of pages.
class TestSlab : public QObject {
    Q_OBJECT

private slots:

    // ---- sizes ----
    /// As /proc/slabinfo of Linux shows them: objects and pages of a slab.
    void slabs_areAsLargeAsThoseOfSlub_data() {
        QTest::addColumn<uint>("size");
        QTest::addColumn<uint>("cpus");
        QTest::addColumn<uint>("objects");
        QTest::addColumn<uint>("pages");
        QTest::newRow("kmalloc-8") << 8U << 1U << 512U << 1U;
        QTest::newRow("kmalloc-96") << 96U << 4U << 42U << 1U;
        QTest::newRow("kmalloc-192") << 192U << 4U << 21U << 1U;
        QTest::newRow("kmalloc-192, 16 CPUs") << 192U << 16U << 42U << 2U;
        QTest::newRow("kmalloc-1k, 1 CPU") << 1024U << 1U << 8U << 2U;
        QTest::newRow("kmalloc-1k, 4 CPUs") << 1024U << 4U << 16U << 4U;
        QTest::newRow("kmalloc-1k, 8 CPUs") << 1024U << 8U << 32U << 8U;
        QTest::newRow("kmalloc-4k") << 4096U << 4U << 8U << 8U;
        QTest::newRow("kmalloc-8k") << 8192U << 1U << 4U << 8U;
    }

    void slabs_areAsLargeAsThoseOfSlub() {
        QFETCH(uint, size);
        QFETCH(uint, cpus);
        QFETCH(uint, objects);
        QFETCH(uint, pages);
        AllocatorSettings settings = slabsOf({});
        settings.cpus = cpus;
        const slab::Caches caches(settings);
        const slab::Cache& cache = caches[caches.indexFor(size)];
        QCOMPARE(cache.slot, size);
        QCOMPARE(cache.objects, objects);
        QCOMPARE(cache.pages(), std::uint64_t{pages});
    }

    /// One CPU: eight objects wished for.
    void order_leavesAsLittleAsItCan() {
        QCOMPARE(slab::automaticOrder(440, 1), 0U);   // 136 bytes over: at most a sixteenth
        QCOMPARE(slab::automaticOrder(420, 1), 1U);   // 316 of 4,096 are too much, 212 of 8,192 not
        QCOMPARE(slab::automaticOrder(5000, 1), 3U);  // order 3 holds six only
        QCOMPARE(slab::automaticOrder(700, 1), 1U);   // 11 objects, 492 of 8,192 bytes over
        QCOMPARE(slab::automaticOrder(12000, 1), 3U); // two, 8,768 of 32,768 over
        QCOMPARE(slab::automaticOrder(40000, 1), 4U); // one
    }

    void indexFor_isTheSmallestCacheThatHoldsIt() {
        const slab::Caches caches(slabsOf({}));
        for (std::uint64_t bytes = 1; bytes <= 8192; ++bytes) {
            const unsigned cache = caches.indexFor(bytes);
            QVERIFY(caches[cache].slot >= bytes);
            QVERIFY(cache == 0 || caches[cache - 1].slot < bytes);
        }
        QCOMPARE(caches.largest(), std::uint64_t{8192});
    }

    // ---- objects ----
    void objects_ofANewSlabComeByAddress_freedOnesFirst() {
        AllocatorBench bench(slabsOf({}));
        const std::uint64_t start = bench.extent().start;
        const std::uint64_t a = bench.take(60);
        QCOMPARE(a, start);
        QVERIFY(bench.rule() == Rule::HeapSlabNew);
        QCOMPARE(bench.operand(1), std::uint64_t{64});
        const std::uint64_t b = bench.take(64);
        QCOMPARE(b, start + 64);
        QVERIFY(bench.rule() == Rule::HeapSlabObject);
        QCOMPARE(bench.take(96), start + 4096); // another cache, another slab
        bench.give(a);
        bench.give(b);
        QCOMPARE(bench.word(b), a); // the link lies in the object
        QCOMPARE(bench.word(a), start + 128);
        QCOMPARE(bench.take(33), b);
        QCOMPARE(bench.take(33), a);
        QCOMPARE(bench.take(33), start + 128);
    }

    void slabs_moveBetweenTheLists() {
        AllocatorBench bench(slabsOf({{"block_size", "1024"}, {"slab_order", "0"}}));
        const std::vector<std::uint64_t> objects = takeMany(bench, 1024, 9); // 4 + 4 + 1
        QCOMPARE(lists(bench), std::string("0,1:3 "));
        bench.give(objects[1]); // was full: behind the partial one
        QCOMPARE(lists(bench), std::string("0,1:4 "));
        QCOMPARE(bench.take(1024), objects[8] + 1024);
        bench.give(objects[8]);
        bench.give(objects[8] + 1024); // the third slab is empty now
        QCOMPARE(lists(bench), std::string("0,1:1 0,2:4 "));
        QCOMPARE(bench.take(1024), objects[1]); // partial before empty
        QCOMPARE(lists(bench), std::string("0,2:4 "));
        (void)bench.take(1024); // empty before new
        QCOMPARE(pagesInUse(bench), std::uint64_t{3});
        QCOMPARE(lists(bench), std::string("0,1:3 "));
    }

    void empty_slabsAreKept_fiveOfEachCache() {
        AllocatorBench bench(slabsOf({{"block_size", "4096"}, {"slab_order", "0"}}));
        const std::vector<std::uint64_t> objects = takeMany(bench, 4096, 8);
        for (std::size_t i = 0; i < 5; ++i) {
            bench.give(objects[i]);
            QVERIFY(bench.rule() == Rule::HeapListed);
        }
        QCOMPARE(pagesInUse(bench), std::uint64_t{8});
        bench.give(objects[6]);
        QVERIFY(bench.rule() == Rule::HeapPageReleased);
        bench.give(objects[5]);
        bench.give(objects[7]);
        QCOMPARE(pagesInUse(bench), std::uint64_t{5});
        QCOMPARE(lists(bench), std::string("0,2:5 "));
    }

    void colours_shiftTheFirstObject() {
        AllocatorBench bench(slabsOf(
            {{"block_size", "1000"}, {"slab_order", "0"}, {"alignment", "40"}, {"colours", "4"}}));
        const std::uint64_t start = bench.extent().start;
        const std::vector<std::uint64_t> objects = takeMany(bench, 1000, 4 * 4); // 96 are left over
        QCOMPARE(objects[0], start);
        QCOMPARE(objects[4], start + 4096 + 40);
        QCOMPARE(objects[8], start + 2 * 4096 + 80);
        QCOMPARE(objects[12], start + 3 * 4096); // a third step of 40 has no room
        bench.give(objects[5]);
        QCOMPARE(bench.take(1000), objects[5]);
        QVERIFY(bench.picture().whole());
    }

    void zeroBytes_countAsOne() {
        AllocatorBench bench(slabsOf({}));
        const std::uint64_t a = bench.take(0);
        QCOMPARE(bench.take(8), a + 8);
    }

    // ---- pages ----
    void large_takesPagesFirstFit() {
        AllocatorBench bench(slabsOf({}));
        const std::uint64_t start = bench.extent().start;
        const std::uint64_t a = bench.take(3 * 4096);
        const std::uint64_t b = bench.take(8193);
        QCOMPARE(b, start + 3 * 4096);
        (void)bench.take(20000);
        bench.give(a);
        QVERIFY(bench.rule() == Rule::HeapFreed);
        QCOMPARE(bench.operand(0), std::uint64_t{3 * 4096});
        QCOMPARE(bench.take(16000), start + 11 * 4096); // four pages: the hole is too short
        QVERIFY(bench.rule() == Rule::HeapFirstFit);
        QCOMPARE(bench.operand(2), std::uint64_t{2});
        QCOMPARE(bench.take(1), start); // a slab in the hole
        QCOMPARE(pagesInUse(bench), std::uint64_t{1 + 3 + 5 + 4});
    }

    void map_findsRunsAcrossWords_andSkipsFullOnes() {
        AllocatorBench bench(slabsOf({}));
        std::vector<std::uint64_t> blocks;
        for (int i = 0; i < 85; ++i) {
            blocks.push_back(bench.take(3 * 4096)); // pages 0 to 254
        }
        bench.give(blocks[21]); // 63 to 65
        QCOMPARE(bench.take(3 * 4096), blocks[21]);
        QVERIFY(bench.take(3 * 4096) > blocks.back());
        QCOMPARE(bench.counts().searched, std::uint64_t{4}); // from the first word on
        QVERIFY(bench.take(3 * 4096) > blocks.back());
        QCOMPARE(bench.counts().searched, std::uint64_t{2}); // behind the full ones
        bench.give(blocks[0]);
        QCOMPARE(bench.take(3 * 4096), blocks[0]);
    }

    void growth_byWhatIsMissing() {
        AllocatorBench bench(slabsOf({{"heap_size", "8192"}, {"heap_limit", "32768"}}));
        (void)bench.take(4096 * 1 + 1 + 8191); // three pages
        QVERIFY(bench.rule() == Rule::HeapSystem);
        QCOMPARE(bench.extent().end - bench.extent().start, std::uint64_t{3 * 4096});
        QCOMPARE(bench.take(40000), AllocatorBench::refused);
        QVERIFY(bench.rule() == Rule::HeapNoBlock);
        QCOMPARE(bench.take(~0ULL), AllocatorBench::refused);
        QCOMPARE(bench.extent().end - bench.extent().start, std::uint64_t{3 * 4096});
        QVERIFY(bench.take(5 * 4096) != AllocatorBench::refused);
        QCOMPARE(bench.take(8), AllocatorBench::refused); // no page is left for a slab
        QVERIFY(bench.picture().whole());
    }

    // ---- L22 ----
    /// 100-byte objects: per page, lost at its end, pages for 1,000 objects.
    void hundredBytes_data() {
        QTest::addColumn<QString>("alignment");
        QTest::addColumn<int>("inPage");
        QTest::addColumn<qulonglong>("lost");
        QTest::addColumn<qulonglong>("pages");
        QTest::newRow("none") << "1" << 40 << 96ULL << 25ULL;
        QTest::newRow("8 bytes") << "8" << 39 << 40ULL << 26ULL;
        QTest::newRow("as buddies of 128 bytes") << "128" << 32 << 0ULL << 32ULL;
    }

    void hundredBytes() {
        QFETCH(QString, alignment);
        QFETCH(int, inPage);
        QFETCH(qulonglong, lost);
        QFETCH(qulonglong, pages);
        AllocatorSettings settings = slabsOf({{"block_size", "100"}, {"slab_order", "0"}});
        QVERIFY(setAllocatorSetting(settings, "alignment", alignment.toStdString()));
        AllocatorBench bench(settings);
        (void)takeMany(bench, 100, inPage);
        QCOMPARE(pagesInUse(bench), std::uint64_t{1});
        std::uint64_t rest = 0;
        for (const HeapBlock& block : bench.picture().blocks) {
            rest += block.books ? block.length.value : 0;
        }
        QCOMPARE(rest, std::uint64_t{lost});
        (void)bench.take(100);
        QCOMPARE(pagesInUse(bench), std::uint64_t{2});
        (void)takeMany(bench, 100, 1000 - inPage - 1);
        QCOMPARE(pagesInUse(bench), std::uint64_t{pages});
    }

    /// The same with buddies: 128 bytes each, 32 in a page.
    void hundredBytes_buddy() {
        AllocatorBench bench(allocatorWith("buddy", {{"heap_size", "1 MiB"}}));
        (void)takeMany(bench, 100, 1000);
        QCOMPARE(bench.footprint(), std::uint64_t{1000 * 128});
        QCOMPARE((bench.footprint() + 4095) / 4096, std::uint64_t{32});
    }

    // ---- damage ----
    void wrongFrees_areNoticed() {
        AllocatorBench bench(slabsOf({}));
        const std::uint64_t a = bench.take(64);
        const std::uint64_t b = bench.take(64);
        const std::uint64_t large = bench.take(20000);
        QVERIFY_EXCEPTION_THROWN(bench.give(a + 8), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(large + 4096), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(large + 8), HeapDamaged);
        bench.give(large);
        QVERIFY_EXCEPTION_THROWN(bench.give(large), HeapDamaged);
        bench.give(a);
        QVERIFY_EXCEPTION_THROWN(bench.give(a), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(64), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(bench.extent().end), HeapDamaged);
        bench.give(b);
    }

    /// The first double free is not noticed, as in Linux; the list is a ring then.
    void doubleFree_ofAnotherThanTheLast_isSeenByThePicture() {
        AllocatorBench bench(slabsOf({}));
        const std::vector<std::uint64_t> objects = takeMany(bench, 64, 5);
        bench.give(objects[0]);
        bench.give(objects[1]);
        bench.give(objects[0]);
        QCOMPARE(std::string(bench.picture().fault),
                 std::string("a free object is twice in the list of its slab"));
    }

    void strayWrite_isSeen() {
        AllocatorBench bench(slabsOf({}));
        const std::uint64_t a = bench.take(64);
        bench.overwrite(a + 64, a + 8); // beyond its end: the link of the free object behind
        QCOMPARE(std::string(bench.picture().fault),
                 std::string("a link of free objects leads to no object of the slab"));
        QVERIFY_EXCEPTION_THROWN((void)bench.take(64), HeapDamaged);
        bench.overwrite(a + 64, 0); // the others are lost
        QCOMPARE(std::string(bench.picture().fault),
                 std::string("objects in use and free ones are not all objects of the slab"));
        QVERIFY_EXCEPTION_THROWN((void)bench.take(64), HeapDamaged);
    }

    void books_areChecked() {
        AllocatorBench bench(slabsOf({}));
        (void)bench.take(64);
        const std::uint64_t books = bench.extent().books;
        const auto spoil = [&](std::uint64_t at, std::uint64_t value, const char* says) {
            const std::uint64_t was = bench.word(at);
            bench.overwrite(at, value);
            const std::string fault(bench.picture().fault);
            bench.overwrite(at, was);
            QCOMPARE(fault, std::string(says));
        };
        spoil(books, 2, "the number of pages in use is not that of the map");
        spoil(books + 8, 1, "a free page lies where no search looks");
        spoil(books + slab::mapOffset, 3, "a page is in use by no slab and no large block");
        spoil(books + slab::mapOffset, 0, "a free page belongs to a slab or a large block");
        const std::uint64_t head = books + slab::cachesOffset + 3 * slab::cacheBytes; // 64 bytes
        spoil(head + 8, ~0ULL, "a slab is in no list");
        spoil(head + 8, 7, "a list leads to something that is no slab of its sort");
        spoil(head + slab::emptyCount, 1, "the number of empty slabs is wrong");
        const std::uint64_t entry = entryOf(bench, 0);
        spoil(entry, ~0ULL ^ 1ULL << 33, "a back link does not lead to the slab before");
        spoil(entry + 16, 1ULL << 32 | 1, "a page of a slab does not lead to its first page");
        QVERIFY(bench.picture().whole());
    }

    void damage_neverHangs() {
        const AllocatorTrial trial{.operations = 150, .largest = 200};
        const std::uint64_t noticed = damageAllocator(slabsOf({}), trial, 100);
        QVERIFY2(noticed > 5, std::to_string(noticed).c_str());
    }

    void settings_thatDoNotFit() {
        QVERIFY(!checkAllocatorSettings(slabsOf({{"block_size", "4"}})));
        QVERIFY(!checkAllocatorSettings(slabsOf({{"heap_size", "1000"}})));
        QVERIFY(!checkAllocatorSettings(slabsOf({{"heap_base", "1000"}})));
        AllocatorSettings settings = slabsOf({});
        QVERIFY(!setAllocatorSetting(settings, "slab_order", "4"));
        QVERIFY(setAllocatorSetting(settings, "slab_order", "auto"));
    }

    // ---- at random ----
    void random_holdsTheRules() {
        std::set<std::uint16_t> lines;
        AllocatorSettings general = slabsOf({{"heap_size", "65536"}, {"heap_limit", "262144"}});
        const AllocatorTrial trial{.operations = 150, .live = 30, .alignment = 8, .lines = &lines};
        QCOMPARE(checkAllocator(general, trial, 10), std::string());
        const AllocatorTrial large{.operations = 150, .largest = 9000, .live = 10, .alignment = 8};
        QCOMPARE(checkAllocator(general, large, 5), std::string());
        for (const char* size : {"8", "100", "2000", "6000"}) {
            AllocatorSettings one =
                slabsOf({{"block_size", size}, {"alignment", "1"}, {"colours", "3"}});
            one.heapSize = 16384;
            one.heapLimit = 131072;
            const AllocatorTrial unaligned{
                .operations = 120, .largest = 2000, .alignment = 1, .lines = &lines};
            QCOMPARE(checkAllocator(one, unaligned, 5), std::string());
        }
        QCOMPARE(lines.size(), AllocatorBench(general).seen->listing().lines.size());
    }
};

QTEST_APPLESS_MAIN(TestSlab)

#include "tst_alloc_slab.moc"
