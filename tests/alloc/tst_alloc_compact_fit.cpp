#include "fragscope/alloc/compact_fit/compact_fit_picture.h"

#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;
using compact_fit_layout::ListState;

namespace {

using Values = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Pages of four blocks of 80 bytes, 72 of them for the program.
AllocatorSettings fourBlocks(std::string_view k, std::string_view increment = "0") {
    return allocatorWith("compact-fit", {{"heap_base", "0x10000"},
                                         {"heap_size", "16384"},
                                         {"heap_limit", "65536"},
                                         {"page_size", "512"},
                                         {"block_size", "80"},
                                         {"k", k},
                                         {"increment", increment},
                                         {"table_entries", "1000"}});
}

/// Compact-fit with its picture and the handles of its blocks in order of allocation.
struct Pages {
    explicit Pages(const AllocatorSettings& chosen) : settings(chosen), bench(chosen) {}

    void take(int blocks, std::uint64_t bytes = 60) {
        for (int i = 0; i < blocks; ++i) {
            handles.push_back(bench.take(bytes));
            bench.poke(at(handles.size() - 1), static_cast<std::uint8_t>(handles.size()));
        }
    }

    [[nodiscard]] std::uint64_t at(std::size_t number) {
        return bench.addressOf(handles.at(number));
    }

    /// What was written to the block when it was taken is still there.
    [[nodiscard]] bool intact(std::size_t number) {
        return bench.peek(at(number)) == static_cast<std::uint8_t>(number + 1);
    }

    void give(std::size_t number) { bench.give(handles.at(number)); }

    /// Both forms up to their first part; true if a move is under way.
    bool begin(std::size_t number) {
        bench.observed.resetCounts();
        const bool seen = bench.seen->beginRelease(handles.at(number));
        if (bench.fast->beginRelease(handles.at(number)) != seen) {
            bench.wrong = "the forms differ";
        }
        return seen;
    }

    bool advance() {
        const bool seen = bench.seen->advanceMoves();
        if (bench.fast->advanceMoves() != seen) {
            bench.wrong = "the forms differ";
        }
        return seen;
    }

    CompactFitPicture picture() {
        return decodeCompactFit(BackingReader(bench.backing), bench.extent(), settings);
    }

    std::uint64_t notFull() { return picture().notFull; }

    AllocatorSettings settings;
    AllocatorBench bench;
    std::vector<std::uint64_t> handles;
};

} // namespace

/// Compact-fit: size classes, the three cases of a free, the bound k, copies in parts and the two
/// ways in which they are given up, objects of several pages, and the accounting of its memory.
class TestCompactFit : public QObject {
    Q_OBJECT

private slots:

    void classes_ofTheReference() {
        const SizeClasses classes(allocatorWith("compact-fit", {{"preset", "reference-2009"}}));
        const std::array<std::uint64_t, 51> expected{
            16,   20,   24,   28,   32,   36,   40,   48,   56,   64,   72,   84,   96,
            108,  124,  140,  160,  180,  204,  232,  264,  300,  340,  384,  432,  488,
            552,  624,  704,  792,  892,  1004, 1132, 1276, 1436, 1616, 1820, 2048, 2304,
            2592, 2916, 3280, 3692, 4156, 4676, 5260, 5920, 6660, 7492, 8000, 16200};
        QCOMPARE(classes.count(), 51U);
        for (std::uint32_t i = 0; i < classes.count(); ++i) {
            QCOMPARE(classes.blockBytes(i), expected.at(i));
        }
        QCOMPARE(classes.capacity(0), std::uint64_t{1012});
        QCOMPARE(classes.blockBytes(classes.classOf(15)), std::uint64_t{16});
        QCOMPARE(classes.blockBytes(classes.classOf(16)), std::uint64_t{20}); // one size up
        QCOMPARE(classes.blockBytes(classes.classOf(8001)), std::uint64_t{16200});
        QCOMPARE(classes.classOf(16201), SizeClasses::none);
    }

    void classes_ofTheDefault_takeTheSmallestThatHolds() {
        const SizeClasses classes(allocatorWith("compact-fit"));
        for (std::uint64_t total = 1; total <= 16200; ++total) {
            const std::uint32_t found = classes.classOf(total);
            QVERIFY(classes.blockBytes(found) >= total);
            QVERIFY(found == 0 || classes.blockBytes(found - 1) < total);
            QCOMPARE(classes.blockBytes(found) % 8, std::uint64_t{0});
        }
    }

    void allocation_takesTheLowestBlockOfTheOldestPage() {
        Pages pages(fourBlocks("2"));
        pages.take(8);
        pages.give(5);
        pages.give(1); // two pages are not full: the first block's page is the newer one
        QCOMPARE(pages.notFull(), std::uint64_t{2});
        const std::uint64_t hole = pages.bench.extent().start + 512 + 80;
        pages.take(1);
        QCOMPARE(pages.at(8), hole);
        QVERIFY(pages.bench.rule() == Rule::HeapPageBlock);
        QCOMPARE(pages.notFull(), std::uint64_t{1});
    }

    void free_opensUpToKPages_thenMovesOneBlock() {
        Pages pages(fourBlocks("1"));
        pages.take(12);
        pages.give(0);
        QVERIFY(pages.bench.rule() == Rule::HeapPageOpened);
        QCOMPARE(pages.bench.counts().moves, std::uint64_t{0});
        const std::uint64_t gap = pages.at(4);
        pages.give(4);
        QVERIFY(pages.bench.rule() == Rule::HeapCompacts);
        QCOMPARE(pages.bench.counts().moves, std::uint64_t{1});
        QCOMPARE(pages.bench.counts().movedBytes, std::uint64_t{80});
        QCOMPARE(pages.at(1), gap); // the lowest block of the not-full page
        QVERIFY(pages.intact(1));
        QCOMPARE(pages.notFull(), std::uint64_t{1});
        pages.give(2);
        QVERIFY(pages.bench.rule() == Rule::HeapPageNotFull);
        pages.give(3); // the last block of its page
        QVERIFY(pages.bench.rule() == Rule::HeapPageReleased);
        QCOMPARE(pages.picture().freePages.size(), std::size_t{1});
    }

    void off_neverMoves_andHandlesAreAddresses() {
        Pages pages(fourBlocks("off"));
        pages.take(12);
        for (const std::size_t number : {0U, 4U, 8U}) {
            pages.give(number);
            QCOMPARE(pages.bench.counts().moves, std::uint64_t{0});
        }
        QCOMPARE(pages.notFull(), std::uint64_t{3});
        QCOMPARE(pages.at(1), pages.handles.at(1));
    }

    void dereference_isOneLoad() {
        Pages pages(fourBlocks("1"));
        pages.take(1);
        pages.bench.observed.resetCounts();
        (void)pages.bench.seen->addressOf(pages.handles.at(0));
        QCOMPARE(pages.bench.counts().references(), std::uint64_t{1});
    }

    void parts_copyIncrementBytesAtATime() {
        Pages pages(fourBlocks("1", "32"));
        pages.take(9);
        QVERIFY(pages.begin(0));
        QCOMPARE(pages.bench.counts().copiedBytes, std::uint64_t{32});
        const CompactFitPicture under = pages.picture();
        QCOMPARE(under.moves.size(), std::size_t{1});
        QCOMPARE(under.moves.at(0).done, std::uint64_t{32});
        QVERIFY(pages.intact(8)); // it is still read at its old place
        QVERIFY(pages.advance());
        QVERIFY(pages.advance());
        QVERIFY(!pages.advance());
        QCOMPARE(pages.at(8), pages.bench.extent().start);
        QVERIFY(pages.intact(8));
        QVERIFY(pages.picture().fault.empty() && pages.bench.wrong.empty());
    }

    void abortByFree_freesTheTargetInstead() {
        Pages pages(fourBlocks("1", "32"));
        pages.take(9);
        QVERIFY(pages.begin(0)); // block 8 begins to fill the gap
        QVERIFY(!pages.begin(8));
        QCOMPARE(pages.bench.counts().abortedByFree, std::uint64_t{1});
        while (pages.advance()) {
        }
        const CompactFitPicture after = pages.picture();
        QVERIFY2(after.fault.empty(), std::string(after.fault).c_str());
        QCOMPARE(after.moves.size(), std::size_t{0});
        QCOMPARE(after.pages.at(0).used, 3U);
        QCOMPARE(after.freePages.size(), std::size_t{1});
        for (const std::size_t number : {1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
            QVERIFY(pages.intact(number));
        }
        pages.take(1);
        QVERIFY(pages.bench.wrong.empty());
    }

    void abortByCompaction_copiesFromTheOriginal() {
        Pages pages(fourBlocks("1", "32"));
        pages.take(9);
        QVERIFY(pages.begin(0));  // block 8 begins to fill the gap in the first page
        QVERIFY(!pages.begin(1)); // which is not full any more
        QVERIFY(pages.begin(4));  // and is the source now: of the block that is being copied
        QCOMPARE(pages.bench.counts().abortedByCompaction, std::uint64_t{1});
        while (pages.advance()) {
        }
        QCOMPARE(pages.at(8), pages.bench.extent().start + 512);
        const CompactFitPicture after = pages.picture();
        QVERIFY2(after.fault.empty(), std::string(after.fault).c_str());
        QCOMPARE(after.pagesInUse, std::uint64_t{2});
        for (const std::size_t number : {2U, 3U, 5U, 6U, 7U, 8U}) {
            QVERIFY(pages.intact(number));
        }
    }

    /// Frees in parts with operations between the parts, against a model of what is live.
    void parts_random() {
        std::uint64_t byFree = 0;
        std::uint64_t byCompaction = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            Pages pages(fourBlocks(seed % 2 == 0 ? "1" : "2", "16"));
            Rng rng(seed);
            std::vector<std::size_t> live;
            for (int i = 0; i < 400; ++i) {
                const bool take = live.size() < 6 || (live.size() < 40 && rng.below(2) == 0);
                if (take) {
                    pages.take(1);
                    live.push_back(pages.handles.size() - 1);
                } else {
                    const std::size_t pick = rng.below(live.size());
                    QVERIFY(pages.intact(live[pick]));
                    pages.begin(live[pick]);
                    byFree += pages.bench.counts().abortedByFree;
                    byCompaction += pages.bench.counts().abortedByCompaction;
                    live.erase(live.begin() + static_cast<std::ptrdiff_t>(pick));
                }
                if (rng.below(3) == 0) {
                    pages.advance();
                }
                const CompactFitPicture now = pages.picture();
                QVERIFY2(now.fault.empty(), std::string(now.fault).c_str());
                for (const std::size_t number : live) {
                    QVERIFY(pages.intact(number));
                }
            }
            while (pages.advance()) {
            }
            QVERIFY2(pages.bench.wrong.empty(), pages.bench.wrong.c_str());
        }
        QVERIFY(byFree > 20);
        QVERIFY(byCompaction > 20);
    }

    void large_isPutTogetherOfPages() {
        AllocatorBench bench(allocatorWith("compact-fit", {{"table_entries", "1000"}}));
        const std::uint64_t handle = bench.take(100'000);
        QVERIFY(handle != AllocatorBench::refused);
        for (std::uint64_t i = 0; i < 100'000; i += 997) {
            bench.poke(bench.seen->byteAt(handle, i), static_cast<std::uint8_t>(i));
        }
        for (std::uint64_t i = 0; i < 100'000; i += 997) {
            QCOMPARE(bench.peek(bench.fast->byteAt(handle, i)), static_cast<std::uint8_t>(i));
        }
        QCOMPARE(bench.footprint(), std::uint64_t{8 * 16384}); // seven pieces and their addresses
        QVERIFY(bench.picture().whole());
        bench.give(handle);
        QCOMPARE(bench.footprint(), std::uint64_t{0});
        QVERIFY(bench.picture().whole() && bench.wrong.empty());
    }

    void large_thatDoesNotFit_changesNothing() {
        AllocatorBench bench(allocatorWith(
            "compact-fit",
            {{"heap_size", "65536"}, {"heap_limit", "65536"}, {"table_entries", "10"}}));
        QCOMPARE(bench.take(100'000), AllocatorBench::refused);
        QCOMPARE(bench.footprint(), std::uint64_t{0});
        QVERIFY(bench.take(40'000) != AllocatorBench::refused);
    }

    void fullTable_refuses_andGivesTheBlockBack() {
        AllocatorBench bench(allocatorWith("compact-fit", {{"table_entries", "2"}}));
        QVERIFY(bench.take(10) != AllocatorBench::refused);
        const std::uint64_t second = bench.take(10);
        QCOMPARE(bench.take(10), AllocatorBench::refused);
        QVERIFY(bench.rule() == Rule::HeapTableFull);
        QVERIFY(bench.picture().whole());
        bench.give(second);
        QVERIFY(bench.take(10) != AllocatorBench::refused);
    }

    /// All memory of the pages is accounted for, and what other classes cannot use stays below the
    /// bound, after every operation.
    void accounting_isExact_andBounded() {
        for (const char* k : {"1", "2", "5", "off"}) {
            const AllocatorSettings settings =
                allocatorWith("compact-fit", {{"k", k}, {"table_entries", "4000"}});
            const SizeClasses classes(settings);
            AllocatorBench bench(settings);
            Rng rng(7);
            std::vector<std::pair<std::uint64_t, std::uint64_t>> live;
            std::uint64_t blockBytes = 0; // from the sizes asked for, not from the heap
            for (int i = 0; i < 3000; ++i) {
                if (live.size() < 500 && rng.below(100) < 55) {
                    const std::uint64_t size = rng.below(rng.below(4) == 0 ? 8000 : 300);
                    live.emplace_back(bench.take(size), size);
                    blockBytes += classes.blockBytes(classes.classOf(size + 8));
                } else if (!live.empty()) {
                    std::swap(live[rng.below(live.size())], live.back());
                    bench.give(live.back().first);
                    blockBytes -= classes.blockBytes(classes.classOf(live.back().second + 8));
                    live.pop_back();
                }
                const CompactFitAccount account = accountOf(
                    decodeCompactFit(BackingReader(bench.backing), bench.extent(), settings),
                    settings);
                QCOMPARE(account.usedBytes, blockBytes);
                QCOMPARE(account.sum(), account.pages * settings.pageSize);
                QVERIFY(account.sizeExternal <= account.sizeExternalBound);
            }
        }
    }

    /// Lesson L25: one class of 16 blocks a page, 300 in use, 4,000 operations.
    void partialCompaction_movesLessWithLargerK() {
        double before = 1;
        for (const char* k : {"1", "2", "4", "off"}) {
            AllocatorBench bench(allocatorWith(
                "compact-fit", {{"block_size", "1008"}, {"k", k}, {"table_entries", "4000"}}));
            Rng rng(25);
            std::vector<std::uint64_t> live;
            for (int i = 0; i < 300; ++i) {
                live.push_back(bench.take(1000));
            }
            std::uint64_t moves = 0;
            std::uint64_t frees = 0;
            for (int i = 0; i < 4000; ++i) {
                if (rng.below(2) == 0) {
                    live.push_back(bench.take(1000));
                    continue;
                }
                std::swap(live[rng.below(live.size())], live.back());
                bench.give(live.back());
                live.pop_back();
                QVERIFY(bench.counts().moves <= 1);
                moves += bench.counts().moves;
                ++frees;
            }
            const double each = static_cast<double>(moves) / static_cast<double>(frees);
            qInfo("k = %s: %.2f moves a free", k, each);
            QVERIFY(each < before);
            before = each;
        }
        QCOMPARE(before, 0.0);
    }

    void random_both_data() {
        QTest::addColumn<QByteArray>("preset");
        QTest::addColumn<QByteArray>("k");
        QTest::addColumn<QByteArray>("increment");
        for (const char* preset : {"default", "reference-2009"}) {
            for (const char* k : {"1", "2", "5", "off"}) {
                for (const char* increment : {"0", "48"}) {
                    QTest::addRow("%s k %s increment %s", preset, k, increment)
                        << QByteArray(preset) << QByteArray(k) << QByteArray(increment);
                }
            }
        }
    }

    void random_both() {
        QFETCH(QByteArray, preset);
        QFETCH(QByteArray, k);
        QFETCH(QByteArray, increment);
        const AllocatorTrial trial{.alignment = preset == "default" ? 8U : 4U,
                                   .oneFreeAtEnd = false};
        const AllocatorSettings settings =
            allocatorWith("compact-fit", {{"preset", preset.constData()},
                                          {"heap_size", "65536"},
                                          {"heap_limit", "1048576"},
                                          {"k", k.constData()},
                                          {"increment", increment.constData()},
                                          {"table_entries", "60"}});
        QCOMPARE(checkAllocator(settings, trial, 6), std::string());
    }

    void rules_ofSourceAndTarget_random() {
        for (const char* source : {"newest", "oldest", "emptiest"}) {
            for (const char* target : {"oldest", "newest", "fullest"}) {
                const AllocatorSettings settings =
                    allocatorWith("compact-fit", {{"k", "3"},
                                                  {"source", source},
                                                  {"target", target},
                                                  {"heap_size", "65536"},
                                                  {"heap_limit", "262144"},
                                                  {"page_size", "1024"},
                                                  {"block_size", "64"},
                                                  {"table_entries", "100"}});
                const AllocatorTrial trial{.largest = 50, .alignment = 8};
                QCOMPARE(checkAllocator(settings, trial, 3), std::string());
            }
        }
    }

    void everyLine_isReached() {
        std::set<std::uint16_t> lines;
        const AllocatorTrial trial{
            .operations = 600, .largest = 1200, .alignment = 8, .lines = &lines};
        const AllocatorSettings settings = allocatorWith(
            "compact-fit",
            {{"heap_limit", "1048576"}, {"heap_size", "65536"}, {"table_entries", "100"}});
        QCOMPARE(checkAllocator(settings, trial, 2), std::string());
        Pages parts(fourBlocks("1", "32"));
        parts.take(9);
        parts.give(0);
        lines.insert(parts.bench.log.lines.begin(), parts.bench.log.lines.end());
        Pages full(fourBlocks("1"));
        full.take(4);
        full.give(0);
        lines.insert(full.bench.log.lines.begin(), full.bench.log.lines.end());
        AllocatorBench large(allocatorWith("compact-fit", {{"table_entries", "10"}}));
        (void)large.take(50'000);
        lines.insert(large.log.lines.begin(), large.log.lines.end());
        for (std::uint16_t line = 1; line <= 18; ++line) {
            QVERIFY2(lines.contains(line), std::to_string(line).c_str());
        }
    }

    void damage_isNoticed_andEndsNothing() {
        const AllocatorSettings settings = allocatorWith(
            "compact-fit",
            {{"heap_limit", "1048576"}, {"heap_size", "65536"}, {"table_entries", "100"}});
        const AllocatorTrial trial{.operations = 60, .alignment = 8};
        QVERIFY(damageAllocator(settings, trial, 60) > 10);
    }

    void strayWrite_toAnOwner_isFound() {
        Pages pages(fourBlocks("1"));
        pages.take(3);
        pages.bench.overwrite(pages.at(1) + 72, 0x1234);
        const HeapPicture heap = pages.bench.picture();
        QCOMPARE(std::string(heap.fault),
                 std::string("a block's owner does not lead to the block"));
        QCOMPARE(heap.faultAt.value, pages.at(1) + 72);
    }
};

QTEST_APPLESS_MAIN(TestCompactFit)

#include "tst_alloc_compact_fit.moc"
