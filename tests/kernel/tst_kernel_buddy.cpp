// The buddy system beside the designs of seed 001: blocks, migrate types, and a naive twin.
#include "fragscope/kernel/segments/buddy_blocks.h"
#include "fragscope/kernel/segments/buddy_check.h"

#include <QTest>

#include "kernel/support/segment_bench.h"
#include <bit>
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

using Runs = std::vector<std::int64_t>;
using Zones = std::vector<SegmentTable::ZoneSpec>;

SegmentSettings buddy(std::uint32_t maxOrder) {
    SegmentSettings settings;
    settings.placement = SegmentPlacement::Buddy;
    settings.maxOrder = maxOrder;
    return settings;
}

class BuddyBench : public SegmentBench {
public:
    BuddyBench(std::uint32_t maxOrder, const Zones& zones) : SegmentBench(buddy(maxOrder), zones) {}

    SegmentRequest allocateTyped(std::uint64_t frames, bool unmovable) {
        SegmentRequest request{.frames = PageCount(frames), .owner = 1, .unmovable = unmovable};
        tasks.spawn(0, heap.allocate(request));
        tasks.run(~0ULL);
        return request;
    }

    SegmentRequest unmovable(std::uint64_t frames) { return allocateTyped(frames, true); }

    [[nodiscard]] std::string blockIssue() const {
        const auto found = checkBuddies(words);
        return found ? found->invariant + ": " + found->text : "";
    }

    [[nodiscard]] std::uint64_t freeFrames() const {
        std::uint64_t free = 0;
        for (std::uint32_t zone = 0; zone < shape.zones; ++zone) {
            free += table.freeFrames(zone).value;
        }
        return free;
    }
};

/// A buddy system without types, as short as it can be: the free blocks of each order in the order
/// in which they became free.
class NaiveBuddies {
public:
    NaiveBuddies(unsigned maxOrder, std::uint64_t begin, std::uint64_t end) : free_(maxOrder + 1) {
        while (begin < end) {
            unsigned order = maxOrder;
            while (begin % (1ULL << order) != 0 || begin + (1ULL << order) > end) {
                --order;
            }
            free_[order].push_back(begin);
            begin += 1ULL << order;
        }
    }

    std::optional<std::uint64_t> allocate(unsigned order) {
        unsigned from = order;
        while (from < free_.size() && free_[from].empty()) {
            ++from;
        }
        if (from >= free_.size()) {
            return std::nullopt;
        }
        const std::uint64_t base = free_[from].back();
        free_[from].pop_back();
        while (from > order) {
            --from;
            free_[from].push_back(base + (1ULL << from));
        }
        return base;
    }

    void release(std::uint64_t base, unsigned order) {
        while (order + 1 < free_.size() && std::erase(free_[order], base ^ (1ULL << order)) == 1) {
            base &= ~(1ULL << order);
            ++order;
        }
        free_[order].push_back(base);
    }

private:
    std::vector<std::vector<std::uint64_t>> free_;
};

} // namespace

class KernelBuddy : public QObject {
    Q_OBJECT

private slots:

    void requestHalvesABlockAndFreeingMergesIt() {
        BuddyBench bench(4, oneZone(16));
        QCOMPARE(bench.runs(), (Runs{-16}));
        const SegmentRequest request = bench.allocate(3); // 4 frames: one is wasted
        QCOMPARE(request.why, Rule::BuddyBlock);
        QCOMPARE(bench.runs(), (Runs{4, -4, -8}));
        QCOMPARE(bench.table.segment(request.segment).asked.value, 3ULL);
        bench.release(request.segment);
        QCOMPARE(bench.runs(), (Runs{-16}));
        QCOMPARE(bench.blockIssue(), std::string());
    }

    /// Only the buddy: neighbours of the same length that are not buddies stay apart.
    void neighboursThatAreNoBuddiesStay() {
        BuddyBench bench(4, oneZone(16));
        std::vector<SegmentId> blocks;
        for (int i = 0; i < 4; ++i) {
            blocks.push_back(bench.allocate(4).segment);
        }
        std::sort(blocks.begin(), blocks.end(),
                  [&](SegmentId a, SegmentId b) { return bench.base(a) < bench.base(b); });
        bench.release(blocks[1]);
        bench.release(blocks[2]);
        QCOMPARE(bench.runs(), (Runs{4, -4, -4, 4}));
        QCOMPARE(bench.allocate(8).why, Rule::SegmentsFragmented); // 8 free next to each other
        bench.release(blocks[0]);
        QCOMPARE(bench.runs(), (Runs{-8, -4, 4}));
        QCOMPARE(bench.blockIssue(), std::string());
    }

    void memoryIsCutIntoTheLargestBlocks() {
        BuddyBench bench(3, {{.begin = FrameNumber(3),
                              .end = FrameNumber(30),
                              .holes = {{FrameNumber(18), PageCount(1)}}}});
        QCOMPARE(bench.runs(), (Runs{-1, -4, -8, -2, -1, -4, -4, -2}));
        QCOMPARE(bench.blockIssue(), std::string());
    }

    void largeRequestsAreAlignedByTheirOrder() {
        SegmentSettings settings = buddy(12);
        settings.alignAbove = PageCount(4);
        settings.alignment = PageCount(64);
        SegmentBench bench(settings, oneZone(4096));
        bench.allocate(1);
        const SegmentRequest request = bench.allocate(5); // aligned to 64: a block of 64
        QCOMPARE(bench.table.frames(request.segment).value, 64ULL);
        QCOMPARE(bench.base(request.segment) % 64, 0ULL);
    }

    void refusalSaysWhy() {
        BuddyBench bench(4, oneZone(32));
        QCOMPARE(bench.allocate(17).why, Rule::LargerThanMaxOrder);
        bench.allocate(16);
        bench.allocate(8);
        QCOMPARE(bench.allocate(16).why, Rule::SegmentsOutOfMemory);
        QCOMPARE(bench.allocate(8).why, Rule::BuddyBlock);
        QCOMPARE(bench.freeFrames(), 0ULL);
    }

    void descriptorsRunOut() {
        SegmentBench bench(buddy(6), oneZone(64), 4);
        QCOMPARE(bench.allocate(4).why, Rule::NoDescriptorLeft); // four halvings, three to spare
        QCOMPARE(bench.runs(), (Runs{-64}));
        QCOMPARE(bench.allocate(8).why, Rule::BuddyBlock);
        QCOMPARE(checkBuddies(bench.words).has_value(), false);
    }

    /// Lesson L22: a checkerboard of single frames. Half of memory is free, no pair is.
    void checkerboardFailsAtOrderOne() {
        BuddyBench bench(10, oneZone(1024));
        std::vector<SegmentId> frames(1024);
        for (int i = 0; i < 1024; ++i) {
            const SegmentId block = bench.allocate(1).segment;
            frames[bench.base(block)] = block;
        }
        for (std::size_t i = 0; i < 1024; i += 2) {
            bench.release(frames[i]);
        }
        QCOMPARE(bench.freeFrames(), 512ULL);
        QCOMPARE(bench.allocate(2).why, Rule::SegmentsFragmented);
        for (std::size_t i = 1; i < 1024; i += 2) {
            bench.release(frames[i]);
        }
        QCOMPARE(bench.runs(), (Runs{-1024}));
    }

    // ---- migrate types ----

    void unmovableRequestsTakeTheLargestBlockAndItsPageblocks() {
        BuddyBench bench(11, oneZone(4096));
        const SegmentId movable = bench.allocate(1).segment;
        const SegmentRequest request = bench.unmovable(1);
        QCOMPARE(request.why, Rule::BuddyFallback);
        QVERIFY(bench.base(movable) >= 2048);
        QCOMPARE(bench.base(request.segment), 0ULL); // not beside the movable frame
        for (std::uint64_t frame = 0; frame < 4096; frame += 512) {
            QCOMPARE(bench.table.isUnmovable(FrameNumber(frame)), frame < 2048);
        }
        QCOMPARE(bench.unmovable(1).why, Rule::BuddyBlock); // from what it has left
        QCOMPARE(bench.blockIssue(), std::string());
    }

    /// Of one pageblock the larger part decides.
    void pageblockIsConvertedIfHalfOfItIsFree_data() {
        QTest::addColumn<int>("movable");
        QTest::addColumn<bool>("converted");
        QTest::newRow("half is free") << 256 << true;
        QTest::newRow("less is free") << 257 << false;
    }

    void pageblockIsConvertedIfHalfOfItIsFree() {
        QFETCH(int, movable);
        QFETCH(bool, converted);
        BuddyBench bench(9, oneZone(512));
        for (int i = 0; i < movable; ++i) {
            bench.allocate(1);
        }
        QCOMPARE(bench.unmovable(4).why, Rule::BuddyFallback);
        QCOMPARE(bench.table.isUnmovable(FrameNumber(0)), converted);
        QCOMPARE(bench.blockIssue(), std::string());
        // What is left of the pageblock serves who it belongs to without another fallback.
        QCOMPARE(bench.allocateTyped(16, converted).why, Rule::BuddyBlock);
    }

    /// A movable request does not claim pageblocks for a small block: it takes the smallest.
    void movableRequestTakesTheSmallestOfSmallBlocks() {
        BuddyBench bench(9, oneZone(512));
        std::vector<SegmentId> blocks(128);
        for (int i = 0; i < 128; ++i) {
            const SegmentId block = bench.unmovable(4).segment;
            blocks[bench.base(block) / 4] = block;
        }
        bench.release(blocks[10]);
        bench.release(blocks[20]);
        bench.release(blocks[21]); // 8 frames
        const SegmentRequest request = bench.allocateTyped(1, false);
        QCOMPARE(request.why, Rule::BuddyFallback);
        QCOMPARE(bench.base(request.segment), 40ULL);
        QVERIFY(bench.table.isUnmovable(FrameNumber(0)));
        QCOMPARE(bench.blockIssue(), std::string());
    }

    void freedBlockGoesToTheTypeOfItsPageblock() {
        BuddyBench bench(9, oneZone(512));
        std::vector<SegmentId> frames;
        for (int i = 0; i < 300; ++i) {
            frames.push_back(bench.allocate(1).segment);
        }
        const SegmentId guest = bench.unmovable(1).segment; // the pageblock stays movable
        bench.release(guest);
        std::uint64_t searched = 0;
        const BuddyBlocks blocks(bench.table);
        for (const SegmentId frame : frames) {
            bench.release(frame);
        }
        QCOMPARE(bench.runs(), (Runs{-512}));
        QVERIFY(blocks.smallest(0, 0, false, searched) != 0);
        QCOMPARE(blocks.smallest(0, 0, true, searched), 0U);
    }

    // ---- against a naive twin ----

    void blocksAreThoseOfTheNaiveTwin() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            const auto maxOrder = static_cast<unsigned>(3 + rng.below(6));
            const std::uint64_t begin = rng.below(40);
            const std::uint64_t end = begin + 100 + rng.below(900);
            BuddyBench bench(maxOrder,
                             {{.begin = FrameNumber(begin), .end = FrameNumber(end), .holes = {}}});
            NaiveBuddies twin(maxOrder, begin, end);
            std::vector<SegmentId> live;
            for (int i = 0; i < 200; ++i) {
                if (live.empty() || rng.below(5) < 3) {
                    const std::uint64_t frames = 1 + rng.below(1ULL << rng.below(maxOrder + 1));
                    const auto order =
                        static_cast<unsigned>(std::countr_zero(std::bit_ceil(frames)));
                    const SegmentRequest request = bench.allocate(frames);
                    const auto expected = twin.allocate(order);
                    RC_ASSERT((request.segment != 0) == expected.has_value());
                    if (expected) {
                        RC_ASSERT(bench.base(request.segment) == *expected);
                        live.push_back(request.segment);
                    }
                } else {
                    const std::size_t n = rng.below(live.size());
                    twin.release(bench.base(live[n]), BuddyBlocks(bench.table).orderOf(live[n]));
                    bench.release(live[n]);
                    live.erase(live.begin() + static_cast<std::ptrdiff_t>(n));
                }
            }
        }));
    }

    /// B1, B2, Q1, Q2 after every operation, with both types, holes and two zones; at the end all
    /// memory is what it was.
    void invariantsHold() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            BuddyBench bench(
                static_cast<std::uint32_t>(5 + rng.below(8)),
                {{.begin = FrameNumber(7),
                  .end = FrameNumber(3000),
                  .holes = {{FrameNumber(100), PageCount(9)}, {FrameNumber(333), PageCount(1)}}},
                 {.begin = FrameNumber(4096), .end = FrameNumber(4700), .holes = {}}});
            const Runs before = bench.runs();
            const std::uint64_t all = bench.freeFrames();
            std::vector<SegmentId> live;
            std::uint64_t used = 0;
            for (int i = 0; i < 200; ++i) {
                if (live.empty() || rng.below(5) < 3) {
                    const SegmentRequest request = bench.allocateTyped(
                        1 + rng.below(1ULL << rng.below(10)), rng.below(3) == 0);
                    if (request.segment != 0) {
                        live.push_back(request.segment);
                        used += bench.table.frames(request.segment).value;
                    }
                } else {
                    const std::size_t n = rng.below(live.size());
                    used -= bench.table.frames(live[n]).value;
                    bench.release(live[n]);
                    live.erase(live.begin() + static_cast<std::ptrdiff_t>(n));
                }
                const std::string issue = bench.blockIssue();
                RC_ASSERT(issue == "");
                RC_ASSERT(bench.freeFrames() + used == all);
            }
            for (const SegmentId id : live) {
                bench.release(id);
            }
            RC_ASSERT(bench.runs() == before);
        }));
    }
};

QTEST_GUILESS_MAIN(KernelBuddy)
#include "tst_kernel_buddy.moc"
