// Compaction downward over the books of the segment heap: order, bounds, contents, holes and locks.
#include "fragscope/defrag/compaction/slide.h"

#include <QTest>

#include "defrag/support/slide_bench.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

using Runs = std::vector<std::int64_t>;

SegmentSettings top() {
    SegmentSettings settings;
    settings.placement = SegmentPlacement::Top;
    return settings;
}

std::vector<SegmentTable::ZoneSpec> withHole(std::uint64_t begin, std::uint64_t frames) {
    return {{.begin = FrameNumber(0),
             .end = FrameNumber(64),
             .holes = {{FrameNumber(begin), PageCount(frames)}}}};
}

} // namespace

class DefragSlide : public QObject {
    Q_OBJECT

private slots:

    void slidesInTheOrderOfAge() {
        SlideBench bench(top(), oneZone(64));
        const SegmentId a = bench.allocateFilled(8).segment;
        const SegmentId b = bench.allocateFilled(16).segment;
        const SegmentId c = bench.allocateFilled(8).segment;
        const SegmentId d = bench.allocateFilled(16).segment;
        bench.release(a);
        bench.release(c);
        const SegmentRequest request = bench.allocateFilled(30); // 16 at the top, 16 in gaps
        QVERIFY(request.segment != 0);
        QCOMPARE(bench.runs(), (Runs{16, 16, 30, -2}));
        QCOMPARE(bench.base(b), 0ULL);
        QCOMPARE(bench.base(d), 16ULL);
        QVERIFY(bench.holdsItsBytes(b) && bench.holdsItsBytes(d));
        QCOMPARE(bench.slide.totals().bytes, 32 * pageBytes);
        QCOMPARE(bench.issue(), std::string());
    }

    /// A segment that slides by less than its length overlaps itself: lowest frame first.
    void overlapIsCopiedUpwards() {
        SlideBench bench(top(), oneZone(64));
        bench.release(bench.allocateFilled(3).segment); // retracts: the next begins at 0
        const SegmentId gap = bench.allocateFilled(3).segment;
        const SegmentId b = bench.allocateFilled(20).segment;
        bench.release(gap);
        bench.compact();
        QCOMPARE(bench.base(b), 0ULL);
        QVERIFY(bench.holdsItsBytes(b));
        QCOMPARE(bench.memory.written.size(), 20UL);
    }

    void secondCompactionMovesNothing() {
        SlideBench bench(top(), oneZone(64));
        const SegmentId gap = bench.allocateFilled(5).segment;
        bench.allocateFilled(7);
        bench.release(gap);
        bench.compact();
        const auto before = bench.slide.totals().bytes;
        bench.compact();
        QCOMPARE(bench.slide.totals().bytes, before);
        QCOMPARE(bench.slide.totals().compactions, 2ULL);
    }

    void aHoleStaysAndWhatFitsGoesBelow() {
        SlideBench bench(top(), withHole(16, 8));
        const SegmentId low = bench.allocateFilled(12).segment;
        const SegmentId b = bench.allocateFilled(6).segment; // above the hole: 24
        const SegmentId c = bench.allocateFilled(9).segment; // 30
        QCOMPARE(bench.base(b), 24ULL);
        bench.release(low);
        bench.compact();
        QCOMPARE(bench.base(b), 0ULL);
        QCOMPARE(bench.base(c), 6ULL);
        QVERIFY(bench.holdsItsBytes(b) && bench.holdsItsBytes(c));
        QCOMPARE(bench.issue(), std::string());
    }

    /// The next segment does not fit below the hole: the rest stays empty, or a younger one that
    /// fits fills it.
    void restBelowAHole_data() {
        QTest::addColumn<bool>("fill");
        QTest::addColumn<quint64>("c");
        QTest::newRow("across") << false << quint64{54};
        QTest::newRow("filled") << true << quint64{4};
    }

    void restBelowAHole() {
        QFETCH(bool, fill);
        QFETCH(quint64, c);
        SegmentSettings settings = top();
        settings.spans = fill ? SegmentSpans::AcrossFill : SegmentSpans::Across;
        SlideBench bench(settings, withHole(16, 8));
        const SegmentId first = bench.allocateFilled(4).segment;
        const SegmentId gap = bench.allocateFilled(10).segment;
        const SegmentId b = bench.allocateFilled(30).segment;    // 24
        const SegmentId young = bench.allocateFilled(9).segment; // 54
        bench.release(gap);
        bench.compact();
        QCOMPARE(bench.base(first), 0ULL);
        QCOMPARE(bench.base(b), 24ULL);
        QCOMPARE(quint64(bench.base(young)), c);
        QVERIFY(bench.holdsItsBytes(young));
        bench.orderedByAge = !fill;
        QCOMPARE(bench.issue(), std::string());
    }

    void aLockedSegmentNeverMoves_data() {
        QTest::addColumn<bool>("below");
        QTest::addColumn<quint64>("c");
        QTest::newRow("compact above") << false << quint64{20};
        QTest::newRow("slide below") << true << quint64{0};
    }

    void aLockedSegmentNeverMoves() {
        QFETCH(bool, below);
        QFETCH(quint64, c);
        CompactionSettings compaction;
        compaction.locked = below ? LockedSegments::Below : LockedSegments::Above;
        SlideBench bench(top(), oneZone(64), compaction);
        const SegmentId gap = bench.allocateFilled(10).segment;
        const SegmentId locked = bench.allocateFilled(10).segment;
        const SegmentId other = bench.allocateFilled(6).segment; // 20
        const SegmentId late = bench.allocateFilled(9).segment;  // 26
        bench.table.setLocks(locked, 1);
        bench.release(gap);
        bench.compact();
        QCOMPARE(bench.base(locked), 10ULL);
        QCOMPARE(quint64(bench.base(other)), c);
        QCOMPARE(bench.base(late), below ? 20ULL : 26ULL);
        QVERIFY(bench.holdsItsBytes(locked) && bench.holdsItsBytes(other));
        bench.orderedByAge = !below;
        QCOMPARE(bench.issue(), std::string());
        bench.table.setLocks(locked, 0);
        bench.compact();
        QCOMPARE(bench.base(locked), below ? 6ULL : 0ULL);
    }

    void suffixMovesOnlyTheYoungest() {
        CompactionSettings compaction;
        compaction.extent = CompactionExtent::Suffix;
        SlideBench bench(top(), oneZone(64), compaction);
        const SegmentId oldGap = bench.allocateFilled(8).segment;
        const SegmentId old = bench.allocateFilled(8).segment;
        const SegmentId gap = bench.allocateFilled(8).segment;
        const SegmentId young = bench.allocateFilled(8).segment;
        bench.allocateFilled(30);
        bench.release(oldGap);
        bench.release(gap);
        QVERIFY(bench.allocateFilled(10).segment != 0); // 2 at the top, 8 in the younger gap
        QCOMPARE(bench.base(old), 8ULL);
        QCOMPARE(bench.base(young), 16ULL);
        QCOMPARE(bench.slide.totals().bytes, 38 * pageBytes);
    }
};

QTEST_GUILESS_MAIN(DefragSlide)
#include "tst_defrag_slide.moc"
