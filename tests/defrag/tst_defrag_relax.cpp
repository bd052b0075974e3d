// Large segments under pressure (DEFRAG 3.6): relaxed to 4 KiB, aligned again, and moved up.
#include "fragscope/defrag/compaction/realign.h"

#include <QTest>

#include "defrag/support/compacting_machine.h"
#include "defrag/support/slide_bench.h"
#include "hardware/support/event_log.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

SegmentSettings largeAbove(std::uint64_t frames, std::uint64_t alignment) {
    SegmentSettings settings;
    settings.placement = SegmentPlacement::Top;
    settings.alignAbove = PageCount(frames);
    settings.alignment = PageCount(alignment);
    return settings;
}

CompactionSettings marks(std::uint32_t low, std::uint32_t high, Realign realign) {
    CompactionSettings settings;
    settings.relaxBelowPercent = low;
    settings.realignAbovePercent = high;
    settings.realign = realign;
    return settings;
}

/// A heap of 64 frames; segments of more than 15 are aligned to 16.
class RelaxBench : public SlideBench {
public:
    explicit RelaxBench(const CompactionSettings& compaction,
                        const std::vector<SegmentTable::ZoneSpec>& zones = oneZone(64))
        : SlideBench(largeAbove(15, 16), zones, compaction), compaction_(compaction),
          realigner(tasks.events, heap, slide, compaction_, tasks.scheduler) {}

    void look() {
        tasks.spawn(0, realigner.look(0));
        tasks.run(~0ULL);
    }

    [[nodiscard]] std::uint64_t alignment(SegmentId id) const {
        return table.segment(id).alignment().value;
    }

private:
    CompactionSettings compaction_;

public:
    Realigner realigner;
};

enum class MoveLine : std::uint16_t { Move = 1 };

Steps moveTo(Slide& slide, SegmentId segment, FrameNumber to) {
    co_yield MoveLine::Move;
    co_await part(slide.move(segment, to, Rule::SlideDown));
}

/// Entries of page tables that map a segment.
std::size_t mappings(const Process& process, const SegmentCall& call) {
    std::size_t entries = 0;
    for (std::uint64_t i = 0; i < call.frames.value; ++i) {
        const PageNumber page = pageOf(call.at) + PageCount(i);
        const Pte entry{process.tables.leaf(page)};
        const bool first = !entry.large() || page.value % wordsPerPage == 0;
        entries += entry.present() && first ? 1U : 0U;
    }
    return entries;
}

} // namespace

class DefragRelax : public QObject {
    Q_OBJECT

private slots:

    /// 4 frames, a gap of 12, 20 aligned ones, 28 free: 30 more leave 10 of 64 free, 16 %.
    void onlyBelowTheLowMark_data() {
        QTest::addColumn<int>("low");
        QTest::addColumn<bool>("served");
        QTest::newRow("never") << 0 << false;
        QTest::newRow("10 % stay free") << 10 << false;
        QTest::newRow("less than 20 % stay free") << 20 << true;
    }

    void onlyBelowTheLowMark() {
        QFETCH(int, low);
        QFETCH(bool, served);
        RelaxBench bench(marks(static_cast<std::uint32_t>(low), 100, Realign::Never));
        bench.allocateFilled(4);
        const SegmentId large = bench.allocateFilled(20).segment;
        QCOMPARE(bench.base(large), 16ULL);
        const EventLog log(bench.tasks.events, {EventKind::SegmentAligned});
        const SegmentRequest request = bench.allocateFilled(30);
        QCOMPARE(request.segment != 0, served);
        QCOMPARE(bench.base(large), served ? 4ULL : 16ULL);
        QCOMPARE(bench.alignment(large), served ? 1ULL : 16ULL);
        QVERIFY(bench.holdsItsBytes(large));
        QCOMPARE(bench.issue(), std::string());
        if (served) {
            QCOMPARE(bench.base(request.segment), 32ULL); // itself aligned
            QCOMPARE(log.events.front().rule, Rule::RelaxedBelowMark);
            QCOMPARE(log.events.front().a, 12ULL);
        }
    }

    void whatIsNotInTheWayStaysAligned() {
        RelaxBench bench(marks(100, 100, Realign::Never));
        const SegmentId gap = bench.allocateFilled(16).segment;
        const SegmentId large =
            bench.allocateFilled(16).segment; // at 16: one alignment down is free
        bench.release(gap);
        bench.compact();
        QCOMPARE(bench.base(large), 0ULL);
        QCOMPARE(bench.alignment(large), 16ULL);
    }

    void upwardsInTheOrderOfAge() {
        RelaxBench bench(marks(20, 40, Realign::Up));
        const SegmentId small = bench.allocateFilled(4).segment;
        const SegmentId large = bench.allocateFilled(20).segment;
        const SegmentId late = bench.allocateFilled(9).segment; // 36
        const SegmentId filler = bench.allocateFilled(15).segment;
        const SegmentId other = bench.allocateFilled(15).segment;
        QCOMPARE(bench.base(large), 4ULL);
        QCOMPARE(bench.base(late), 24ULL);
        bench.look();
        QCOMPARE(bench.base(large), 4ULL); // 1 of 64 is free
        bench.release(filler);
        bench.release(other);
        bench.look();
        QCOMPARE(bench.base(small), 0ULL);
        QCOMPARE(bench.base(large), 16ULL);
        QCOMPARE(bench.alignment(large), 16ULL);
        QCOMPARE(bench.base(late), 36ULL);
        QVERIFY(bench.holdsItsBytes(large) && bench.holdsItsBytes(late));
        QCOMPARE(bench.table.zone(0).top.value, 45ULL);
        QCOMPARE(bench.issue(), std::string());
    }

    void toTheTopAgainstTheOrderOfAge() {
        RelaxBench bench(marks(20, 40, Realign::ToTop));
        bench.allocateFilled(4);
        const SegmentId large = bench.allocateFilled(20).segment;
        const SegmentId late = bench.allocateFilled(5).segment;
        const SegmentId filler = bench.allocateFilled(15).segment;
        const SegmentId other = bench.allocateFilled(15).segment;
        QCOMPARE(bench.base(late), 24ULL);
        bench.release(filler);
        bench.release(other);
        bench.look();
        QCOMPARE(bench.base(large), 32ULL);
        QCOMPARE(bench.base(late), 24ULL);
        QCOMPARE(bench.table.zone(0).top.value, 52ULL);
        QVERIFY(bench.table.zone(0).resume.value <= 4); // the background task finds the gap
        QVERIFY(bench.holdsItsBytes(large));
        QVERIFY(bench.issue().starts_with("T1"));
        bench.orderedByAge = false;
        QCOMPARE(bench.issue(), std::string());
    }

    /// A hole is passed on the way up; nothing is written to it.
    void upwardsAcrossAHole() {
        RelaxBench bench(marks(30, 50, Realign::Up),
                         {{.begin = FrameNumber(0),
                           .end = FrameNumber(96),
                           .holes = {{FrameNumber(30), PageCount(8)}}}});
        bench.allocateFilled(4);
        const SegmentId large = bench.allocateFilled(20).segment; // 48: none fits below the hole
        QCOMPARE(bench.base(large), 48ULL);
        const SegmentId filler = bench.allocateFilled(48).segment;
        QCOMPARE(bench.base(large), 4ULL);
        bench.release(filler);
        bench.look();
        QCOMPARE(bench.base(large), 48ULL); // aligned, it does not fit below
        QVERIFY(bench.holdsItsBytes(large));
        for (const std::uint64_t frame : bench.memory.written) {
            QVERIFY(frame < 30 || frame >= 38);
        }
        QCOMPARE(bench.issue(), std::string());
    }

    void whatIsLockedStaysAsItIs() {
        RelaxBench bench(marks(20, 40, Realign::Up));
        bench.allocateFilled(4);
        const SegmentId large = bench.allocateFilled(20).segment;
        const SegmentId filler = bench.allocateFilled(30).segment;
        bench.table.setLocks(large, 1);
        bench.release(filler);
        const auto moved = bench.slide.totals().bytes;
        bench.look();
        QCOMPARE(bench.base(large), 4ULL);
        QCOMPARE(bench.slide.totals().bytes, moved);
        bench.table.setLocks(large, 0);
        bench.look();
        QCOMPARE(bench.base(large), 16ULL);
    }

    /// A move by less than the segment's length, in both directions: the other end goes first.
    void aMoveUpMayOverlapItself() {
        RelaxBench bench({});
        const SegmentId gap = bench.allocateFilled(3).segment;
        const SegmentId a = bench.allocateFilled(10).segment;
        bench.release(gap);
        for (const std::uint64_t to : {7ULL, 50ULL, 48ULL, 1ULL}) {
            bench.tasks.spawn(0, moveTo(bench.slide, a, FrameNumber(to)));
            bench.tasks.run(~0ULL);
            QCOMPARE(bench.base(a), to);
            QVERIFY(bench.holdsItsBytes(a));
            QCOMPARE(bench.issue(), std::string());
        }
    }

    /// Lesson L28: 1 MiB, then 5 MiB aligned to 4 MiB: 3 MiB lie between them.
    void fiveMiBLoseTheirLargePagesAndGetThemBack_data() {
        QTest::addColumn<int>("mover");
        QTest::newRow("stop the world") << int(MoverAlgorithm::StopTheWorld);
        QTest::newRow("entry E") << int(MoverAlgorithm::EntryE);
    }

    void fiveMiBLoseTheirLargePagesAndGetThemBack() {
        QFETCH(int, mover);
        SegmentMemorySettings settings;
        settings.heap = largeAbove(1024, 1024);
        settings.kernelMemory = mib(4);
        const CompactionSettings compaction = marks(20, 40, Realign::Up);
        CompactingMachine bench(static_cast<MoverAlgorithm>(mover), settings, mib(16), compaction);
        Realigner realigner(bench.events, bench.kernel.segments()->heap(), bench.slide, compaction,
                            bench.scheduler);
        Process& process = bench.makeProcess();
        bench.allocate(process, 256);
        const SegmentCall large = bench.allocate(process, 1280);
        for (std::uint64_t page = 0; page < 1280; page += 7) {
            QVERIFY(bench.write(process, large.at + ByteCount(page * pageBytes), page + 1));
        }
        QCOMPARE(bench.segment(large.segment).base.value, 2048ULL);
        QCOMPARE(mappings(process, large), std::size_t{258});
        const std::uint64_t free = bench.freeFrames();
        const SegmentCall more = bench.allocate(process, 1024); // 3 MiB at the top, 3 MiB below
        QVERIFY(more.segment != 0);
        QCOMPARE(bench.segment(large.segment).base.value, 1280ULL); // 3 MiB lower
        QCOMPARE(mappings(process, large), std::size_t{1280});
        QVERIFY(bench.freeFrames() + 2 <= free); // a table for each 2 MiB that had none
        QCOMPARE(bench.issue(), std::string());
        bench.release(process, more.at);
        bench.spawn(0, realigner.look(0));
        bench.run(10'000'000);
        QCOMPARE(bench.segment(large.segment).base.value, 2048ULL);
        QCOMPARE(mappings(process, large), std::size_t{258});
        QCOMPARE(bench.issue(), std::string());
        for (std::uint64_t page = 0; page < 1280; page += 7) {
            QCOMPARE(bench.read(process, large.at + ByteCount(page * pageBytes)), page + 1);
        }
    }
};

QTEST_GUILESS_MAIN(DefragRelax)
#include "tst_defrag_relax.moc"
