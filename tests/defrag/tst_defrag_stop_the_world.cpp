#include "fragscope/hardware/paging/pte.h"

#include <QTest>

#include "support/sample_runs.h"

using namespace fragscope;
using fragscope::test::largePageMove;
using fragscope::test::oneMove;
using fragscope::test::overlappingMove;
using fragscope::test::SampleRun;
using fragscope::test::wildMove;

namespace {

using Numbers = std::vector<std::uint64_t>;

void eachEnd() {
    QTest::addColumn<int>("end");
    QTest::newRow("high end") << static_cast<int>(MoveEnd::High);
    QTest::newRow("low end") << static_cast<int>(MoveEnd::Low);
}

MoveEnd fetchedEnd() {
    QFETCH(int, end);
    return static_cast<MoveEnd>(end);
}

RunConfig stopping(RunConfig config) {
    config.mover.algorithm = MoverAlgorithm::StopTheWorld;
    return config;
}

/// Seq of the first event that a line of the listing made.
std::uint64_t seqOfLine(const SampleRun& run, std::uint16_t line) {
    for (const Event& event : run.all(EventKind::TaskStep)) {
        if (event.a == static_cast<std::uint64_t>(ListingId::StopTheWorld) && event.line == line) {
            return event.seq;
        }
    }
    return ~0ULL;
}

} // namespace

class TestDefragStopTheWorld : public QObject {
    Q_OBJECT

private slots:

    void move_eitherEnd_contentsEqualInOneBlock_data() { eachEnd(); }

    void move_eitherEnd_contentsEqualInOneBlock() {
        const MoveEnd end = fetchedEnd();
        SampleRun run(stopping(oneMove(end)));
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        QCOMPARE(run.process(1).map.blocks(), std::size_t{1});
        QCOMPARE(run.count(EventKind::ContentsEqual), std::size_t{1});
        const Event done = run.all(EventKind::MoveDone).at(0);
        QCOMPARE(done.a, 8 * pageBytes);
        // A's entry goes; at the low end O.start is stored too.
        QCOMPARE(done.b, end == MoveEnd::High ? 0U : 1U);
        QCOMPARE(run.count(EventKind::PageCopied), std::size_t{8});
        const std::uint64_t source = run.all(EventKind::MoveBegun).at(0).a;
        QVERIFY(run.parts().kernel.frames().isFree(frameOf(PhysAddr(source)), PageCount(8)));
    }

    void move_whileStopped_noAccessIsMade_data() { eachEnd(); }

    void move_whileStopped_noAccessIsMade() {
        SampleRun run(stopping(wildMove(fetchedEnd(), 3)), RecordLevel::Full);
        run.finish();
        const std::uint64_t stopped = seqOfLine(run, 3); // all threads have stopped
        const std::uint64_t resumed = seqOfLine(run, 10);
        QVERIFY(stopped < resumed && resumed != ~0ULL);
        std::uint64_t before = 0;
        std::uint64_t after = 0;
        for (const Event& event : run.log) {
            if (event.object == 1 &&
                (event.kind == EventKind::Load || event.kind == EventKind::Store)) {
                QVERIFY(event.seq < stopped || event.seq > resumed);
                ++(event.seq < stopped ? before : after);
            }
        }
        QVERIFY(before > 10 && after > 0);
    }

    void listing_linesRunInOrder() {
        SampleRun run(stopping(oneMove(MoveEnd::Low)), RecordLevel::Full);
        run.finish();
        Numbers lines;
        for (const Event& event : run.all(EventKind::TaskStep)) {
            const bool own = event.a == static_cast<std::uint64_t>(ListingId::StopTheWorld);
            if (own && (lines.empty() || lines.back() != event.line)) {
                lines.push_back(event.line);
            }
        }
        QCOMPARE(lines, Numbers({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
    }

    void waits_perThread_areOneForTheWholeBlock_data() { eachEnd(); }

    void waits_perThread_areOneForTheWholeBlock() {
        SampleRun run(stopping(oneMove(fetchedEnd())));
        run.finish();
        QCOMPARE(run.count(EventKind::WaitBegun, Rule::ProcessStopped), std::size_t{1});
        QCOMPARE(run.count(EventKind::PageFault), std::size_t{0});
    }

    void overlap_eitherDirection_contentsEqual_data() {
        QTest::addColumn<int>("end");
        QTest::addColumn<int>("gap");
        for (const int gap : {1, 2, 7}) {
            QTest::addRow("high end, gap %d", gap) << static_cast<int>(MoveEnd::High) << gap;
            QTest::addRow("low end, gap %d", gap) << static_cast<int>(MoveEnd::Low) << gap;
        }
    }

    void overlap_eitherDirection_contentsEqual() {
        QFETCH(int, gap);
        SampleRun run(stopping(overlappingMove(fetchedEnd(), 8, static_cast<std::uint64_t>(gap))));
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        QCOMPARE(run.count(EventKind::MoveDone), std::size_t{1});
        QCOMPARE(run.sum(EventKind::PageCopied), 8 * pageBytes);
        QCOMPARE(run.process(1).map.blocks(), std::size_t{1});
    }

    void largePages_areSplitAndMoved() {
        SampleRun run(stopping(largePageMove()));
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        QCOMPARE(run.count(EventKind::PteStore, Rule::SplitLarge), std::size_t{1});
        QCOMPARE(run.process(1).map.blocks(), std::size_t{1});
    }

    void representations_inRanges_areAllSafe_data() {
        QTest::addColumn<int>("end");
        QTest::addColumn<int>("representation");
        for (const int end : {0, 1}) {
            for (const int representation : {0, 1, 2}) {
                QTest::addRow("%s end, representation %d", end == 0 ? "high" : "low",
                              representation)
                    << end << representation;
            }
        }
    }

    void representations_inRanges_areAllSafe() {
        QFETCH(int, representation);
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            RunConfig config = stopping(wildMove(fetchedEnd(), seed));
            config.machine.translation = TranslationMode::Ranges;
            config.machine.mapRepresentation = static_cast<MapRepresentation>(representation);
            SampleRun run(config);
            run.finish();
            QCOMPARE(run.violationText(), std::string());
            QCOMPARE(run.count(EventKind::MoveDone), std::size_t{1});
        }
    }
};

QTEST_GUILESS_MAIN(TestDefragStopTheWorld)
#include "tst_defrag_stop_the_world.moc"
