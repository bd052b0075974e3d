#include <QTest>

#include "support/sample_runs.h"

using namespace fragscope;
using fragscope::test::overlappingMove;
using fragscope::test::SampleRun;
namespace place = fragscope::test::place;

class TestDefragOverlap : public QObject {
    Q_OBJECT

private slots:

    void move_ontoItself_contentsEqual_data() { ends(); }

    void move_ontoItself_contentsEqual() {
        QFETCH(int, gap);
        SampleRun run(config(4));
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        QCOMPARE(run.count(EventKind::MoveDone), std::size_t{1});
        QCOMPARE(run.all(EventKind::ContentsEqual).at(0).object, 1U);
        QCOMPARE(run.process(1).map.blocks(), std::size_t{1});
        const Event begun = run.all(EventKind::MoveBegun).at(0);
        const std::uint64_t distance =
            begun.a > begun.paddr ? begun.a - begun.paddr : begun.paddr - begun.a;
        QCOMPARE(distance, static_cast<std::uint64_t>(gap) * pageBytes);
    }

    void transferBlock_largerThanTheGap_isClampedToIt_data() { ends(); }

    void transferBlock_largerThanTheGap_isClampedToIt() {
        QFETCH(int, gap);
        const std::uint64_t clamped = std::min<std::uint64_t>(4, static_cast<std::uint64_t>(gap));
        SampleRun run(config(4));
        run.finish();
        QCOMPARE(run.largest(EventKind::BlockBegun), clamped * pageBytes);
        QCOMPARE(run.all(EventKind::MoveDone).at(0).b, 2 * ((8 + clamped - 1) / clamped));
        QCOMPARE(run.sum(EventKind::PageCopied), 8 * pageBytes);
    }

    void copies_ofABlock_neverReadWhatTheyOverwrote_data() { ends(); }

    void copies_ofABlock_neverReadWhatTheyOverwrote() {
        SampleRun run(config(4));
        run.finish();
        std::set<std::uint64_t> written;
        for (const Event& event : run.all(EventKind::PageCopied)) {
            QVERIFY(!written.contains(event.a));
            written.insert(event.paddr);
        }
        QCOMPARE(written.size(), std::size_t{8});
    }

    void transferBlock_withoutOverlap_isNotClamped_data() { ends(); }

    void transferBlock_withoutOverlap_isNotClamped() {
        QFETCH(int, end);
        RunConfig apart = fragscope::test::oneMove(static_cast<MoveEnd>(end), 8);
        apart.mover.transferBlock = bytesOf(PageCount(7));
        SampleRun run(apart);
        run.finish();
        QCOMPARE(run.largest(EventKind::BlockBegun), 7 * pageBytes);
    }

    void frames_afterAnOverlap_onlyTheGapIsFree_data() { ends(); }

    void frames_afterAnOverlap_onlyTheGapIsFree() {
        QFETCH(int, end);
        QFETCH(int, gap);
        SampleRun run(config(4));
        run.finish();
        const FrameTable& frames = run.parts().kernel.frames();
        const auto pages = PageCount(static_cast<std::uint64_t>(gap));
        const bool high = static_cast<MoveEnd>(end) == MoveEnd::High;
        const FrameNumber freed =
            high ? FrameNumber(place::oldest + 16) : FrameNumber(place::oldest - 8) - pages;
        QVERIFY(frames.isFree(freed, pages));
        const FrameNumber lowest(high ? place::oldest : place::oldest - 8);
        for (std::uint64_t i = 0; i < 16; ++i) {
            QCOMPARE(frames.info(lowest + PageCount(i)).owner, std::uint16_t{1});
        }
    }

private:
    static void ends() {
        QTest::addColumn<int>("end");
        QTest::addColumn<int>("gap");
        for (const int gap : {1, 3, 7}) {
            QTest::addRow("high end, gap %d", gap) << static_cast<int>(MoveEnd::High) << gap;
            QTest::addRow("low end, gap %d", gap) << static_cast<int>(MoveEnd::Low) << gap;
        }
    }

    static RunConfig config(std::uint64_t transferPages) {
        QFETCH(int, end);
        QFETCH(int, gap);
        RunConfig made =
            overlappingMove(static_cast<MoveEnd>(end), 8, static_cast<std::uint64_t>(gap));
        made.mover.transferBlock = bytesOf(PageCount(transferPages));
        return made;
    }
};

QTEST_GUILESS_MAIN(TestDefragOverlap)
#include "tst_defrag_overlap.moc"
