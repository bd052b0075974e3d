#include "fragscope/hardware/cpu/register_name.h"
#include "fragscope/ui/map/legend.h"
#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/map/slot_strip.h"
#include "fragscope/ui/model/facts.h"
#include "fragscope/ui/model/list_rows.h"
#include "fragscope/ui/panels/bit_ruler.h"
#include "fragscope/ui/panels/chain_view.h"
#include "fragscope/ui/panels/inspector.h"
#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/message_bar.h"
#include "fragscope/ui/window/presenter.h"
#include "fragscope/view/page_map_reader.h"

#include <QTest>

#include "ui/window_fixture.h"

using namespace fragscope;
using namespace fragscope::test;

/// States of pages, classes of frames and lists of frames as the window shows them.
class TestStates : public QObject {
    Q_OBJECT

private slots:

    void init() { window_ = windowWith(smallMachine()); }

    void cleanup() { window_.reset(); }

    void swappedPage_clicked_rulerAndFactsSayItsSlot() {
        open("demand-paging/swap-dirty");
        goTo(1200);
        const auto page = pageIn(PageState::SwappedOut);
        QVERIFY(page.has_value());
        const PageEntry entry = pageEntryIn(scene().moment().pages, *page);
        click(*page);
        QCOMPARE(window_->presenter().selectedPage(), std::optional(startOf(*page).value));
        QVERIFY(!cards().physical->selected());
        const std::vector<RulerBox>& boxes = cards().inspector->findChild<BitRuler*>()->boxes();
        QCOMPARE(boxes.size(), std::size_t{3});
        QCOMPARE(boxes[0].name, QStringLiteral("slot"));
        QCOMPARE(boxes[0].value, QString::number(entry.number));
        QVERIFY(boxes[1].name == QLatin1String("swap") && boxes[1].set);
        const QString told = cards().inspector->findChild<FactList*>()->accessibleDescription();
        QVERIFY2(told.contains(QStringLiteral("Page state: swapped out")), qPrintable(told));
        QVERIFY2(told.contains(QStringLiteral("Slot: %1").arg(entry.number)), qPrintable(told));
    }

    void presentPage_clicked_selectsItsFrame_whichIsAnOwnPage() {
        open("demand-paging/swap-dirty");
        goTo(1200);
        const auto page = pageIn(PageState::Allocated);
        QVERIFY(page.has_value());
        const std::uint64_t frame = pageEntryIn(scene().moment().pages, *page).number;
        click(*page);
        QCOMPARE(cards().physical->selected(), std::optional(frame));
        QCOMPARE(classOf(frame), FrameClass::OwnPage);
        const std::vector<RulerBox>& boxes = cards().inspector->findChild<BitRuler*>()->boxes();
        const auto state = std::find_if(boxes.begin(), boxes.end(), [](const RulerBox& box) {
            return box.name == QLatin1String("state");
        });
        QVERIFY(state != boxes.end());
        QCOMPARE(state->meaning, QStringLiteral("allocated"));
    }

    void changes_areOutlinedByTheirEvents_notOnTheWayBack() {
        open("demand-paging/overcommit");
        goTo(60);
        window_->look().setStillPictures(true); // outlines stay until the next moment
        std::size_t pages = 0;
        std::size_t frames = 0;
        for (int step = 0; step < 60; ++step) {
            const std::uint64_t before = residentPages();
            window_->actions().step->trigger();
            window_->settle();
            if (residentPages() != before) {
                QCOMPARE(cards().virtualMap->pulses().size(), std::size_t{1});
                const PageNumber page =
                    pageOf(VirtAddr(cards().virtualMap->pulses().front().place));
                QCOMPARE(pageEntryIn(scene().moment().pages, page).state, PageState::Allocated);
            }
            pages += cards().virtualMap->pulses().size();
            frames += cards().physical->pulses().size();
        }
        QVERIFY(pages > 2 && frames > 2);
        const std::vector<PageCell> cells = cards().virtualMap->cells();
        const FrameClasses classes = scene().moment().frames;
        goTo(60);
        QVERIFY(cards().virtualMap->pulses().empty() && cards().physical->pulses().empty());
        QVERIFY(*scene().moment().frames != *classes);
        goTo(120);
        QCOMPARE(*scene().moment().frames, *classes);
        QVERIFY(cards().virtualMap->cells() == cells);
    }

    void legends_listWhatOccurs() {
        open("demand-paging/zero-page");
        goTo(300);
        const auto has = [](const Legend& legend, unsigned bit) {
            return (legend.kinds() >> bit & 1) != 0;
        };
        QVERIFY(cards().pageLegend->isVisible());
        QVERIFY(has(*cards().pageLegend, static_cast<unsigned>(PageState::OnDemand)));
        QVERIFY(has(*cards().pageLegend,
                    static_cast<unsigned>(PageState::CopyOnWrite) | StateTable::presentBit));
        QVERIFY(has(*cards().legend, static_cast<unsigned>(FrameClass::ZeroPage)));
        QVERIFY(!has(*cards().legend, static_cast<unsigned>(FrameClass::OtherProcess)));
        QCOMPARE(framesOf(FrameClass::ZeroPage), 1);
        open("frames/guarded-array");
        QVERIFY(!has(*cards().legend, static_cast<unsigned>(FrameClass::ZeroPage)));
    }

    void fork_sharedFramesAreCopyOnWrite_thenOwn() {
        open("demand-paging/fork");
        window_->actions().runToEnd->trigger();
        window_->settle();
        const int copied = framesOf(FrameClass::CopyOnWrite);
        const int own = framesOf(FrameClass::OwnPage);
        QCOMPARE(copied + own, 100); // the child has gone
        QCOMPARE(own, 15);           // 10 taken back or copied, 5 copied
    }

    void booksInAList_ownFramesAreOwn() {
        open("frames/cost-list");
        int most = 0;
        for (std::uint64_t step = 20; step <= 220; step += 20) {
            goTo(step);
            most = std::max(most, framesOf(FrameClass::OwnPage));
            QCOMPARE(framesOf(FrameClass::OtherProcess), 0);
        }
        QVERIFY(most > 20);
    }

    void lists_areWalkedToTheirEnds_clickSelectsTheFrame() {
        open("frames/owners");
        goTo(100);
        ChainView& lists = *cards().lists;
        QVERIFY(lists.isVisible());
        QCOMPARE(lists.rows().size(), std::size_t{3});
        const PageMapReader memory(scene().moment().state.memory);
        const auto free = decodeFrameList(memory, *decodeRoot(memory), FrameList::FreeData);
        QCOMPARE(lists.rows()[0].note, QString::number(free.size()));
        QCOMPARE(lists.rows()[0].links[2].id, free[2].value);
        QTest::mouseClick(&lists, Qt::LeftButton, {}, lists.rectOf(0, 2).center());
        QCOMPARE(cards().physical->selected(), std::optional(free[2].value));
        QCOMPARE(cards().physical->neighbours().previous, std::optional(free[1]));
        lists.setFocus();
        QTest::keyClick(&lists, Qt::Key_Right);
        QTest::keyClick(&lists, Qt::Key_Return);
        QCOMPARE(cards().physical->selected(), std::optional(free[3].value));
        QTest::keyClick(&lists, Qt::Key_Down);
        QTest::keyClick(&lists, Qt::Key_Down);
        QTest::keyClick(&lists, Qt::Key_Return);
        QCOMPARE(cards().physical->selected(), std::optional(lists.rows()[2].links[3].id));
    }

    void brokenList_isToldWhereItBreaks() {
        open("frames/owners");
        goTo(100);
        const PageMapReader memory(scene().moment().state.memory);
        const KernelRoot root = *decodeRoot(memory);
        const auto free = decodeFrameList(memory, root, FrameList::FreeData);
        auto changed = std::make_shared<Snapshot>(scene().moment());
        changed->state.memory.store(frameEntryPlace(root, free[4]) + ByteCount(frame_field::links),
                                    encodeLinks({free[1], free[3]})); // in a circle
        const std::vector<ChainRow> rows = listRows(Scene(changed));
        QVERIFY(rows[0].wrong);
        QCOMPARE(rows[0].note, QStringLiteral("5, then broken"));
        QVERIFY(!rows[2].wrong);
    }

    void sharedFrame_factsNameTheObjectAndWhoHasIt() {
        open("frames/owners");
        goTo(60);
        const auto told = [&] {
            QStringList texts;
            for (const Fact& fact :
                 frameFacts(scene(), window_->refresh()->caption->names, FrameNumber(64))) {
                texts << fact.name + QStringLiteral(": ") + fact.value;
            }
            return texts.join(QLatin1Char('\n'));
        };
        QVERIFY2(told().contains(QStringLiteral("Shared object: number 1, 8 frames")),
                 qPrintable(told()));
        QVERIFY(told().contains(QStringLiteral("Attached: first at V0x")));
        window_->actions().runToEnd->trigger();
        window_->settle();
        QVERIFY(!told().contains(QStringLiteral("Attached")));
    }

    void stackPointers_areThoseOfTheThreads_runningOrNot() {
        open("stack/two-threads");
        goTo(900);
        const VirtualMap& map = *cards().virtualMap;
        QCOMPARE(map.stacks().size(), std::size_t{2});
        int running = 0;
        for (const StackMark& mark : map.stacks()) {
            const Extent* stack = scene().extentOf(mark.rsp);
            QVERIFY(stack != nullptr && stack->label == 'S');
            QVERIFY(map.xOfStack(mark).has_value());
            for (const CpuView& cpu : scene().moment().state.cpus) {
                if (cpu.task == mark.task) {
                    QCOMPARE(cpu.registers.at(static_cast<std::size_t>(RegisterName::Rsp)),
                             mark.rsp);
                    ++running;
                }
            }
        }
        QCOMPARE(running, 2);
        const QImage deep = window_->cards().virtualMap->grab().toImage();
        const std::vector<StackMark> before = map.stacks();
        window_->actions().runToEnd->trigger();
        window_->settle();
        QVERIFY(map.stacks() != before && map.stacks()[0].rsp > before[0].rsp); // returned
        QVERIFY(window_->cards().virtualMap->grab().toImage() != deep);
        open("demand-paging/fork");
        QVERIFY(map.stacks().empty());
    }

    void stackPointer_atTheEndOfItsArea_isStillSeen() {
        open("stack/two-threads");
        goTo(900);
        VirtualMap& map = *cards().virtualMap;
        const Extent stack = *scene().extentOf(map.stacks().back().rsp);
        const StackMark empty{1, stack.start + stack.length};
        QVERIFY(map.xOfStack(empty).has_value());
        QVERIFY(*map.xOfStack(empty) > *map.xOfStack({1, stack.start}));
        QVERIFY(!map.xOfStack({1, 0x1000}));
    }

    void slots_sayWhosePageTheyHold_clickSelectsIt() {
        open("demand-paging/swap-dirty");
        goTo(1200);
        SlotStrip& strip = *cards().swapSlots;
        QVERIFY(strip.isVisible());
        QCOMPARE(strip.cells().size(), std::size_t{128});
        std::uint64_t free = 0;
        std::uint64_t kept = 0;
        std::optional<std::size_t> own;
        for (std::size_t slot = 0; slot < strip.cells().size(); ++slot) {
            const SlotCell& cell = strip.cells()[slot];
            free += cell.kind == SlotKind::Free ? 1U : 0U;
            kept += cell.kind == SlotKind::Kept ? 1U : 0U;
            if (cell.kind == SlotKind::Free) {
                continue;
            }
            const PageEntry entry =
                pageEntryIn(scene().moment().pages, pageOf(VirtAddr(cell.vaddr)));
            QCOMPARE(cell.kind == SlotKind::Own, entry.state == PageState::SwappedOut);
            if (cell.kind == SlotKind::Own) {
                QCOMPARE(entry.number, std::uint64_t{slot});
                own = slot;
            } else {
                QVERIFY(entry.present);
            }
        }
        QCOMPARE(free, scene().freeSlots());
        QVERIFY(free < 128 && kept > 0 && own.has_value());
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.rectOf(*own).center());
        QCOMPARE(window_->presenter().selectedPage(), std::optional(strip.cells()[*own].vaddr));
        open("demand-paging/overcommit");
        QVERIFY(!strip.isVisible());
    }

    void statesInTheSideTable_areShown_andTheRulerSaysWhere() {
        open("side-table/states-spilled");
        goTo(60); // some pages are not touched yet
        std::optional<PageNumber> spilled;
        for (const auto& table : *scene().moment().pages) {
            for (std::size_t i = 0; i < StateTable::pages; ++i) {
                if (table->isSpilled(i) && table->stateOf(i) != PageState::NotUsed) {
                    spilled = table->first + PageCount(i);
                }
            }
        }
        QVERIFY(spilled.has_value());
        click(*spilled);
        bool told = false;
        for (const RulerBox& box : cards().inspector->findChild<BitRuler*>()->boxes()) {
            told = told || box.meaning.startsWith(QStringLiteral("see the side table: "));
        }
        QVERIFY(told);
    }

    void plots_ofPages_onlyWherePagesAreReserved() {
        const auto visible = [&](const char* title) {
            for (const Card* card : cards().plotCards) {
                if (card->title() == QLatin1String(title)) {
                    return card->isVisible();
                }
            }
            return false;
        };
        QVERIFY(!visible("Pages") && visible("Bytes moved"));
        QVERIFY(!cards().lists->isVisible());
        open("demand-paging/overcommit");
        goTo(500);
        QVERIFY(visible("Pages") && !visible("Bytes moved"));
        for (std::size_t curve = 0; curve < 6; ++curve) {
            QVERIFY(cards().usePlot->pointCount(curve) > 1);
        }
        const int before = cards().usePlot->pointCount(5);
        window_->engine().setFocus(3); // resident grows to its end there
        window_->settle();
        QVERIFY(cards().usePlot->pointCount(5) > before);
        const QString reading = cards().usePlot->reading(scene().moment().sample);
        QVERIFY2(reading.startsWith(QStringLiteral("reserved 300 \u00b7 committed 300")),
                 qPrintable(reading));
    }

private:
    void open(const char* lesson) {
        window_->openPath(
            QStringLiteral(FRAGSCOPE_SOURCE_DIR "/scenarios/%1.toml").arg(QLatin1String(lesson)));
        window_->settle();
        QVERIFY2(window_->messages().message().isEmpty(),
                 qPrintable(window_->messages().message()));
    }

    void goTo(std::uint64_t step) {
        window_->engine().seekStep(step);
        window_->settle();
        QCOMPARE(scene().moment().state.step, step);
    }

    /// A page of the chosen process in this state.
    std::optional<PageNumber> pageIn(PageState state) {
        for (const auto& table : *scene().moment().pages) {
            for (std::size_t i = 0; i < StateTable::pages; ++i) {
                if (table->stateOf(i) == state) {
                    return table->first + PageCount(i);
                }
            }
        }
        return std::nullopt;
    }

    void click(PageNumber page) {
        VirtualMap& map = *cards().virtualMap;
        const double x = *map.bars().xOf(startOf(page).value + pageBytes / 2);
        QTest::mouseClick(&map, Qt::LeftButton, {},
                          QPoint(static_cast<int>(x), map.barArea().center().y()));
    }

    std::uint64_t residentPages() {
        std::uint64_t pages = 0;
        for (const auto& table : *scene().moment().pages) {
            for (std::size_t i = 0; i < StateTable::pages; ++i) {
                pages += table->present(i) ? 1U : 0U;
            }
        }
        return pages;
    }

    FrameClass classOf(std::uint64_t frame) {
        return static_cast<FrameClass>(scene().moment().frames->at(frame));
    }

    int framesOf(FrameClass frameClass) {
        const std::vector<std::uint8_t>& frames = *scene().moment().frames;
        return static_cast<int>(
            std::count(frames.begin(), frames.end(), static_cast<std::uint8_t>(frameClass)));
    }

    Cards& cards() { return window_->cards(); }

    const Scene& scene() { return *window_->presenter().scene(); }

    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestStates)
#include "tst_ui_states.moc"
