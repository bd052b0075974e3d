// Segments of a machine that runs: what the view shows forwards, backwards and during moves.
#include "fragscope/view/page_map_reader.h"
#include "fragscope/view/segments/area_view.h"
#include "fragscope/view/segments/segment_classes.h"

#include <QTest>

#include "view/support/live_run.h"
#include "view/support/segment_program.h"
#include <map>

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// All that the window shows of segments at a moment.
struct Shown {
    std::vector<std::uint8_t> classes;
    std::vector<std::uint8_t> joined;
    std::optional<SegmentMotion> motion;
    std::vector<AreaView> areas;

    bool operator==(const Shown&) const = default;
};

Shown shownAt(const ViewState& state) {
    const SegmentBooksRef books = SegmentBooksReader().update(state.memory);
    const auto none = std::make_shared<const std::vector<std::uint8_t>>(
        state.memory.frameCount().value, std::uint8_t{0});
    Shown shown;
    shown.motion = segmentMotion(state);
    const SegmentPicture picture = paintSegments(none, *books, shown.motion, SegmentColouring::Age);
    shown.classes = *picture.frames;
    shown.joined = *picture.joined;
    const PageMapReader reader(state.memory);
    shown.areas = decodeAreas(reader, decodeProcesses(reader, *decodeRoot(reader)).at(0));
    return shown;
}

} // namespace

class ViewSegmentRun : public QObject {
    Q_OBJECT

private slots:

    void backwardsShowsTheSamePictures_data() { placements(); }

    void backwardsShowsTheSamePictures() {
        QFETCH(int, placement);
        LiveRun run(segmentProgram(static_cast<SegmentPlacement>(placement)));
        std::map<std::uint64_t, Shown> seen;
        while (run.timeline.forward(nullptr, 97) != AdvanceEnd::Finished) {
            seen.emplace(run.timeline.state().nextSeq, shownAt(run.timeline.state()));
        }
        QVERIFY(seen.size() > 20);
        std::size_t moving = 0;
        for (auto moment = seen.rbegin(); moment != seen.rend(); ++moment) {
            QVERIFY(run.timeline.seek(moment->first));
            QVERIFY(shownAt(run.timeline.state()) == moment->second);
            moving += moment->second.motion ? 1U : 0U;
        }
        QVERIFY(moving > 3);
    }

    void aMotionEndsWhereItSaid() {
        LiveRun run(segmentProgram(SegmentPlacement::Top));
        std::optional<SegmentMotion> before;
        std::uint64_t seq = 0;
        std::uint64_t moves = 0;
        std::uint64_t pointer = 0;
        while (run.timeline.forward(nullptr, 1) != AdvanceEnd::Finished) {
            const ViewState& state = run.timeline.state();
            for (; seq < state.nextSeq; ++seq) {
                const Event& event = run.timeline.log().at(seq);
                if (event.kind != EventKind::SegmentMoved) {
                    continue;
                }
                QVERIFY(before.has_value());
                QCOMPARE(startOf(before->from).value, event.a);
                QCOMPARE(startOf(before->to).value, event.paddr);
                QCOMPARE(before->frames.value, event.value);
                ++moves;
            }
            before = segmentMotion(state);
            if (before && before->pointer.value != 0) {
                QVERIFY(before->pointer.value >= pointer); // d only rises in a compaction
                pointer = before->pointer.value;
            }
            pointer = before ? pointer : 0;
        }
        QVERIFY(moves > 5);
        QVERIFY(!segmentMotion(run.timeline.state())); // nothing moves at the end
    }

    void areasTileTheAddressSpace_freeOnesAreListed() {
        LiveRun run(segmentProgram(SegmentPlacement::QuickFit));
        std::size_t free = 0;
        while (run.timeline.forward(nullptr, 53) != AdvanceEnd::Finished) {
            const ViewState& state = run.timeline.state();
            const Shown shown = shownAt(state);
            const SegmentBooksRef books = SegmentBooksReader().update(state.memory);
            const bool quiet = !shown.motion && run.timeline.state().tasks.front().depth == 0;
            for (std::size_t i = 0; quiet && i < shown.areas.size(); ++i) {
                const AreaView& area = shown.areas[i];
                QVERIFY(i == 0 ||
                        shown.areas[i - 1].start + bytesOf(shown.areas[i - 1].pages) == area.start);
                if (area.kind == EntryKind::Free) {
                    QVERIFY(area.inList >= 1 && area.inList <= area.listLength);
                    ++free;
                } else if (area.kind == EntryKind::Block) {
                    QCOMPARE(books->run(area.segment)->vaddr, area.start);
                    QCOMPARE(books->run(area.segment)->frames, area.pages);
                }
            }
        }
        QVERIFY(free > 10);
    }

private:
    static void placements() {
        QTest::addColumn<int>("placement");
        QTest::newRow("quick-fit") << int(SegmentPlacement::QuickFit);
        QTest::newRow("top of the heap") << int(SegmentPlacement::Top);
    }
};

QTEST_APPLESS_MAIN(ViewSegmentRun)
#include "tst_view_segment_run.moc"
