#include "fragscope/alloc/page_allocator/page_allocator_layout.h"

#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint8_t unmovable = 1; ///< as traces number the types
constexpr std::uint8_t movable = 2;
constexpr std::uint8_t reclaimable = 3;

AllocatorSettings
zoneOf(std::string_view bytes,
       std::initializer_list<std::pair<std::string_view, std::string_view>> more = {}) {
    AllocatorSettings settings = allocatorWith("page-allocator", {{"heap_size", bytes}});
    for (const auto& [key, value] : more) {
        if (!setAllocatorSetting(settings, key, value)) {
            throw std::runtime_error(std::string(key));
        }
    }
    return settings;
}

/// "order,type:blocks" of the lists that are not empty; types 0 unmovable, 1 movable, 2
/// reclaimable.
std::string lists(AllocatorBench& bench) {
    const HeapPicture heap = bench.picture();
    std::string text(heap.fault);
    for (const FreeListPicture& list : heap.lists) {
        text += std::to_string(list.row) + "," + std::to_string(list.column) + ":" +
                std::to_string(list.members.size()) + " ";
    }
    return text;
}

/// Pages of the zone's start that the members of a list begin at, in list order.
std::string members(AllocatorBench& bench, unsigned order, unsigned type) {
    std::string text;
    for (const FreeListPicture& list : bench.picture().lists) {
        for (const FreeListMember& member : list.members) {
            if (list.row == order && list.column == type) {
                text += std::to_string((member.start.value - bench.extent().start) / 4096) + " ";
            }
        }
    }
    return text;
}

/// Both forms.
std::uint64_t take(AllocatorBench& bench, std::uint64_t pages, std::uint8_t type) {
    bench.observed.resetCounts();
    const std::uint64_t block = bench.seen->allocateTyped(pages * 4096, type);
    if (bench.fast->allocateTyped(pages * 4096, type) != block) {
        bench.wrong = "the two forms give different blocks";
    }
    return block;
}

/// A zone of one page block of 2^order pages, all pages in use as single pages.
struct FullBlock {
    AllocatorBench bench;
    std::uint64_t start;
    std::vector<std::uint64_t> pages{};

    FullBlock(std::string_view bytes, std::string_view order, std::uint8_t type)
        : bench(zoneOf(bytes, {{"pageblock_order", order}})), start(bench.extent().start) {
        for (std::uint64_t page = take(bench, 1, type); page != AllocatorBench::refused;
             page = take(bench, 1, type)) {
            pages.push_back(page);
        }
    }
};

} // namespace

/// Linux's page allocator.
class TestPageAllocator : public QObject {
    Q_OBJECT

private slots:

    void start_largestBlocksAllMovable() {
        AllocatorBench aligned(zoneOf("9 MiB"));
        QCOMPARE(lists(aligned), std::string("8,1:1 10,1:2 "));
        QCOMPARE(members(aligned, 10, 1), std::string("0 1024 "));
        AllocatorBench shifted(zoneOf("9 MiB", {{"heap_base", "1 MiB"}})); // page frame 256
        QCOMPARE(lists(shifted), std::string("8,1:1 9,1:2 10,1:1 "));
        QCOMPARE(members(shifted, 9, 1), std::string("256 1792 "));
    }

    /// The low half is kept, each upper half goes to the list one order down.
    void split_keepsTheLowHalf() {
        AllocatorBench bench(zoneOf("4 MiB"));
        const std::uint64_t start = bench.extent().start;
        QCOMPARE(take(bench, 3, movable), start);
        QVERIFY(bench.rule() == Rule::HeapBuddySplit);
        QCOMPARE(bench.operand(1), std::uint64_t{2});
        QCOMPARE(bench.operand(2), std::uint64_t{10});
        QCOMPARE(lists(bench), std::string("2,1:1 3,1:1 4,1:1 5,1:1 6,1:1 7,1:1 8,1:1 9,1:1 "));
        QCOMPARE(take(bench, 4, movable), start + 4 * 4096);
        QVERIFY(bench.rule() == Rule::HeapBuddyExact);
        QCOMPARE(take(bench, 1, movable), start + 8 * 4096);
        QCOMPARE(bench.word(start), std::uint64_t{0}); // no word lies in a page
    }

    void requests_takeTheOrderThatHoldsThem() {
        using namespace page_allocator;
        QCOMPARE(orderFor(0), 0U);
        QCOMPARE(orderFor(4096), 0U);
        QCOMPARE(orderFor(4097), 1U);
        QCOMPARE(orderFor(3 * 4096), 2U);
        QCOMPARE(orderFor(most), 10U);
        QCOMPARE(orderFor(most + 1), 11U);
        AllocatorBench bench(zoneOf("16 MiB"));
        QCOMPARE(bench.take(most + 1), AllocatorBench::refused);
        QVERIFY(bench.rule() == Rule::HeapTooLarge);
        QCOMPARE(bench.operand(1), most);
        QVERIFY(bench.take(most) != AllocatorBench::refused);
    }

    /// First of the list as a rule, last if the block one order up would merge with its buddy.
    void freed_goesToTheEndIfAMergeIsLikely() {
        FullBlock zone("64 KiB", "4", movable);
        for (const std::size_t page : {0U, 8U, 10U}) { // no pair of them is free
            zone.bench.give(zone.pages[page]);
        }
        QCOMPARE(members(zone.bench, 0, 1), std::string("10 8 0 "));
        zone.bench.give(zone.pages[9]); // 8 and 9 merge; 10's buddy 11 is in use
        QVERIFY(zone.bench.rule() == Rule::HeapMerged);
        QCOMPARE(members(zone.bench, 1, 1), std::string("8 "));
        zone.bench.give(zone.pages[4]);
        zone.bench.give(zone.pages[5]); // 4 and 5
        zone.bench.give(zone.pages[7]); // 6 is in use, but 4 to 5 is free: it comes last
        QCOMPARE(members(zone.bench, 0, 1), std::string("10 0 7 "));
        zone.bench.give(zone.pages[13]); // nothing beside it
        QCOMPARE(members(zone.bench, 0, 1), std::string("13 10 0 7 "));
    }

    // ---- fallback ----
    /// A block of page block order or above takes its page blocks with it.
    void fallback_takesTheLargest_andThePageBlock() {
        AllocatorBench bench(zoneOf("8 MiB"));
        (void)take(bench, 1, movable);
        const std::uint64_t block = take(bench, 1, unmovable);
        QCOMPARE(block, bench.extent().start + (4U << 20)); // not from the split block
        QVERIFY(bench.rule() == Rule::HeapBuddySteal);
        QCOMPARE(bench.operand(1), std::uint64_t{1});
        QCOMPARE(bench.operand(2), std::uint64_t{10});
        QCOMPARE(members(bench, 9, 0), std::string("1536 ")); // both page blocks
        QCOMPARE(take(bench, 1, reclaimable), block + 4096 * 512);
        QCOMPARE(bench.operand(1), std::uint64_t{0}); // unmovable before movable
        QCOMPARE(members(bench, 8, 2), std::string("1792 "));
    }

    /// A movable request that may not steal takes the smallest block instead.
    void fallback_movableTakesTheSmallest() {
        FullBlock zone("64 KiB", "4", unmovable);
        for (const std::size_t page : {0U, 1U, 4U}) { // orders 1 and 0; 16 pages are order 4
            zone.bench.give(zone.pages[page]);
        }
        QCOMPARE(take(zone.bench, 1, movable), zone.pages[4]);
        QVERIFY(zone.bench.rule() == Rule::HeapBuddySteal);
        QCOMPARE(lists(zone.bench), std::string("1,0:1 "));
        QCOMPARE(take(zone.bench, 1, movable), zone.pages[0]); // order 1 < 4 / 2
        QCOMPARE(lists(zone.bench), std::string("0,0:1 "));    // the rest stays unmovable
    }

    /// An unmovable request in a movable page block: pages that are not movable count as like.
    void steal_convertsHalfFreePageBlocks() {
        FullBlock zone("64 KiB", "4", movable);
        for (std::size_t page = 0; page < 7; ++page) {
            zone.bench.give(zone.pages[page]);
        }
        QCOMPARE(take(zone.bench, 1, unmovable), zone.start); // 7 of 16 pages are free: not half
        QCOMPARE(lists(zone.bench), std::string("0,1:2 1,1:2 "));
        // 6 are free, one is used by an unmovable request
        QCOMPARE(take(zone.bench, 1, unmovable), zone.start + 2 * 4096);
        QCOMPARE(lists(zone.bench), std::string("0,1:3 1,1:1 "));
        zone.bench.give(zone.pages[8]);
        (void)take(zone.bench, 1, unmovable); // 6 and 2: all lists are unmovable now
        QCOMPARE(lists(zone.bench).find(",1:"), std::string::npos); // all lists are unmovable now
        zone.bench.give(zone.pages[14]);
        QCOMPARE(lists(zone.bench).find(",1:"), std::string::npos);
    }

    /// Reclaimable in an unmovable page block: used pages do not count.
    void steal_ofTheOtherSort_isConservative() {
        FullBlock zone("64 KiB", "4", unmovable);
        for (const std::size_t page : {0U, 2U, 4U, 6U, 8U, 10U, 12U}) {
            zone.bench.give(zone.pages[page]);
        }
        (void)take(zone.bench, 1, reclaimable);
        QCOMPARE(lists(zone.bench), std::string("0,0:6 "));
        zone.bench.give(zone.pages[14]);
        zone.bench.give(zone.pages[1]); // 8 are free
        (void)take(zone.bench, 1, reclaimable);
        QCOMPARE(lists(zone.bench), std::string("0,2:5 1,2:1 "));
    }

    /// A page block of which the zone has only a part is not converted.
    void steal_partsOfPageBlocksStay() {
        FullBlock zone("32 KiB", "4", movable);
        for (std::size_t page = 0; page < 7; ++page) {
            zone.bench.give(zone.pages[page]);
        }
        (void)take(zone.bench, 1, unmovable);
        QVERIFY(lists(zone.bench).find(",0:") == std::string::npos);
    }

    void merge_acrossPageBlocksTakesTheTypeOfTheFreed() {
        AllocatorBench bench(zoneOf("32 KiB", {{"pageblock_order", "2"}}));
        const std::uint64_t low = take(bench, 4, unmovable); // all eight pages change
        const std::uint64_t high = take(bench, 4, reclaimable);
        QCOMPARE(high, low + 4 * 4096);
        bench.give(low);
        QCOMPARE(lists(bench), std::string("2,0:1 "));
        bench.give(high);
        QCOMPARE(lists(bench), std::string("3,2:1 "));
        QCOMPARE(take(bench, 4, reclaimable), low);
        QCOMPARE(lists(bench), std::string("2,2:1 "));
    }

    void migrateType_ofRequestsThatSayNone() {
        AllocatorBench bench(zoneOf("4 MiB", {{"migrate_type", "reclaimable"}}));
        (void)bench.take(1);
        QCOMPARE(members(bench, 9, 2), std::string("512 "));
    }

    // ---- L22 ----
    /// Half of 1,024 pages is free, and two pages together are nowhere.
    void checkerboard_hasNoBlockOfTwoPages() {
        FullBlock zone("4 MiB", "9", movable);
        QCOMPARE(zone.pages.size(), std::size_t{1024});
        for (std::size_t page = 0; page < 1024; page += 2) {
            zone.bench.give(zone.pages[page]);
        }
        QCOMPARE(lists(zone.bench), std::string("0,1:512 "));
        QCOMPARE(take(zone.bench, 2, movable), AllocatorBench::refused);
        QVERIFY(zone.bench.rule() == Rule::HeapNoBlock);
    }

    // ---- damage ----
    void wrongFrees_areNoticed() {
        AllocatorBench bench(zoneOf("64 KiB"));
        const std::uint64_t a = bench.take(8192);
        bench.give(a);
        QVERIFY_EXCEPTION_THROWN(bench.give(a), HeapDamaged);
        const std::uint64_t b = bench.take(8192);
        QVERIFY_EXCEPTION_THROWN(bench.give(b + 4096), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(b + 8), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(1 << 20), HeapDamaged);
    }

    void strayWrite_isSeen() {
        using namespace page_allocator;
        AllocatorBench bench(zoneOf("64 KiB"));
        const std::uint64_t block = bench.take(1);
        const std::uint64_t books = bench.extent().books;
        const auto spoil = [&](std::uint64_t at, std::uint64_t value, const char* says) {
            const std::uint64_t was = bench.word(at);
            bench.overwrite(at, value);
            const std::string fault(bench.picture().fault);
            bench.overwrite(at, was);
            QCOMPARE(fault, std::string(says));
        };
        const std::uint64_t second = books + pagesOffset + pageEntry; // page 1 is free
        spoil(second + stateOffset, 0, "no order of a block that can begin here");
        spoil(second + stateOffset, freeMark, "a free block has another type than its page block");
        spoil(second, ~0ULL << 32 | 2,
              "a list leads to something that is no free block of its order and type");
        spoil(second, ~0ULL ^ 5ULL << 32, "a back link does not lead to the block before");
        spoil(books + countOffset, 2,
              "nr_free is not the number of blocks in the lists of the order");
        spoil(books + 8, ~0ULL, "nr_free is not the number of blocks in the lists of the order");
        QVERIFY(bench.picture().whole());
        bench.overwrite(books + 8, 7); // the list of page 1 leads to page 7 now
        QVERIFY_EXCEPTION_THROWN((void)bench.take(1), HeapDamaged);
        QCOMPARE(block, bench.extent().start);
    }

    void settings_thatDoNotFit() {
        AllocatorSettings settings = zoneOf("64 KiB");
        settings.heapBase += 512;
        QVERIFY(!checkAllocatorSettings(settings));
        settings = zoneOf("64 KiB");
        settings.heapSize += 512;
        QVERIFY(!checkAllocatorSettings(settings));
    }

    // ---- at random ----
    void random_holdsTheRules() {
        std::set<std::uint16_t> lines;
        for (const char* order : {"0", "1", "3", "5"}) {
            AllocatorSettings settings = zoneOf("256 KiB", {{"pageblock_order", order}});
            const AllocatorTrial trial{.operations = 150,
                                       .largest = 20000,
                                       .live = 14,
                                       .alignment = 4096,
                                       .oneFreeAtEnd = true,
                                       .lines = &lines};
            QCOMPARE(checkAllocator(settings, trial, 10), std::string());
            settings.heapBase += 5 * 4096; // page blocks that begin outside
            const AllocatorTrial odd{
                .operations = 150, .largest = 20000, .live = 14, .alignment = 4096};
            QCOMPARE(checkAllocator(settings, odd, 5), std::string());
        }
    }

    /// Requests of all types: the picture stays whole, and the fallbacks all happen.
    void random_ofAllTypes() {
        std::set<std::uint16_t> lines;
        for (std::uint64_t seed = 1; seed <= 12; ++seed) {
            Rng rng(seed);
            AllocatorBench bench(zoneOf("512 KiB", {{"pageblock_order", seed % 2 ? "4" : "3"}}));
            std::vector<std::uint64_t> live;
            for (int i = 0; i < 400; ++i) {
                if (live.empty() || rng.below(100) < (i % 200 < 120 ? 75U : 30U)) {
                    const auto type = static_cast<std::uint8_t>(1 + rng.below(3));
                    const std::uint64_t block =
                        take(bench, 1 + rng.below(rng.below(4) == 0 ? 8 : 2), type);
                    if (block != AllocatorBench::refused) {
                        live.push_back(block);
                    }
                } else {
                    const std::size_t victim = rng.below(live.size());
                    bench.give(live[victim]);
                    live[victim] = live.back();
                    live.pop_back();
                }
                const HeapPicture heap = bench.picture();
                QCOMPARE(std::string(heap.fault), std::string());
                QCOMPARE(bench.wrong, std::string());
            }
            for (const std::uint64_t block : live) {
                bench.give(block);
            }
            QCOMPARE(bench.picture().blocks.size(), std::size_t{1});
            lines.insert(bench.log.lines.begin(), bench.log.lines.end());
        }
        QCOMPARE(lines.size(), AllocatorBench(zoneOf("4096")).seen->listing().lines.size());
    }

    void damage_inPagesDoesNotMatter() {
        const AllocatorTrial trial{.operations = 100, .largest = 20000, .live = 10};
        QCOMPARE(damageAllocator(zoneOf("256 KiB"), trial, 20), std::uint64_t{0});
    }
};

QTEST_APPLESS_MAIN(TestPageAllocator)

#include "tst_alloc_page_allocator.moc"
