#include "fragscope/base/rng.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/event/rule.h"
#include "fragscope/view/metrics/metric_fold.h"
#include "fragscope/view/metrics/segment_ages.h"
#include "fragscope/view/metrics/segment_figures.h"

#include <QTest>

#include <algorithm>

using namespace fragscope;

namespace {

constexpr std::uint64_t frames = 4096;

/// A fold that is fed with events of the segment heap by hand.
class Heap {
public:
    void allocate(std::uint64_t base,
                  std::uint64_t given,
                  std::uint64_t asked,
                  Rule why = Rule::SegmentBestFit) {
        put({.kind = EventKind::SegmentAllocated,
             .rule = why,
             .object = 1,
             .paddr = base * pageBytes,
             .value = given,
             .a = 3,
             .b = asked});
    }

    void free(std::uint64_t base, std::uint64_t length) {
        put({.kind = EventKind::SegmentFreed,
             .object = 1,
             .paddr = base * pageBytes,
             .value = length});
    }

    void move(std::uint64_t from, std::uint64_t to, std::uint64_t length) {
        put({.kind = EventKind::SegmentMoved,
             .object = 1,
             .paddr = to * pageBytes,
             .value = length,
             .a = from * pageBytes});
    }

    void compact(Rule why) { put({.kind = EventKind::CompactionBegun, .rule = why}); }

    void put(Event event) {
        event.seq = fold_.nextSeq;
        fold_.apply(event);
    }

    [[nodiscard]] std::uint64_t operator[](MetricId metric) const {
        return fold_.sample().values.at(static_cast<std::size_t>(metric));
    }

    [[nodiscard]] double figure(std::string_view name) const {
        const auto all = segmentFigures();
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const SegmentFigure& f) { return f.name == name; });
        return found == all.end() ? -1 : found->of(fold_.sample());
    }

private:
    MetricFold fold_{MachineShape{.frames = PageCount(frames), .ram = {}}};
};

} // namespace

/// Metrics of the segment heap and the figures that are made of them.
class TestSegmentMetrics : public QObject {
    Q_OBJECT

private slots:

    void ages_randomLives_giveTheQuarterOfTheRank() {
        SegmentAges ages;

        struct Live {
            std::uint64_t base;
            std::uint64_t birth;
        };

        std::vector<Live> live; // oldest first
        Rng rng(3);
        std::uint64_t births = 0;
        for (std::uint64_t i = 0; i < 2000; ++i) {
            const std::uint64_t what = rng.below(3);
            if (what == 0 || live.empty()) {
                ages.allocated(FrameNumber(100'000 + i));
                live.push_back({100'000 + i, ++births});
            } else {
                const auto n = static_cast<std::ptrdiff_t>(rng.below(live.size()));
                Live& one = live[static_cast<std::size_t>(n)];
                if (what == 1) {
                    ages.freed(FrameNumber(one.base));
                    live.erase(live.begin() + n);
                } else {
                    ages.moved(FrameNumber(one.base), FrameNumber(i));
                    one.base = i;
                }
            }
            QCOMPARE(ages.live(), live.size());
            for (std::size_t rank = 0; rank < live.size(); rank += 7) {
                QCOMPARE(ages.quarterOf(FrameNumber(live[rank].base)),
                         static_cast<unsigned>(rank * 4 / live.size()));
            }
        }
    }

    void moves_ofAllAges_areCountedByQuarter() {
        Heap heap;
        for (std::uint64_t n = 0; n < 8; ++n) {
            heap.allocate(100 + 10 * n, 10, 10);
        }
        heap.compact(Rule::CompactPoorReuse);
        for (std::uint64_t n = 1; n < 8; ++n) { // the oldest one rests
            heap.move(100 + 10 * n, 90 + 10 * n, 10);
        }
        QCOMPARE(heap[MetricId::SegmentsExposed], 8ULL);
        QCOMPARE(heap[MetricId::MovesOldest], 1ULL);
        QCOMPARE(heap[MetricId::MovesOlder], 2ULL);
        QCOMPARE(heap[MetricId::MovesYoungest], 2ULL);
        QCOMPARE(heap[MetricId::OldestFramesMoved], 10ULL);
        QCOMPARE(heap.figure("chance_moved_oldest_quarter"), 0.5);
        QCOMPARE(heap.figure("chance_moved_youngest_quarter"), 1.0);
        QCOMPARE(heap.figure("moved_per_allocated_ratio"), 70.0 / 80.0);
    }

    void background_moves_areNoMovesForARequest() {
        Heap heap;
        heap.allocate(100, 10, 10);
        heap.compact(Rule::CompactInBackground);
        heap.move(100, 90, 10);
        QCOMPARE(heap[MetricId::CompactionsBackground], 1ULL);
        QCOMPARE(heap[MetricId::Compactions], 0ULL);
        QCOMPARE(heap[MetricId::SegmentsExposed], 0ULL);
        QCOMPARE(heap[MetricId::MovesOldest], 0ULL);
        QCOMPARE(heap[MetricId::SegmentFramesMoved], 10ULL);
    }

    void compactions_eachReason_isCountedApart() {
        Heap heap;
        heap.compact(Rule::CompactFragmented);
        heap.compact(Rule::CompactToCoalesce);
        heap.compact(Rule::CompactToCoalesce);
        heap.compact(Rule::CompactShortage);
        heap.compact(Rule::CompactPoorReuse);
        QCOMPARE(heap[MetricId::CompactionsFragmented], 1ULL);
        QCOMPARE(heap[MetricId::CompactionsCoalescing], 2ULL);
        QCOMPARE(heap[MetricId::CompactionsShortage], 1ULL);
        QCOMPARE(heap[MetricId::CompactionsReuse], 1ULL);
        QCOMPARE(heap[MetricId::Compactions], 5ULL);
    }

    void cuts_freshMemory_isNoPiece() {
        Heap heap;
        const auto cut = [&heap](std::uint64_t length, std::uint64_t depth) {
            heap.put({.kind = EventKind::RunCut, .value = length, .a = depth});
        };
        cut(1000, 0);
        cut(12, 1);
        cut(4, 2);
        heap.allocate(100, 16, 10);
        QCOMPARE(heap[MetricId::SegmentPieces], 2ULL);
        QCOMPARE(heap[MetricId::SegmentPieceFrames], 16ULL);
        QCOMPARE(heap[MetricId::SegmentSplitDepth], 2ULL);
        QCOMPARE(heap.figure("pieces_per_request"), 2.0);
        QCOMPARE(heap.figure("wasted_ratio"), 6.0 / 16.0);
    }

    void surveys_ofTwoZones_addUp() {
        Heap heap;
        const auto survey = [&heap](std::uint32_t zone, std::uint64_t runs, std::uint64_t median,
                                    std::uint64_t longest) {
            heap.put({.kind = EventKind::SegmentSurvey,
                      .object = zone,
                      .value = runs,
                      .a = median,
                      .b = longest});
        };
        survey(0, 5, 3, 100);
        survey(1, 7, 4, 300);
        survey(0, 6, 2, 90);
        QCOMPARE(heap[MetricId::SegmentFreeRuns], 13ULL);
        QCOMPARE(heap[MetricId::SegmentFreeMedian], 2ULL);
        QCOMPARE(heap[MetricId::SegmentLongest], 300ULL);
    }

    void calls_longest_isKeptApartForFrees() {
        Heap heap;
        const auto call = [&heap](Rule what, std::uint64_t cycles) {
            heap.put({.kind = EventKind::SegmentCallDone, .rule = what, .value = cycles});
        };
        call(Rule::SegmentMapped, 500);
        call(Rule::SegmentsFragmented, 900);
        call(Rule::SegmentUnmapped, 2000);
        call(Rule::SegmentMapped, 100);
        QCOMPARE(heap[MetricId::SegmentCallLongest], 900ULL);
        QCOMPARE(heap[MetricId::SegmentFreeLongest], 2000ULL);
    }

    void figures_allOfThem_haveNamesAndNoDivisionByZero() {
        const Heap heap;
        for (const SegmentFigure& figure : segmentFigures()) {
            QCOMPARE(heap.figure(figure.name), 0.0);
            QVERIFY(figure.description.size() > 15 && !figure.unit.empty());
        }
    }
};

QTEST_APPLESS_MAIN(TestSegmentMetrics)

#include "tst_view_segment_metrics.moc"
