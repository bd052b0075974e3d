#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::array policies{"first", "next", "best", "worst"};
constexpr std::array orders{"address", "size-ascending", "size-descending", "front", "back"};
constexpr std::array coalescings{"never", "immediate", "deferred"};

/// Starts of the free blocks in list order, from the first block of the heap on.
std::vector<std::uint64_t> listOf(AllocatorBench& bench) {
    std::vector<std::uint64_t> starts;
    const HeapPicture heap = bench.picture();
    for (const FreeListMember& member : heap.lists.at(0).members) {
        starts.push_back(member.start.value - heap.blocks.at(0).start.value);
    }
    return starts;
}

using Starts = std::vector<std::uint64_t>;

AllocatorSettings fit(std::initializer_list<std::pair<std::string_view, std::string_view>> more,
                      std::string_view bytes = "4112") {
    AllocatorSettings settings =
        allocatorWith("sequential-fit", {{"heap_size", bytes}, {"heap_limit", bytes}});
    for (const auto& [key, value] : more) {
        if (!setAllocatorSetting(settings, key, value)) {
            throw std::runtime_error(std::string(key));
        }
    }
    return settings;
}

/// Holes of 64, 160, 96 and 96 bytes between blocks in use, then a large one: heap offsets 0, 96,
/// 288, 416 and 544. Freed in the order given.
struct Holes {
    explicit Holes(const AllocatorSettings& settings, std::vector<std::size_t> freed = {0, 1, 2, 3})
        : bench(settings) {
        for (const unsigned payload : {48U, 144U, 80U, 80U}) {
            blocks.push_back(bench.take(payload));
            fences.push_back(bench.take(16));
        }
        for (const std::size_t index : freed) {
            bench.give(blocks[index]);
        }
    }

    /// Where the block of a payload begins, from the start of the heap.
    std::uint64_t place(std::uint64_t payload) {
        const std::uint64_t at = bench.take(payload);
        return at - 16 - bench.extent().start;
    }

    AllocatorBench bench;
    std::vector<std::uint64_t> blocks;
    std::vector<std::uint64_t> fences;
};

} // namespace

/// First, next, best and worst fit over one list with boundary tags.
class TestSequentialFit : public QObject {
    Q_OBJECT

private slots:

    void blockInUse_hasItsTagInBand() {
        AllocatorBench bench(fit({}));
        const std::uint64_t payload = bench.take(24);
        QCOMPARE(payload, bench.extent().start + 16);
        QCOMPARE(bench.word(payload - 16), 48 | std::uint64_t{1} << 63);
        QCOMPARE(bench.word(payload - 8), std::uint64_t{0});
        QCOMPARE(bench.word(payload + 32), std::uint64_t{4112 - 16 - 48}); // the free block behind
        QCOMPARE(bench.word(payload + 40), std::uint64_t{48});
    }

    void firstFit_takesTheFirstThatHolds() {
        Holes holes(fit({{"policy", "first"}}));
        QCOMPARE(listOf(holes.bench), (Starts{0, 96, 288, 416, 544}));
        QCOMPARE(holes.place(80), std::uint64_t{96});
        QCOMPARE(holes.bench.counts().searched, std::uint64_t{2});
        QVERIFY(holes.bench.rule() == Rule::HeapFirstFit);
        QCOMPARE(holes.bench.operand(0), std::uint64_t{96});
        QCOMPARE(holes.bench.operand(1), std::uint64_t{160});
        QCOMPARE(listOf(holes.bench), (Starts{0, 192, 288, 416, 544}));
    }

    void bestFit_takesTheLowestOfTheSmallest() {
        Holes holes(fit({{"policy", "best"}, {"order", "back"}}, "2064"), {3, 2, 1, 0});
        QCOMPARE(holes.place(72), std::uint64_t{288});
        QCOMPARE(holes.bench.counts().searched, std::uint64_t{5});
        QVERIFY(holes.bench.rule() == Rule::HeapBestFit);
    }

    void bestFit_endsAtAnExactFitInAddressOrder() {
        Holes holes(fit({{"policy", "best"}}));
        QCOMPARE(holes.place(80), std::uint64_t{288});
        QCOMPARE(holes.bench.counts().searched, std::uint64_t{3});
    }

    void worstFit_takesTheLargest() {
        Holes holes(fit({{"policy", "worst"}}));
        QCOMPARE(holes.place(16), std::uint64_t{544});
        QCOMPARE(holes.bench.counts().searched, std::uint64_t{5});
        QVERIFY(holes.bench.rule() == Rule::HeapWorstFit);
    }

    void nextFit_goesOnWhereItStopped_andWrapsOnce() {
        Holes holes(fit({{"policy", "next"}}));
        QCOMPARE(holes.place(3200), std::uint64_t{544}); // the rover is at the end of the list
        QCOMPARE(holes.place(80), std::uint64_t{3760});
        QCOMPARE(holes.place(140), std::uint64_t{3856});
        QVERIFY(holes.bench.rule() == Rule::HeapNextFit);
        QCOMPARE(holes.place(144), std::uint64_t{96}); // past the end, on from the head
        QCOMPARE(holes.bench.counts().searched, std::uint64_t{3});
        QCOMPARE(holes.bench.take(2000), AllocatorBench::refused);
        QCOMPARE(holes.bench.counts().searched, std::uint64_t{4});
    }

    /// Merged with a neighbour, the rover's block is no member any more.
    void nextFit_roverGoesOn_whenItsBlockMerges() {
        Holes holes(fit({{"policy", "next"}}));
        QCOMPARE(holes.place(3200), std::uint64_t{544});
        QCOMPARE(holes.place(310), std::uint64_t{3760}); // the rest; the rover is at the end
        QCOMPARE(holes.place(48), std::uint64_t{0});     // exactly; the rover is at 96
        holes.bench.give(holes.fences[0]);               // from 64 to 256 one block
        QCOMPARE(listOf(holes.bench), (Starts{64, 288, 416}));
        QCOMPARE(holes.place(60), std::uint64_t{288});
        QCOMPARE(holes.bench.counts().searched, std::uint64_t{1});
    }

    void orders_placeAFreedBlock_data() {
        QTest::addColumn<QString>("order");
        QTest::addColumn<Starts>("list");
        QTest::newRow("address") << "address" << Starts{0, 96, 288, 416, 544};
        QTest::newRow("small first") << "size-ascending" << Starts{0, 288, 416, 96, 544};
        QTest::newRow("large first") << "size-descending" << Starts{544, 96, 288, 416, 0};
        QTest::newRow("front") << "front" << Starts{288, 0, 416, 96, 544};
        QTest::newRow("back") << "back" << Starts{544, 96, 416, 0, 288};
    }

    void orders_placeAFreedBlock() {
        QFETCH(QString, order);
        QFETCH(Starts, list);
        Holes holes(fit({{"order", order.toStdString()}}), {1, 3, 0, 2});
        QCOMPARE(listOf(holes.bench), list);
    }

    void free_mergesWithBothNeighbours() {
        Holes holes(fit({}));
        holes.bench.give(holes.fences[0]);
        QVERIFY(holes.bench.rule() == Rule::HeapMerged);
        QCOMPARE(holes.bench.operand(0), std::uint64_t{64 + 32 + 160});
        QCOMPARE(listOf(holes.bench), (Starts{0, 288, 416, 544}));
    }

    void never_keepsNeighboursApart() {
        Holes holes(fit({{"coalesce", "never"}}));
        holes.bench.give(holes.fences[0]);
        QVERIFY(holes.bench.rule() == Rule::HeapListed);
        QCOMPARE(listOf(holes.bench), (Starts{0, 64, 96, 288, 416, 544}));
        QCOMPARE(holes.bench.take(4000), AllocatorBench::refused);
        QCOMPARE(listOf(holes.bench).size(), std::size_t{6});
    }

    /// All at once, when a request would fail.
    void deferred_mergesWhenNothingFits() {
        Holes holes(fit({{"coalesce", "deferred"}}));
        for (const std::uint64_t fence : holes.fences) {
            holes.bench.give(fence);
        }
        QCOMPARE(listOf(holes.bench).size(), std::size_t{9});
        QVERIFY(holes.bench.take(4000) != AllocatorBench::refused);
        QCOMPARE(holes.bench.counts().searched, std::uint64_t{10}); // 9, then the one that is left
        QCOMPARE(listOf(holes.bench).size(), std::size_t{1});
    }

    void split_highEnd() {
        AllocatorBench bench(fit({{"split", "high"}}));
        QCOMPARE(bench.take(80), bench.extent().end - 16 - 80);
        QCOMPARE(listOf(bench), (Starts{0}));
    }

    void split_onlyIfTheRestIsAtLeastTheMinimum() {
        Holes holes(fit({{"minimum", "96"}}));
        QCOMPARE(holes.place(64), std::uint64_t{96}); // 160 - 80 = 80 is too little
        QCOMPARE(listOf(holes.bench), (Starts{0, 288, 416, 544}));
    }

    void growth_extendsTheLastFreeBlock() {
        AllocatorSettings settings = fit({});
        settings.heapLimit = 65536;
        AllocatorBench bench(settings);
        const std::uint64_t first = bench.take(1000);
        QCOMPARE(bench.take(5000), first + 1008 + 16);
        QVERIFY(bench.rule() == Rule::HeapSystem);
        QCOMPARE(bench.extent().end - bench.extent().start, std::uint64_t{4112 + 4096});
        QCOMPARE(bench.take(100000), AllocatorBench::refused);
        QVERIFY(bench.take(~0ULL) == AllocatorBench::refused);
    }

    /// Headers below 16 bytes leave no room for words: they lie in the books.
    void smallHeaders_keepTheirWordsInTheBooks() {
        AllocatorBench bench(fit({{"header", "0"}, {"alignment", "1"}}, "1000"));
        const std::uint64_t first = bench.take(10);
        QCOMPARE(first, bench.extent().start);
        QCOMPARE(bench.take(7), first + 10);
        QCOMPARE(bench.word(first), std::uint64_t{0});
        QCOMPARE(bench.take(983), first + 17); // to the last byte
        QCOMPARE(bench.take(1), AllocatorBench::refused);
    }

    void strayWrite_isSeenByThePicture() {
        Holes holes(fit({}));
        AllocatorBench& bench = holes.bench;
        const std::uint64_t start = bench.extent().start;
        const auto faultOf = [&](std::uint64_t at, std::uint64_t value) {
            const std::uint64_t was = bench.word(start + at);
            bench.overwrite(start + at, value);
            const std::string fault(bench.picture().fault);
            bench.overwrite(start + at, was);
            return fault;
        };
        QCOMPARE(faultOf(64, 7), std::string("a tag is no length of a block"));
        QCOMPARE(faultOf(72, 7),
                 std::string("the length of the block in front is not that of its tag"));
        QCOMPARE(faultOf(96 + 16, start + 64),
                 std::string("a list leads to something that is no free block"));
        QCOMPARE(faultOf(96 + 24, start + 288),
                 std::string("a back link does not lead to the block before"));
        QCOMPARE(faultOf(96 + 16, ~0ULL), std::string("the tail of a list is not its last block"));
        QCOMPARE(faultOf(4096, 0), std::string("the words behind the last block are overwritten"));
        QVERIFY(bench.picture().whole());
    }

    /// A link that does not lead back stops the operation before it writes where it leads.
    void strayLink_stopsTheOperation() {
        for (const std::uint64_t link : {16U, 24U}) {
            Holes holes(fit({}));
            AllocatorBench& bench = holes.bench;
            const std::uint64_t hole = bench.extent().start + 96;
            bench.overwrite(hole + link, hole + 320); // of a free block, but not its neighbour's
            QVERIFY_EXCEPTION_THROWN(bench.give(holes.fences[0]), HeapDamaged);
            QCOMPARE(bench.word(hole + 192 + 24), hole); // the block behind in the list is whole
        }
    }

    void damage_neverHangs() {
        AllocatorTrial trial{.operations = 150, .largest = 200};
        std::uint64_t noticed = 0;
        for (const char* order : orders) {
            noticed +=
                damageAllocator(fit({{"order", order}, {"policy", "next"}}, "16384"), trial, 60);
        }
        QVERIFY(noticed > 100);
    }

    void doubleFree_isNoticed() {
        Holes holes(fit({}), {0});
        QVERIFY_EXCEPTION_THROWN(holes.bench.give(holes.blocks[0]), HeapDamaged);
    }

    void random_allSettings_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("order");
        QTest::addColumn<QString>("coalesce");
        for (const char* policy : policies) {
            for (const char* order : orders) {
                for (const char* coalesce : coalescings) {
                    QTest::addRow("%s %s %s", policy, order, coalesce)
                        << policy << order << coalesce;
                }
            }
        }
    }

    void random_allSettings() {
        QFETCH(QString, policy);
        QFETCH(QString, order);
        QFETCH(QString, coalesce);
        AllocatorSettings settings = fit({{"policy", policy.toStdString()},
                                          {"order", order.toStdString()},
                                          {"coalesce", coalesce.toStdString()}},
                                         "8192");
        settings.heapLimit = 32768;
        const bool merges = settings.coalesce == Coalesce::Immediate;
        AllocatorTrial trial{.oneFreeAtEnd = merges};
        QCOMPARE(checkAllocator(settings, trial, 2), std::string());
        settings.split = SplitSide::High;
        trial.seed = 100;
        QCOMPARE(checkAllocator(settings, trial, 1), std::string());
        settings.header = 8;
        settings.alignment = 8;
        trial.alignment = 8;
        QCOMPARE(checkAllocator(settings, trial, 1), std::string());
    }

    void random_shapes() {
        for (const auto& [header, alignment, unit] : {std::tuple{"0", "1", "1"},
                                                      {"3", "5", "1"},
                                                      {"24", "24", "2"},
                                                      {"64", "64", "1"},
                                                      {"16", "4096", "1"}}) {
            AllocatorSettings settings =
                fit({{"header", header}, {"alignment", alignment}, {"unit", unit}}, "50001");
            const AllocatorTrial trial{.alignment = 1, .oneFreeAtEnd = true};
            QCOMPARE(checkAllocator(settings, trial, 4), std::string());
        }
    }

    void everyLine_isReached() {
        std::set<std::uint16_t> lines;
        AllocatorTrial trial{.operations = 300, .largest = 200, .lines = &lines};
        AllocatorSettings settings = fit({{"policy", "next"}, {"coalesce", "deferred"}});
        settings.heapLimit = 16384;
        QCOMPARE(checkAllocator(settings, trial, 5), std::string());
        settings.coalesce = Coalesce::Immediate;
        QCOMPARE(checkAllocator(settings, trial, 5), std::string());
        settings = allocatorWith("sequential-fit", {{"preset", "textbook"}, {"heap_size", "4000"}});
        trial.alignment = 1;
        QCOMPARE(checkAllocator(settings, trial, 2), std::string());
        const Listing& listing = AllocatorBench(settings).seen->listing();
        QCOMPARE(lines.size(), listing.lines.size());
    }
};

QTEST_APPLESS_MAIN(TestSequentialFit)

#include "tst_alloc_sequential_fit.moc"
