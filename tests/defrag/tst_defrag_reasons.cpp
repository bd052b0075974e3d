// Why a compaction begins, and when none does (seed 001: what is the need for the compaction?).
#include "fragscope/defrag/compaction/slide.h"
#include "fragscope/kernel/segments/survey.h"

#include <QTest>

#include "kernel/support/segment_bench.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// Moves nothing but the books.
class NoBytes : public SegmentEngine {
public:
    Steps carry(const SegmentMove&, const Segment&) override { co_return; }

    void arrived(const Segment&) override {}
};

SegmentSettings design(SegmentPlacement placement, SegmentJoin join = SegmentJoin::OnFailure) {
    SegmentSettings settings;
    settings.placement = placement;
    settings.join = join;
    return settings;
}

class Bench : public SegmentBench, public EventSink {
public:
    Bench(const SegmentSettings& settings, std::uint64_t frames)
        : SegmentBench(settings, oneZone(frames)), slide(tasks.events, heap, engine, {}) {
        heap.setCompactor(&slide);
        tasks.events.attach(*this, kindsOf(RecordLevel::Structure));
    }

    ~Bench() override { tasks.events.detach(*this); }

    void onEvent(const Event& event) override { seen_.push_back(event); }

    [[nodiscard]] std::vector<Event> all(EventKind kind) const {
        std::vector<Event> found;
        std::copy_if(seen_.begin(), seen_.end(), std::back_inserter(found),
                     [kind](const Event& event) { return event.kind == kind; });
        return found;
    }

    /// Segments of these lengths.
    std::vector<SegmentId> fill(const std::vector<std::uint64_t>& lengths) {
        std::vector<SegmentId> ids;
        for (const std::uint64_t length : lengths) {
            ids.push_back(allocate(length).segment);
        }
        return ids;
    }

    /// The rules of all compactions so far.
    [[nodiscard]] std::vector<Rule> reasons() const {
        std::vector<Rule> rules;
        for (const Event& event : all(EventKind::CompactionBegun)) {
            rules.push_back(event.rule);
        }
        return rules;
    }

    NoBytes engine;
    Slide slide;

private:
    std::vector<Event> seen_;
};

using Rules = std::vector<Rule>;

} // namespace

class DefragReasons : public QObject {
    Q_OBJECT

private slots:

    void enoughIsFreeInPieces_isFragmentation() {
        Bench bench(design(SegmentPlacement::QuickFit), 100);
        const auto ids = bench.fill({20, 20, 20, 20, 20});
        bench.release(ids[1]);
        bench.release(ids[3]);
        QVERIFY(bench.allocate(30).segment != 0);
        QCOMPARE(bench.reasons(), (Rules{Rule::CompactFragmented}));
    }

    void freeNeighboursNeverJoined_isCoalescing() {
        Bench bench(design(SegmentPlacement::QuickFit, SegmentJoin::Never), 100);
        const auto ids = bench.fill({20, 20, 20, 20, 20});
        bench.release(ids[1]);
        bench.release(ids[2]);
        QVERIFY(bench.allocate(30).segment != 0);
        QCOMPARE(bench.reasons(), (Rules{Rule::CompactToCoalesce}));
    }

    void lessThanATenthIsFree_isShortage() {
        Bench bench(design(SegmentPlacement::QuickFit), 100);
        const auto ids = bench.fill({4, 40, 4, 52});
        bench.release(ids[0]);
        bench.release(ids[2]);
        QVERIFY(bench.allocate(8).segment != 0);
        QCOMPARE(bench.reasons(), (Rules{Rule::CompactShortage}));
    }

    void aFreeRunBelowTheTop_isPoorReuse() {
        Bench bench(design(SegmentPlacement::Top), 100);
        const auto ids = bench.fill({40, 20, 40});
        bench.release(ids[0]);
        QVERIFY(bench.allocate(30).segment != 0);
        QCOMPARE(bench.reasons(), (Rules{Rule::CompactPoorReuse}));
    }

    void fewerFramesFreeThanWanted_movesNothing_data() {
        QTest::addColumn<int>("placement");
        QTest::newRow("quick-fit") << static_cast<int>(SegmentPlacement::QuickFit);
        QTest::newRow("top") << static_cast<int>(SegmentPlacement::Top);
    }

    void fewerFramesFreeThanWanted_movesNothing() {
        QFETCH(int, placement);
        Bench bench(design(static_cast<SegmentPlacement>(placement)), 100);
        const auto ids = bench.fill({40, 20, 40});
        bench.release(ids[1]);
        const SegmentRequest refused = bench.allocate(21);
        QCOMPARE(refused.segment, SegmentId{0});
        QCOMPARE(refused.why, Rule::SegmentsOutOfMemory);
        QCOMPARE(bench.reasons(), Rules{});
    }

    void survey_runsOfTheBooks_notOfTheMemory() {
        Bench bench(design(SegmentPlacement::QuickFit, SegmentJoin::Never), 100);
        const auto ids = bench.fill({5, 6, 7, 30, 8, 44});
        for (const std::size_t n : {0U, 1U, 2U, 4U}) {
            bench.release(ids[n]);
        }
        const FreeRunSurvey survey = surveyFreeRuns(bench.table, 0, SegmentPlacement::QuickFit);
        QCOMPARE(survey.runs, 4ULL); // 5, 6, 7, 8: the first three are not joined
        QCOMPARE(survey.median, PageCount(6));
        QCOMPARE(survey.longest, PageCount(8));
    }

    void survey_top_countsAboveTheTopOnly() {
        Bench bench(design(SegmentPlacement::Top), 100);
        const auto ids = bench.fill({50, 20});
        bench.release(ids[0]);
        const FreeRunSurvey survey = surveyFreeRuns(bench.table, 0, SegmentPlacement::Top);
        QCOMPARE(survey.runs, 2ULL);
        QCOMPARE(survey.longest, PageCount(30));
    }

    void cut_freshMemory_staysWhole() {
        Bench bench(design(SegmentPlacement::QuickFit), 100);
        const auto ids = bench.fill({70, 20});
        bench.release(ids[0]);
        bench.allocate(65);
        std::vector<std::uint64_t> depths;
        for (const Event& event : bench.all(EventKind::RunCut)) {
            depths.push_back(event.a);
        }
        QCOMPARE(depths, (std::vector<std::uint64_t>{0, 0, 1}));
    }
};

QTEST_APPLESS_MAIN(DefragReasons)

#include "tst_defrag_reasons.moc"
