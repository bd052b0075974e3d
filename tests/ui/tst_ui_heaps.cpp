#include "fragscope/event/event_kind.h"
#include "fragscope/ui/engine/log_search.h"
#include "fragscope/ui/heap/heap_stack.h"
#include "fragscope/ui/heap/structure_panel.h"
#include "fragscope/ui/panels/inspector.h"
#include "fragscope/ui/panels/listing_panel.h"
#include "fragscope/ui/panels/listing_view.h"
#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/presenter.h"

#include <QTest>

#include "ui/window_fixture.h"
#include "view/support/heap_program.h"
#include <algorithm>

using namespace fragscope;
using namespace fragscope::test;

/// Heaps of processes in the window.
class TestHeaps : public QObject {
    Q_OBJECT

private slots:

    void cleanup() { window_.reset(); }

    void aRunWithoutHeaps_hasNoneOfTheirCards() {
        window_ = windowWith(smallMachine());
        QVERIFY(cards().blockCard->isHidden());
        QVERIFY(cards().structureCard->isHidden());
        QVERIFY(scene().heaps().empty());
        QVERIFY(!cards().plotCards[6]->isVisible());
    }

    void twoHeaps_areShownAtOneScale() {
        openBoth();
        goBehindOperations(150);
        QCOMPARE(bars().size(), std::size_t{2});
        QVERIFY(bars()[0]->title().contains(QStringLiteral("compact-fit")));
        QVERIFY(bars()[1]->title().contains(QStringLiteral("tlsf")));
        QCOMPARE(bars()[0]->layout().bytesPerRow(), bars()[1]->layout().bytesPerRow());
        for (const HeapBar* bar : bars()) {
            QVERIFY(bar->isVisible());
            QVERIFY(bar->heap()->usedBlocks > 10);
            QVERIFY(bar->pieces().size() >= bar->heap()->usedBlocks / 2);
        }
    }

    void clickOnABlock_selectsIt_andTellsItsFacts() {
        openBoth();
        goBehindOperations(150);
        const HeapPiece piece = wideUsed(*bars()[0]);
        click(*bars()[0], piece);
        QCOMPARE(bars()[0]->selected(), std::optional(piece.block));
        QVERIFY(!bars()[1]->selected());
        QCOMPARE(cards().inspector->facts().front().name, QStringLiteral("Block"));
        QCOMPARE(fact("Block"), QStringLiteral("in use"));
        QVERIFY(fact("Handle").contains(QStringLiteral("of the table")));
        QVERIFY(!fact("Asked for").isEmpty());
        QVERIFY(!fact("Page-block").isEmpty());
        // The page of the selected block is the one whose page-blocks are shown.
        const HeapViewRef& heap = bars()[0]->heap();
        QCOMPARE(cards().structures->cells().page(),
                 std::optional((piece.block.value - heap->extent.start) / heap->settings.pageSize));
    }

    void clickInTheOtherHeap_choosesItsProcess() {
        openBoth();
        goBehindOperations(150);
        QCOMPARE(scene().moment().focus, 1U);
        const HeapPiece piece = wideUsed(*bars()[1]);
        click(*bars()[1], piece);
        window_->settle();
        QCOMPARE(scene().moment().focus, 2U);
        QCOMPARE(bars()[1]->selected(), std::optional(piece.block));
        QVERIFY(!bars()[0]->selected());
        QVERIFY(cards().structures->matrix().isVisibleTo(cards().structures));
    }

    void keys_goFromBlockToBlock() {
        openBoth();
        goBehindOperations(150);
        HeapBar& bar = *bars()[0];
        const std::vector<HeapBlock> blocks = bar.heap()->picture.blocks;
        bar.setFocus();
        QTest::keyClick(&bar, Qt::Key_Right);
        QCOMPARE(bar.selected(), std::optional(blocks[0].start));
        QTest::keyClick(&bar, Qt::Key_Right);
        QTest::keyClick(&bar, Qt::Key_Right);
        QCOMPARE(bar.selected(), std::optional(blocks[2].start));
        QTest::keyClick(&bar, Qt::Key_Left);
        QCOMPARE(bar.selected(), std::optional(blocks[1].start));
    }

    void compactFit_classesHaveTheirPages_cellsSelectBlocks() {
        openBoth();
        goBehindOperations(150);
        const HeapView& heap = *bars()[0]->heap();
        std::size_t classes = 0;
        for (const CompactFitClass& each : heap.compactFit->classes) {
            classes += each.pages() != 0 ? 1U : 0U;
        }
        const std::vector<ChainRow>& rows = cards().structures->rows().rows();
        QCOMPARE(rows.size(), classes + 2); // and free pages, and the table
        QVERIFY(rows.front().note.contains(QStringLiteral("/1 not full")));
        QVERIFY(!rows.front().wrong);
        PageCells& cells = cards().structures->cells();
        QTest::mouseClick(&cells, Qt::LeftButton, {}, cells.rectOf(1).center());
        const CompactFitPage& page = heap.compactFit->pages[*cells.page()];
        const std::uint64_t bytes = heap.compactFit->classes[page.sizeClass].blockBytes;
        QCOMPARE(bars()[0]->selected(), std::optional(VirtAddr(page.address + bytes)));
    }

    void matrix_hasACellForEachListWithABlock() {
        window_ = windowWith(heapProgram({heapProcess(AllocatorKind::Tlsf, {"heap_size=262144"})}),
                             {1600, 900});
        goBehindOperations(80);
        ListMatrix& matrix = cards().structures->matrix();
        QVERIFY(matrix.isVisible());
        const HeapView& heap = *bars()[0]->heap();
        const auto filled =
            std::count_if(heap.picture.lists.begin(), heap.picture.lists.end(),
                          [](const FreeListPicture& list) { return !list.members.empty(); });
        QCOMPARE(static_cast<std::ptrdiff_t>(matrix.cells().size()), filled);
        const ListMatrix::Cell cell = matrix.cells().front();
        QTest::mouseClick(&matrix, Qt::LeftButton, {},
                          matrix.rectOf(cell.row, cell.column).center());
        QCOMPARE(bars()[0]->selected(), std::optional(VirtAddr(cell.first)));
        QCOMPARE(fact("Block"), QStringLiteral("free"));
        QVERIFY(
            fact("List").contains(QStringLiteral("%1/%2, place 1").arg(cell.row).arg(cell.column)));
    }

    void aMovedBlock_flies_unlessMotionIsReduced() {
        openBoth();
        const std::uint64_t seq = eventNumber(EventKind::HeapBlockMoved, 2);
        const Event moved = window_->refresh()->moment->log.at(seq);
        window_->presenter().setFlightMs(600'000); // longer than a busy computer may take
        for (const bool still : {false, true}) {
            window_->look().setStillPictures(still);
            window_->engine().seek(seq);
            window_->settle();
            QVERIFY(!bars()[0]->animated());
            window_->actions().step->trigger();
            window_->settle();
            const std::vector<HeapFlight>& flights = bars()[0]->flights();
            QCOMPARE(flights.size(), std::size_t{1});
            QCOMPARE(flights[0].from.value, moved.a);
            QCOMPARE(flights[0].to.value, moved.vaddr);
            QCOMPARE(bars()[0]->animated(), !still);
            QVERIFY(bars()[1]->flights().empty());
        }
    }

    void backAndForth_showsTheSameMoment() {
        openBoth();
        window_->look().setStillPictures(true);
        goTo(eventNumber(EventKind::HeapBlockMoved, 2) + 1);
        const std::uint64_t there = scene().moment().state.nextSeq;
        const std::vector<QImage> pictures = picturesOfBars();
        const QString rows = cards().structures->rows().accessibleDescription();
        window_->actions().runToEnd->trigger();
        window_->settle();
        QVERIFY(picturesOfBars() != pictures);
        goTo(there);
        QVERIFY(picturesOfBars() == pictures);
        QCOMPARE(cards().structures->rows().accessibleDescription(), rows);
        window_->actions().step->trigger();
        window_->settle();
        window_->actions().stepBack->trigger();
        window_->settle();
        QCOMPARE(scene().moment().state.nextSeq, there);
        QVERIFY(picturesOfBars() == pictures);
    }

    void anOperationUnderWay_showsTheListingOfTheAllocator() {
        openBoth();
        goTo(eventNumber(EventKind::HeapBlockMoved, 2) + 1);
        QCOMPARE(cards().moverCard->title(), QStringLiteral("Allocator"));
        QVERIFY(cards().mover->view().listing() != nullptr);
        QVERIFY(operatesOnHeap(scene().moment().state, 1));
    }

    void plots_showLiveAndTakenBytes() {
        openBoth();
        QVERIFY(cards().plotCards[6]->isVisible());
        QVERIFY(cards().heapPlot->pointCount(0) > 1);
        QVERIFY(cards().heapPlot->pointCount(3) > 10);
        goBehindOperations(150);
        std::uint64_t live = 0;
        const auto seq = scene().moment().state.nextSeq;
        HeapHistory history;
        history.add(scene().moment().log);
        for (const std::uint32_t process : {1U, 2U}) {
            live += history.useOf(process, seq).live.value;
        }
        const auto& sample = scene().moment().sample;
        QCOMPARE(sample.values.at(static_cast<std::size_t>(MetricId::HeapLive)), live);
        QVERIFY(sample.values.at(static_cast<std::size_t>(MetricId::HeapFootprint)) > live);
    }

private:
    void openBoth() {
        window_ = windowWith(
            heapProgram({heapProcess(AllocatorKind::CompactFit, {"k=1", "heap_size=65536"}),
                         heapProcess(AllocatorKind::Tlsf, {"heap_size=262144"}, 1)}),
            {1600, 900});
    }

    void goTo(std::uint64_t seq) {
        window_->engine().seek(stepAtOrAfter(window_->refresh()->moment->log, seq));
        window_->settle();
    }

    /// Just after the operation of this number, where words fit each other.
    void goBehindOperations(int count) { goTo(eventNumber(EventKind::HeapAllocated, count) + 1); }

    /// Seq of an event of a kind, from 1.
    std::uint64_t eventNumber(EventKind kind, int count) {
        const EventLog& log = window_->refresh()->moment->log;
        for (std::uint64_t seq = log.firstSeq(); seq < log.endSeq(); ++seq) {
            if (log.at(seq).kind == kind && --count == 0) {
                return seq;
            }
        }
        return 0;
    }

    std::vector<QImage> picturesOfBars() {
        std::vector<QImage> pictures;
        for (HeapBar* bar : bars()) {
            pictures.push_back(bar->grab().toImage());
        }
        return pictures;
    }

    static HeapPiece wideUsed(const HeapBar& bar) {
        HeapPiece widest;
        for (const HeapPiece& piece : bar.pieces()) {
            const bool wider = piece.span.width > widest.span.width;
            widest = piece.part == HeapPart::Used && piece.blocks == 1 && wider ? piece : widest;
        }
        return widest;
    }

    static void click(HeapBar& bar, const HeapPiece& piece) {
        QTest::mouseClick(&bar, Qt::LeftButton, {}, bar.rectOf(piece.span).center());
    }

    QString fact(const char* name) {
        for (const Fact& each : cards().inspector->facts()) {
            if (each.name == QLatin1String(name)) {
                return each.value;
            }
        }
        return {};
    }

    const std::vector<HeapBar*>& bars() { return cards().heaps->bars(); }

    Cards& cards() { return window_->cards(); }

    const Scene& scene() { return *window_->presenter().scene(); }

    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestHeaps)
#include "tst_ui_heaps.moc"
