#include "fragscope/ui/map/legend.h"
#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/model/segment_rows.h"
#include "fragscope/ui/panels/area_table.h"
#include "fragscope/ui/panels/heap_panel.h"
#include "fragscope/ui/panels/inspector.h"
#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/presenter.h"

#include <QComboBox>
#include <QTest>

#include "ui/window_fixture.h"
#include "view/support/segment_program.h"
#include <algorithm>
#include <functional>

using namespace fragscope;
using namespace fragscope::test;

/// Machines with segments in the window.
class TestSegments : public QObject {
    Q_OBJECT

private slots:

    void cleanup() { window_.reset(); }

    void aRunWithoutSegments_hasNoneOfTheirCards() {
        window_ = windowWith(smallMachine());
        QVERIFY(cards().heapCard->isHidden());
        QVERIFY(cards().areaCard->isHidden());
        QVERIFY(!cards().colouring->isVisible());
        QVERIFY(map().lines().empty());
        QVERIFY(scene().segments() == nullptr);
        QVERIFY(!cards().plotCards[4]->isVisible());
    }

    void key_changesWhatTheColoursSay() {
        open(SegmentPlacement::Top);
        runToEnd();
        QVERIFY(cards().colouring->isVisible());
        QVERIFY(has(FrameClass::OldestSegment) && has(FrameClass::YoungestSegment));
        const QImage byAge = map().picture().copy();
        QTest::keyClick(window_.get(), Qt::Key_C);
        QCOMPARE(cards().colouring->currentIndex(), 1);
        QVERIFY(has(FrameClass::SegmentOfFirst) && !has(FrameClass::OldestSegment));
        QVERIFY(map().picture() != byAge);
        const std::uint64_t listed = cards().legend->kinds();
        QVERIFY((listed >> static_cast<unsigned>(FrameClass::SegmentOfFirst) & 1) == 1);
        QVERIFY((listed >> static_cast<unsigned>(FrameClass::OldestSegment) & 1) == 0);
        QTest::keyClick(window_.get(), Qt::Key_C);
        QVERIFY(has(FrameClass::MovableSegment));
        QTest::keyClick(window_.get(), Qt::Key_C);
        QCOMPARE(map().picture(), byAge);
    }

    void clickOnASegment_tellsItsBooksAndItsMoves() {
        open(SegmentPlacement::Top);
        runToEnd();
        const Segment moved = oldestMoved();
        QVERIFY(moved.id != 0);
        click(moved.base);
        const QString told = inspected();
        const QString base = QStringLiteral("Base: F%1").arg(moved.base.value);
        const QString birth = QStringLiteral("Birth: %1; ").arg(moved.birth);
        for (const QString& expected :
             {base, birth, QStringLiteral("State: used"), QStringLiteral("Owner: server at V0x"),
              QStringLiteral("Length: %1 frame").arg(moved.frames.value),
              QStringLiteral("Alignment: 4 KiB"), QStringLiteral("Locks: none"),
              QStringLiteral(" \u2192 F%1, event").arg(moved.base.value)}) {
            QVERIFY2(told.contains(expected), qPrintable(expected + " in " + told));
        }
        QCOMPARE(cards().inspectorCard->title(), QStringLiteral("Segment %1").arg(moved.birth));
        // Before its first move it has no history: the past does not know what comes.
        const auto moves = scene().segmentHistory()->movesOf(moved.birth, ~0ULL);
        window_->engine().seek(moves.back().seq);
        window_->settle();
        click(moves.back().from);
        QVERIFY2(inspected().contains(QStringLiteral("Moved: never")), qPrintable(inspected()));
    }

    void keys_goFromSegmentToSegment() {
        open(SegmentPlacement::Top);
        runToEnd();
        std::vector<std::uint64_t> bases;
        for (const Segment& run : books().zones.at(0).runs) {
            if (isSegment(run)) {
                bases.push_back(run.base.value);
            }
        }
        QVERIFY(bases.size() > 5);
        click(FrameNumber(bases[0]));
        for (std::size_t i = 1; i < bases.size(); ++i) {
            QTest::keyClick(window_.get(), Qt::Key_N);
            QCOMPARE(map().selected(), std::optional(bases[i]));
        }
        QTest::keyClick(window_.get(), Qt::Key_N); // the last: it stays
        QCOMPARE(map().selected(), std::optional(bases.back()));
        QTest::keyClick(window_.get(), Qt::Key_N, Qt::ShiftModifier);
        QCOMPARE(map().selected(), std::optional(bases[bases.size() - 2]));
    }

    void quickFit_listsAreShown_andChosenByClickAndKey() {
        open(SegmentPlacement::QuickFit);
        goTo([this] {
            const auto& lists = books().zones.at(0).lists;
            return std::count_if(lists.begin(), lists.end(),
                                 [](const auto& list) { return !list.empty(); }) > 2;
        });
        ChainView& rows = cards().heap->rows();
        QCOMPARE(cards().heapCard->title(), QStringLiteral("Free lists"));
        std::size_t row = 0;
        const SegmentZoneView& zone = books().zones.at(0);
        for (std::size_t list = 1; list <= zone.lists.size(); ++list) {
            const std::vector<SegmentId>& ids = zone.lists.at(list % zone.lists.size());
            if (ids.empty()) {
                continue;
            }
            QCOMPARE(rows.rows().at(row).note, QString::number(ids.size()));
            QCOMPARE(rows.rows()[row].links.at(0).id, books().run(ids[0])->base.value);
            ++row;
        }
        QCOMPARE(rows.rows().size(), row);
        QVERIFY(row > 1);
        QTest::mouseClick(&rows, Qt::LeftButton, {}, rows.rectOf(0, 0).center());
        QCOMPARE(map().selected(), std::optional(rows.rows()[0].links[0].id));
        QCOMPARE(cards().inspectorCard->title(), QStringLiteral("Free run"));
        QTest::keyClick(&rows, Qt::Key_Down);
        QTest::keyClick(&rows, Qt::Key_Return);
        QCOMPARE(map().selected(), std::optional(rows.rows()[1].links[0].id));
        QVERIFY(map().lines().empty()); // quick-fit has no top
    }

    void top_gapsAreShown_andTheTopIsALine() {
        open(SegmentPlacement::Top);
        goTo([this] { return books().zones.at(0).gaps.size() > 2 && !scene().segments()->motion; });
        QCOMPARE(cards().heapCard->title(), QStringLiteral("Gaps"));
        PageCount gaps{};
        for (const SegmentGap& gap : books().zones.at(0).gaps) {
            gaps += gap.frames;
        }
        const ChainView& rows = cards().heap->rows();
        QVERIFY(gaps.value > 0);
        bool found = false;
        for (const ChainRow& row : rows.rows()) {
            found = found || row.name == QStringLiteral("between");
        }
        QVERIFY(found);
        QCOMPARE(map().lines().size(), std::size_t{1});
        QCOMPARE(map().lines()[0].frame, books().zones[0].bounds.top.value);
        QCOMPARE(map().lines()[0].label, QStringLiteral("top"));
    }

    void areas_areTheArray_andSelectTheirSegment() {
        open(SegmentPlacement::QuickFit);
        runToEnd();
        AreaTable& table = *cards().areas;
        const std::size_t entries = scene().focus()->entries.size() - 1;
        QCOMPARE(table.model()->rowCount(), static_cast<int>(entries));
        const auto change = scene().segmentHistory()->lastAreaChange(
            scene().moment().focus, scene().moment().state.nextSeq);
        QCOMPARE(change->areas, entries);
        const std::vector<AreaView>& areas = table.areas().areas();
        for (std::size_t row = 0; row < areas.size(); ++row) {
            if (areas[row].kind != EntryKind::Block) {
                continue;
            }
            table.scrollTo(table.model()->index(static_cast<int>(row), 0));
            QTest::mouseClick(
                table.viewport(), Qt::LeftButton, {},
                table.visualRect(table.model()->index(static_cast<int>(row), 0)).center());
            QCOMPARE(window_->presenter().selectedPage(), std::optional(areas[row].start.value));
            QCOMPARE(cards().inspectorCard->title(),
                     QStringLiteral("Segment %1").arg(books().run(areas[row].segment)->birth));
            QTest::keyClick(&table, Qt::Key_Down);
            if (row + 1 < areas.size()) {
                QCOMPARE(window_->presenter().selectedPage(),
                         std::optional(areas[row + 1].start.value));
            }
            return;
        }
        QFAIL("no area is a segment");
    }

    void aCompaction_hasItsPointer_labelsLieApart() {
        open(SegmentPlacement::Top);
        goToMove();
        const std::vector<MapLine>& lines = map().lines();
        QCOMPARE(lines.size(), std::size_t{2}); // top and d
        QCOMPARE(lines[1].frame, scene().segments()->motion->pointer.value);
        const std::vector<QRect> labels = map().lineLabels();
        QVERIFY(!labels[0].intersects(labels[1]));
        for (const QRect& label : labels) {
            QVERIFY(map().viewport()->rect().contains(label));
        }
        QVERIFY(map().runMove().has_value());
        QCOMPARE(map().runMove()->to, scene().segments()->motion->to.value);
        QVERIFY(has(FrameClass::MovingSegment) || has(FrameClass::SegmentTarget));
        const QImage with = map().grab().toImage();
        map().setLines({});
        QVERIFY(map().grab().toImage() != with);
    }

    void aMovedSegment_flies_unlessMotionIsReduced() {
        open(SegmentPlacement::Top);
        const std::uint64_t seq = firstMove();
        window_->presenter().setFlightMs(600'000); // longer than a busy computer may take
        for (const bool still : {false, true}) {
            window_->look().setStillPictures(still);
            window_->engine().seek(seq);
            window_->settle();
            QVERIFY(!map().flying());
            window_->actions().step->trigger();
            window_->settle();
            QVERIFY(window_->refresh()->moment->state.nextSeq > seq);
            QCOMPARE(map().flying(), !still);
        }
    }

    void backAndForth_showsTheSameMoment() {
        open(SegmentPlacement::Top);
        window_->look().setStillPictures(true);
        goToMove();
        const QImage there = map().grab().toImage();
        const auto rows = cards().heap->rows().accessibleDescription();
        const std::uint64_t step = scene().moment().state.step;
        runToEnd();
        QVERIFY(map().grab().toImage() != there);
        window_->engine().seekStep(step);
        window_->settle();
        window_->actions().step->trigger();
        window_->settle();
        window_->actions().stepBack->trigger();
        window_->settle();
        QCOMPARE(map().grab().toImage(), there);
        QCOMPARE(cards().heap->rows().accessibleDescription(), rows);
    }

    void plots_showGapsByCause() {
        open(SegmentPlacement::Top);
        QVERIFY(cards().plotCards[4]->isVisible());
        QVERIFY(cards().plots[4]->pointCount(0) > 1);
        runToEnd();
        std::uint64_t gaps = 0;
        for (const SegmentGap& gap : books().zones.at(0).gaps) {
            gaps += gap.cause == GapCause::Free ? bytesOf(gap.frames).value : 0U;
        }
        const auto& sample = scene().moment().sample;
        QCOMPARE(sample.values.at(static_cast<std::size_t>(MetricId::GapFree)), gaps);
    }

private:
    void open(SegmentPlacement placement) {
        window_ = windowWith(segmentProgram(placement), {1600, 900});
        QVERIFY(scene().segments() != nullptr);
    }

    void runToEnd() {
        window_->actions().runToEnd->trigger();
        window_->settle();
    }

    /// On until a moment is as wished.
    void goTo(const std::function<bool()>& wished) {
        for (std::uint64_t step = 300; step < scene().moment().knownSteps; step += 300) {
            window_->engine().seekStep(step);
            window_->settle();
            if (wished()) {
                return;
            }
        }
        QFAIL("there is no such moment");
    }

    /// Seq of the first event that says that a segment was moved.
    std::uint64_t firstMove() {
        const EventLog& log = window_->refresh()->moment->log;
        for (std::uint64_t seq = log.firstSeq(); seq < log.endSeq(); ++seq) {
            if (log.at(seq).kind == EventKind::SegmentMoved) {
                return seq;
            }
        }
        return 0;
    }

    /// Into the first move of a segment, while it is carried and d is known.
    void goToMove() {
        window_->engine().seek(firstMove() - 2);
        window_->settle();
        for (int i = 0; i < 200; ++i) {
            const auto& motion = scene().segments()->motion;
            if (motion && motion->frames.value != 0 && motion->pointer.value != 0) {
                return;
            }
            window_->actions().step->trigger();
            window_->settle();
        }
        QFAIL("nothing moves");
    }

    Segment oldestMoved() {
        for (const Segment& run : books().zones.at(0).runs) {
            if (isSegment(run) && !scene().segmentHistory()->movesOf(run.birth, ~0ULL).empty()) {
                return run;
            }
        }
        return {};
    }

    void click(FrameNumber frame) {
        QTest::mouseClick(map().viewport(), Qt::LeftButton, {},
                          map().rectOfFrame(frame.value).center());
    }

    QString inspected() {
        return cards().inspector->findChild<FactList*>()->accessibleDescription();
    }

    bool has(FrameClass kind) {
        const std::vector<std::uint8_t>& classes = *scene().frameClasses();
        return std::find(classes.begin(), classes.end(), static_cast<std::uint8_t>(kind)) !=
               classes.end();
    }

    Cards& cards() { return window_->cards(); }

    PhysicalMap& map() { return *cards().physical; }

    const Scene& scene() { return *window_->presenter().scene(); }

    const SegmentBooks& books() { return *scene().segments()->books; }

    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestSegments)
#include "tst_ui_segments.moc"
