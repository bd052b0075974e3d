// The segment heap of seed 001 without compaction: both designs, their settings and invariants.
#include <QTest>

#include "kernel/support/segment_bench.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

using Runs = std::vector<std::int64_t>;

SegmentSettings quick() {
    SegmentSettings settings;
    settings.placement = SegmentPlacement::QuickFit;
    return settings;
}

SegmentSettings top() {
    SegmentSettings settings;
    settings.placement = SegmentPlacement::Top;
    return settings;
}

SegmentSettings anyDesign(Rng& rng) {
    SegmentSettings settings;
    settings.placement = static_cast<SegmentPlacement>(1 + rng.below(2));
    settings.rounding = static_cast<SegmentRounding>(rng.below(3));
    settings.roundTo = PageCount(1 + rng.below(8));
    settings.join = static_cast<SegmentJoin>(rng.below(3));
    settings.split = static_cast<SegmentSplit>(rng.below(3));
    settings.fallback = static_cast<SegmentFallback>(rng.below(2));
    settings.retract = static_cast<SegmentRetract>(rng.below(2));
    settings.minimumRest = PageCount(rng.below(20));
    settings.alignAbove = PageCount(rng.below(100));
    settings.alignment = PageCount(1ULL << rng.below(6));
    return settings;
}

} // namespace

class KernelSegments : public QObject {
    Q_OBJECT

private slots:

    void hitTakesTheRunFreedLast() {
        SegmentBench bench(quick(), oneZone(100));
        const SegmentId a = bench.allocate(4).segment;
        const SegmentId b = bench.allocate(4).segment;
        bench.allocate(4);
        bench.release(a);
        bench.release(b);
        QCOMPARE(bench.runs(), (Runs{-4, -4, 4, -88}));
        const SegmentRequest hit = bench.allocate(4);
        QCOMPARE(hit.why, Rule::SegmentHit);
        QCOMPARE(bench.base(hit.segment), 4ULL);
        QCOMPARE(bench.runs(), (Runs{-4, 4, 4, -88})); // Q3: no size has changed
        QCOMPARE(bench.issue(), std::string());
    }

    void bestFitTakesTheSmallestLargeRun() {
        SegmentBench bench(quick(), oneZone(1000));
        const SegmentId a = bench.allocate(200).segment;
        bench.allocate(1);
        const SegmentId b = bench.allocate(120).segment;
        bench.allocate(1);
        bench.release(a);
        bench.release(b);
        const SegmentRequest best = bench.allocate(100);
        QCOMPARE(best.why, Rule::SegmentBestFit);
        QCOMPARE(bench.base(best.segment), 201ULL);
        QCOMPARE(bench.runs(), (Runs{-200, 1, 100, -20, 1, -678}));
        QCOMPARE(bench.issue(), std::string());
    }

    void aLargerListServesIfNothingElseDoes() {
        for (const auto fallback : {SegmentFallback::LargerList, SegmentFallback::None}) {
            SegmentSettings settings = quick();
            settings.fallback = fallback;
            settings.join = SegmentJoin::Never;
            SegmentBench bench(settings, oneZone(80));
            const SegmentId a = bench.allocate(10).segment;
            QVERIFY(bench.allocate(70).segment != 0);
            bench.release(a);
            const SegmentRequest request = bench.allocate(3);
            const bool served = fallback == SegmentFallback::LargerList;
            QCOMPARE(request.segment != 0, served);
            QCOMPARE(request.why, served ? Rule::SegmentLargerList : Rule::SegmentsFragmented);
            QCOMPARE(bench.issue(), std::string());
        }
    }

    void joinsWhenTheSettingSays_data() {
        QTest::addColumn<int>("join");
        QTest::addColumn<bool>("served");
        QTest::addColumn<int>("freeRunsBefore");
        QTest::newRow("never") << int(SegmentJoin::Never) << false << 2;
        QTest::newRow("on failure") << int(SegmentJoin::OnFailure) << true << 2;
        QTest::newRow("at free") << int(SegmentJoin::AtFree) << true << 1;
    }

    void joinsWhenTheSettingSays() {
        QFETCH(int, join);
        QFETCH(bool, served);
        QFETCH(int, freeRunsBefore);
        SegmentSettings settings = quick();
        settings.join = static_cast<SegmentJoin>(join);
        SegmentBench bench(settings, oneZone(64));
        const SegmentId a = bench.allocate(16).segment;
        const SegmentId b = bench.allocate(16).segment;
        bench.allocate(32);
        bench.release(a);
        bench.release(b);
        const auto runs = bench.runs();
        QCOMPARE(std::count_if(runs.begin(), runs.end(), [](auto run) { return run < 0; }),
                 freeRunsBefore);
        const SegmentRequest request = bench.allocate(20);
        QCOMPARE(request.segment != 0, served);
        if (!served) {
            QCOMPARE(request.why, Rule::SegmentsFragmented); // 32 frames are free
        }
        QCOMPARE(bench.issue(), std::string());
    }

    void failureSaysWhichOfTheTwo() {
        SegmentBench bench(quick(), oneZone(64));
        bench.allocate(60);
        QCOMPARE(bench.allocate(5).why, Rule::SegmentsOutOfMemory);
        QCOMPARE(bench.allocate(4).why, Rule::SegmentHit);
    }

    void largeRequestsAreAligned() {
        for (const SegmentSettings& settings : {quick(), top()}) {
            SegmentBench bench(settings, oneZone(8192));
            bench.allocate(256);
            const SegmentId exact = bench.allocate(1024).segment; // "larger than": not aligned
            const SegmentId large = bench.allocate(1280).segment;
            QCOMPARE(bench.base(exact), 256ULL);
            QCOMPARE(bench.base(large), 2048ULL);
            QCOMPARE(bench.issue(), std::string());
        }
    }

    void gapBelowAnAlignedSegmentServesTheOldDesignOnly() {
        SegmentBench old(quick(), oneZone(4096));
        old.allocate(256);
        old.allocate(1280);
        QCOMPARE(old.base(old.allocate(700).segment), 256ULL); // best fit: in the gap
        SegmentBench proposed(top(), oneZone(4096));
        proposed.allocate(256);
        proposed.allocate(1280);
        QCOMPARE(proposed.base(proposed.allocate(700).segment), 2304ULL);
    }

    void roundingIsOneOfFour() {
        SegmentSettings s;
        QCOMPARE(roundedRequest(PageCount(5), s).value, 5ULL);
        s.rounding = SegmentRounding::Multiple;
        s.roundTo = PageCount(4);
        QCOMPARE(roundedRequest(PageCount(5), s).value, 8ULL);
        s.rounding = SegmentRounding::PowerOfTwo;
        QCOMPARE(roundedRequest(PageCount(65), s).value, 128ULL);
        s.rounding = SegmentRounding::Sizes;
        s.sizes = {PageCount(4), PageCount(16)};
        QCOMPARE(roundedRequest(PageCount(5), s).value, 16ULL);
        QCOMPARE(roundedRequest(PageCount(17), s).value, 17ULL);
    }

    void splitRuleLeavesSmallRests() {
        for (const auto& [split, expected] : {std::pair{SegmentSplit::Always, Runs{10, -4, 50}},
                                              std::pair{SegmentSplit::MinimumRest, Runs{14, 50}},
                                              std::pair{SegmentSplit::Never, Runs{14, 50}}}) {
            SegmentSettings settings = quick();
            settings.split = split;
            settings.minimumRest = PageCount(5);
            SegmentBench bench(settings, oneZone(64));
            const SegmentId a = bench.allocate(14).segment;
            bench.allocate(50);
            bench.release(a);
            const SegmentRequest request = bench.allocate(10);
            QCOMPARE(bench.runs(), expected);
            QCOMPARE(bench.table.segment(request.segment).asked.value, 10ULL);
        }
    }

    void topIsReachedAlthoughMemoryIsFree() {
        SegmentBench bench(top(), oneZone(64));
        const SegmentId a = bench.allocate(32).segment;
        const SegmentId b = bench.allocate(16).segment;
        bench.release(a);
        QCOMPARE(bench.allocate(20).why, Rule::SegmentsFragmented); // 48 free, 16 at the top
        bench.release(b); // the topmost: the top goes down to the bottom
        QCOMPARE(bench.table.zone(0).top.value, 0ULL);
        QCOMPARE(bench.base(bench.allocate(20).segment), 0ULL);
    }

    void topStaysWithoutRetract() {
        SegmentSettings settings = top();
        settings.retract = SegmentRetract::No;
        SegmentBench bench(settings, oneZone(64));
        bench.release(bench.allocate(32).segment);
        QCOMPARE(bench.base(bench.allocate(32).segment), 32ULL);
        QCOMPARE(bench.allocate(1).segment, 0U);
    }

    void topGoesAboveAHole() {
        SegmentBench bench(top(), {{.begin = FrameNumber(0),
                                    .end = FrameNumber(64),
                                    .holes = {{FrameNumber(16), PageCount(8)}}}});
        bench.allocate(10);
        QCOMPARE(bench.base(bench.allocate(10).segment), 24ULL); // 6 frames stay empty below it
        QCOMPARE(bench.issue(), std::string());
    }

    void separateHeapsChooseTheirSpan() {
        const std::vector<SegmentTable::ZoneSpec> spans{
            {.begin = FrameNumber(0), .end = FrameNumber(40), .holes = {}},
            {.begin = FrameNumber(100), .end = FrameNumber(200), .holes = {}},
            {.begin = FrameNumber(300), .end = FrameNumber(330), .holes = {}}};
        for (const auto& [choice, expected] :
             {std::pair{SpanChoice::First, 0ULL}, std::pair{SpanChoice::MostRoom, 100ULL},
              std::pair{SpanChoice::BestFit, 300ULL}}) {
            SegmentSettings settings = top();
            settings.spanChoice = choice;
            SegmentBench bench(settings, spans);
            QCOMPARE(bench.base(bench.allocate(25).segment), expected);
            QCOMPARE(bench.base(bench.allocate(60).segment),
                     choice == SpanChoice::MostRoom ? 125ULL : 100ULL);
        }
    }

    void freeingNothingOrALockedSegmentIsRefused() {
        SegmentBench bench(quick(), oneZone(64));
        const SegmentId a = bench.allocate(8).segment;
        QVERIFY(!bench.heap.refusesRelease(a));
        bench.table.setLocks(a, 1);
        QVERIFY(bench.heap.refusesRelease(a) == Rule::SegmentIsLocked);
        bench.table.setLocks(a, 0);
        bench.release(a);
        for (const SegmentId none : {a, SegmentId{0}, SegmentId{1'000'000}}) {
            QVERIFY(bench.heap.refusesRelease(none) == Rule::NoSegment);
        }
        QCOMPARE(bench.runs(), (Runs{-8, -56}));
        QCOMPARE(bench.issue(), std::string());
    }

    void descriptorsRunOut() {
        SegmentBench bench(quick(), oneZone(64), 4);
        bench.allocate(1);
        bench.allocate(1);
        const SegmentRequest refused = bench.allocate(1); // three runs, one descriptor spare
        QCOMPARE(refused.why, Rule::NoDescriptorLeft);
        QCOMPARE(bench.issue(), std::string());
    }

    /// A hit looks at one list head, however many segments there are.
    void costOfAHitDoesNotGrow() {
        std::vector<std::uint64_t> costs;
        for (const std::uint64_t others : {10ULL, 100ULL, 1000ULL}) {
            SegmentBench bench(quick(), oneZone(16384));
            for (std::uint64_t i = 0; i < others; ++i) {
                bench.allocate(8);
            }
            bench.release(bench.allocate(5).segment);
            const std::uint64_t before = bench.words.loads + bench.words.stores;
            QCOMPARE(bench.allocate(5).why, Rule::SegmentHit);
            costs.push_back(bench.words.loads + bench.words.stores - before);
        }
        QCOMPARE(costs[0], costs[1]);
        QCOMPARE(costs[0], costs[2]);
    }

    /// Q1, Q2, Q4 to Q6 after every operation of random workloads.
    void invariantsHold() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            const SegmentSettings settings = anyDesign(rng);
            SegmentBench bench(
                settings,
                {{.begin = FrameNumber(7),
                  .end = FrameNumber(700),
                  .holes = {{FrameNumber(100), PageCount(9)}, {FrameNumber(333), PageCount(1)}}},
                 {.begin = FrameNumber(800), .end = FrameNumber(1000), .holes = {}}});
            bench.orderedByAge = false; // two zones
            std::vector<SegmentId> live;
            for (int i = 0; i < 150; ++i) {
                if (live.empty() || rng.below(5) < 3) {
                    const std::uint64_t asked = 1 + rng.below(1 + rng.below(120));
                    const SegmentRequest request = bench.allocate(asked);
                    if (request.segment != 0) {
                        live.push_back(request.segment);
                        const Segment segment = bench.table.segment(request.segment);
                        const PageCount rounded = roundedRequest(PageCount(asked), settings);
                        RC_ASSERT(segment.frames >= rounded);
                        RC_ASSERT(settings.split != SegmentSplit::Always ||
                                  segment.frames == rounded); // Q5
                    } else if (settings.join != SegmentJoin::Never &&
                               settings.placement == SegmentPlacement::QuickFit &&
                               settings.fallback == SegmentFallback::LargerList &&
                               alignmentOf(roundedRequest(PageCount(asked), settings), settings)
                                       .value == 1) {
                        const PageCount n = roundedRequest(PageCount(asked), settings);
                        RC_ASSERT(largestFree(bench.table, 0) < n);
                        RC_ASSERT(largestFree(bench.table, 1) < n);
                    }
                } else {
                    const std::size_t n = rng.below(live.size());
                    bench.release(live[n]);
                    live.erase(live.begin() + static_cast<std::ptrdiff_t>(n));
                }
                const std::string issue = bench.issue();
                RC_ASSERT(issue.empty());
            }
            for (const SegmentId id : live) {
                bench.release(id);
            }
            const std::uint64_t free =
                bench.table.freeFrames(0).value + bench.table.freeFrames(1).value;
            RC_ASSERT(free == 693U - 10U + 200U);
        }));
    }
};

QTEST_GUILESS_MAIN(KernelSegments)
#include "tst_kernel_segments.moc"
