#include "fragscope/event/event_kind.h"
#include "fragscope/ui/engine/log_search.h"
#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/map/virtual_map.h"
#include "fragscope/ui/panels/event_table.h"
#include "fragscope/ui/panels/inspector.h"
#include "fragscope/ui/panels/listing_panel.h"
#include "fragscope/ui/panels/listing_view.h"
#include "fragscope/ui/panels/prose_view.h"
#include "fragscope/ui/panels/tlb_view.h"
#include "fragscope/ui/panels/walk_view.h"
#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/timeline/lane_strip.h"
#include "fragscope/ui/timeline/scrub_bar.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/message_bar.h"
#include "fragscope/ui/window/presenter.h"
#include "fragscope/ui/window/transport_bar.h"

#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QSlider>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include "ui/synthetic_source.h"
#include "ui/window_fixture.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

QImage pictureOf(const QWidget& widget) {
    return const_cast<QWidget&>(widget).grab().toImage();
}

} // namespace

class TestWindow : public QObject {
    Q_OBJECT

private slots:

    void init() {
        window_ = windowWith(smallMachine());
        QVERIFY(!window_->refresh()->error);
    }

    void cleanup() { window_.reset(); }

    void opened_runIsWholeAndAtItsStart() {
        const EngineSnapshotRef shown = window_->refresh();
        QCOMPARE(shown->moment->state.step, std::uint64_t{0});
        QVERIFY(shown->allSteps > 1000);
        QCOMPARE(shown->moment->focus, 1U);
        QCOMPARE(window_->cards().processes->currentText(), QStringLiteral("program"));
        QVERIFY(window_->cards().plots.front()->pointCount(0) > 3);
        QVERIFY(window_->transport().stateText().contains(QStringLiteral("LIVE")));
        QVERIFY(window_->transport().positionText().contains(QStringLiteral("<b>0</b>")));
    }

    void step_andBack_returnsToTheSamePicture() {
        press("step", 40);
        const QImage before = pictureOf(*window_->cards().physicalCard);
        const std::uint64_t seq = moment().state.nextSeq;
        press("step", 25);
        QVERIFY(moment().state.nextSeq > seq);
        press("stepBack", 25);
        QCOMPARE(moment().state.nextSeq, seq);
        QCOMPARE(pictureOf(*window_->cards().physicalCard), before);
    }

    void nextBlock_showsTheMoveEverywhere() {
        press("nextBlock");
        const MoveView& move = moment().state.move;
        QVERIFY(move.blockLengthBytes > 0);
        const Listing* listing = window_->cards().mover->view().listing();
        QVERIFY(listing != nullptr);
        QCOMPARE(listing->id, ListingId::EntryEHigh);
        QVERIFY(window_->cards().mover->view().line() > 0);
        const FrameClasses& frames = moment().frames;
        QCOMPARE(frames->at(move.blockSourcePaddr / pageBytes),
                 static_cast<std::uint8_t>(FrameClass::InEntryE));
        QCOMPARE(frames->at(move.blockDestinationPaddr / pageBytes),
                 static_cast<std::uint8_t>(FrameClass::Destination));
        bool entryE = false; // still empty when the block begins: the next store makes it visible
        for (int steps = 0; steps < 20 && !entryE; ++steps) {
            press("step");
            for (const Bar& bar : window_->cards().virtualMap->bars().bars()) {
                entryE = entryE || bar.extent.kind == EntryKind::NoAccess;
            }
        }
        QVERIFY(entryE);
        QVERIFY(!window_->cards().why->toPlainText().isEmpty());
    }

    void nextFault_andPrevious_findThem() {
        press("nextFault");
        const std::uint64_t first = moment().state.nextSeq;
        QVERIFY(faultsBefore(first) == 1);
        press("nextFault");
        QVERIFY(faultsBefore(moment().state.nextSeq) >= 2);
        window_->actions().previousFault->trigger();
        window_->settle();
        QCOMPARE(moment().state.nextSeq, first);
    }

    void play_makesSteps_andPauseStops() {
        window_->transport().findChild<QSlider*>()->setValue(14); // 400 steps a second
        click("play");
        QTRY_VERIFY(window_->refresh()->moment->state.step > 20);
        QVERIFY(window_->refresh()->phase == EnginePhase::Playing);
        QTRY_COMPARE(button("play")->text().right(5), QStringLiteral("Pause"));
        click("play");
        QTRY_COMPARE(window_->refresh()->phase, EnginePhase::Paused);
        QVERIFY(window_->refresh()->moment->state.step < window_->refresh()->allSteps);
    }

    void scrubBar_click_goesToThatTime() {
        ScrubBar& bar = *window_->cards().scrub;
        const TimeScale scale = bar.scale();
        const std::uint64_t wanted = scale.from + scale.span() / 3;
        QTest::mouseClick(&bar, Qt::LeftButton, {},
                          QPoint(static_cast<int>(scale.xOf(wanted) + 0.5), bar.height() / 2));
        window_->settle();
        const std::uint64_t tolerance =
            2 * scale.span() / static_cast<std::uint64_t>(scale.width) + 1000;
        const std::uint64_t reached = moment().state.timeCycles;
        QVERIFY2(reached + tolerance >= wanted && reached <= wanted + tolerance,
                 qPrintable(QString::number(reached)));
        QVERIFY(moment().state.step > 0);
        // Keys of the bar step.
        const std::uint64_t step = moment().state.step;
        QTest::keyClick(&bar, Qt::Key_Right);
        window_->settle();
        QCOMPARE(moment().state.step, step + 1);
        QTest::keyClick(&bar, Qt::Key_Left);
        window_->settle();
        QCOMPARE(moment().state.step, step);
    }

    void lanesAndPlots_click_movesEveryPlayhead() {
        LaneStrip& lanes = *window_->cards().lanes;
        const TimeScale scale = lanes.scale();
        const int x = static_cast<int>(scale.left + scale.width / 2);
        QTest::mouseClick(&lanes, Qt::LeftButton, {}, QPoint(x, lanes.height() / 2));
        window_->settle();
        const std::uint64_t middle = moment().state.timeCycles;
        QVERIFY(middle > scale.from + scale.span() / 3);
        for (const MetricPlot* plot : window_->cards().plots) {
            QCOMPARE(plot->playhead(), static_cast<double>(middle));
        }
        Q_EMIT window_->cards().plots[1]->seekWanted(scale.from + scale.span() / 5);
        window_->settle();
        QVERIFY(moment().state.timeCycles < middle);
    }

    void selection_isLinkedBothWays() {
        press("step", 30);
        Cards& cards = window_->cards();
        const AddressSpace* space = window_->presenter().scene()->focus();
        QVERIFY(space != nullptr);
        const Extent extent = space->extents.front();
        QTest::mouseClick(cards.physical->viewport(), Qt::LeftButton, {},
                          cards.physical->rectOfFrame(extent.paddr / pageBytes + 5).center());
        QCOMPARE(cards.virtualMap->selected(), std::optional(extent.start + 5 * pageBytes));
        QVERIFY(cards.inspectorCard->title().contains(
            QString::number(extent.start / pageBytes + 5, 16)));
        QCOMPARE(cards.walk->rows().size(), std::size_t{5});
        Q_EMIT cards.virtualMap->pageSelected(extent.start + 9 * pageBytes);
        QCOMPARE(cards.physical->selected(), std::optional(extent.paddr / pageBytes + 9));
        window_->actions().followAccess->trigger();
        QVERIFY(!cards.physical->selected());
    }

    void eventTable_doubleClick_goesThere() {
        press("nextFault", 3);
        EventTable& table = *window_->cards().events;
        const int row = std::min(6, table.events().rowCount() - 1);
        const std::uint64_t seq = table.events().seqOf(row);
        Q_EMIT table.doubleClicked(table.events().index(row, EventModel::What));
        window_->settle();
        QVERIFY(moment().state.nextSeq > seq);
        QCOMPARE(moment().state.nextSeq, stepAtOrAfter(moment().log, seq + 1));
        QCOMPARE(table.events().seqOf(0) >= seq, true);
    }

    void process_chosen_isSeenFromItsSide() {
        QComboBox& chooser = *window_->cards().processes;
        const FrameClasses before = moment().frames;
        QCOMPARE(chooser.count(), 2);
        Q_EMIT chooser.activated(1);
        window_->settle();
        QCOMPARE(moment().focus, 2U);
        QVERIFY(*moment().frames != *before);
    }

    void nextViolation_findsTheLostWrite() {
        window_ = windowWith(machineWithoutShootdown());
        press("nextViolation");
        QVERIFY(moment().state.step > 0);
        bool violated = false;
        for (std::uint64_t seq = moment().state.nextSeq;
             seq-- > moment().log.firstSeq() && !violated;) {
            const EventKind kind = moment().log.at(seq).kind;
            violated = kind == EventKind::LostWrite || kind == EventKind::StaleRead ||
                       kind == EventKind::InvariantBroken || kind == EventKind::ForeignAccess;
        }
        QVERIFY(violated);
    }

    void brokenScenario_isTold_andTheRunStays() {
        press("step", 5);
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("wrong.toml")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("format = 1\n[machine]\ncpu = 2\n[[process]]\nblocks = [\"4 KiB\"]\n");
        file.close();
        window_->openPath(file.fileName());
        window_->settle();
        QVERIFY(window_->messages().isVisible());
        QVERIFY2(window_->messages().message().contains(QStringLiteral("wrong.toml:3")),
                 qPrintable(window_->messages().message()));
        QCOMPARE(moment().state.step, std::uint64_t{5});
        window_->actions().cancel->trigger();
        QVERIFY(!window_->messages().isVisible());
    }

    void nextFault_noneLeft_isSaidInTheWindow() {
        window_->actions().runToEnd->trigger();
        window_->settle();
        const std::uint64_t end = moment().state.nextSeq;
        QVERIFY(!window_->heading().contains(QStringLiteral("There is none")));
        press("nextFault");
        QCOMPARE(moment().state.nextSeq, end);
        QVERIFY(window_->heading().contains(QStringLiteral("There is none from here")));
        QVERIFY(window_->messages().message().isEmpty());
        press("stepBack");
        QVERIFY(!window_->heading().contains(QStringLiteral("There is none")));
    }

    void recording_diskFull_isTold() {
        window_->engine().startRecording(windowHooks(std::make_shared<RunOpener>())
                                             .record(*window_->refresh()->caption, "/dev/full"));
        window_->settle();
        QVERIFY(!window_->refresh()->recording);
        QVERIFY(!window_->actions().record->isChecked());
        QVERIFY2(window_->messages().message().contains(QStringLiteral("/dev/full")),
                 qPrintable(window_->messages().message()));
    }

    void recording_playedBack_isTheSameRun() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("run.db"));
        const auto opener = std::make_shared<RunOpener>();
        MainWindow window(windowHooks(opener));
        window.resize(1280, 720);
        window.show();
        const QString scenario = folder.filePath(QStringLiteral("small.toml"));
        QFile file(scenario);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("format = 1\n[machine]\nmemory = \"2 MiB\"\n[[process]]\nname = \"p\"\nblocks = "
                   "[\"256 KiB @ frame 96\", "
                   "\"64 KiB @ frame 320\"]\naccesses = 300\n");
        file.close();
        window.openPath(scenario);
        window.settle();
        QVERIFY2(window.messages().message().isEmpty(), qPrintable(window.messages().message()));
        const Hooks hooks = windowHooks(opener);
        window.engine().startRecording(
            hooks.record(*window.refresh()->caption, path.toStdString()));
        window.engine().runToEnd();
        window.engine().stopRecording();
        window.settle();
        const EventLog live = window.refresh()->moment->log;
        window.openPath(path);
        window.engine().runToEnd();
        window.settle();
        QVERIFY2(window.messages().message().isEmpty(), qPrintable(window.messages().message()));
        QVERIFY(window.transport().stateText().contains(QStringLiteral("REPLAY")));
        const EventLog& replayed = window.refresh()->moment->log;
        QCOMPARE(replayed.endSeq(), live.endSeq());
        for (std::uint64_t seq = live.firstSeq(); seq < live.endSeq(); ++seq) {
            QCOMPARE(std::memcmp(&replayed.at(seq), &live.at(seq), sizeof(Event)), 0);
        }
    }

    void exportCsv_writesTables() {
        QTemporaryDir folder;
        whenAsked(folder.path());
        window_->actions().exportCsv->trigger();
        QVERIFY(asked_);
        QTRY_VERIFY(window_->messages().message().startsWith(QStringLiteral("The CSV files are")));
        for (const char* name : {"metrics.csv", "summary.csv", "pauses.csv", "events.csv"}) {
            QFile file(folder.filePath(QLatin1String(name)));
            QVERIFY2(file.open(QIODevice::ReadOnly), name);
            QVERIFY2(file.readAll().count('\n') > 1, name);
        }
        const Hooks hooks = windowHooks(std::make_shared<RunOpener>());
        const EngineSnapshotRef shown = window_->refresh();
        const Expected<Done> refused =
            hooks.exportCsv(*shown->caption, shown->moment, "/nowhere/at/all")();
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, ExitCode::SystemRefused);
    }

    void exportPicture_writesThePicture() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("window.png"));
        whenAsked(path);
        window_->actions().exportPicture->trigger();
        QVERIFY(asked_);
        QCOMPARE(QImage(path).size(), window_->size());
    }

    void record_onAndOff_byTheMenu_andTheRunOpened() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("run.db"));
        QFile file(folder.filePath(QStringLiteral("small.toml")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("format = 1\n[machine]\nmemory = \"2 MiB\"\n[[process]]\nname = \"p\"\n"
                   "blocks = [\"256 KiB @ frame 96\"]\naccesses = 300\n");
        file.close();
        whenAsked(file.fileName());
        window_->actions().openScenario->trigger();
        window_->settle();
        QVERIFY2(window_->messages().message().isEmpty(),
                 qPrintable(window_->messages().message()));
        press("step", 20);
        whenAsked(path);
        window_->actions().record->trigger();
        window_->settle();
        QVERIFY(window_->refresh()->recording);
        QVERIFY(window_->actions().record->isChecked());
        QVERIFY(window_->transport().stateText().contains(QStringLiteral("recording")));
        press("step", 30);
        window_->actions().record->trigger();
        window_->settle();
        QVERIFY(!window_->refresh()->recording);
        QVERIFY(!window_->actions().record->isChecked());
        QVERIFY2(window_->messages().message().isEmpty(),
                 qPrintable(window_->messages().message()));
        whenAsked(path);
        window_->actions().openRun->trigger();
        window_->settle();
        QVERIFY(window_->transport().stateText().contains(QStringLiteral("REPLAY")));
        QVERIFY(window_->refresh()->allSteps >= 50);
    }

    void goToStep_byItsNumber() {
        whenAsked(QStringLiteral("1,234"));
        window_->actions().goToStep->trigger();
        window_->settle();
        QVERIFY(asked_);
        QCOMPARE(moment().state.step, std::uint64_t{1234});
    }

    void fault_walkSaysWhereItFails() {
        press("nextFault");
        const std::optional<AccessFault>& fault = window_->presenter().scene()->fault();
        QVERIFY(fault.has_value());
        QCOMPARE(fault->check, WalkCheck::NotPresent);
        QCOMPARE(fault->level, 1U);
        const WalkView& walk = *window_->cards().walk;
        QCOMPARE(walk.rows()[3].state, WalkRow::State::Failed);
        QVERIFY(walk.rows()[3].reason.contains(QStringLiteral("entry E")));
        QCOMPARE(walk.rows()[4].index, fault->vaddr % pageBytes);
        QVERIFY2(walk.accessibleDescription().startsWith(QStringLiteral("#PF 0x")),
                 qPrintable(walk.accessibleDescription()));
        QVERIFY(walk.accessibleDescription().contains(groupedHex(fault->vaddr)));
        QVERIFY(window_->cards().inspectorCard->title().contains(
            QString::number(fault->vaddr / pageBytes, 16)));
    }

    void tlb_keysAndClick_selectThePage() {
        press("step", 200);
        TlbView& tlb = *window_->cards().tlb;
        QTest::keyClick(&tlb, Qt::Key_Right);
        const std::optional<std::uint64_t> first = window_->presenter().selectedPage();
        QVERIFY(first.has_value());
        QCOMPARE(window_->cards().virtualMap->selected(), first);
        QTest::keyClick(&tlb, Qt::Key_Right);
        QVERIFY(window_->presenter().selectedPage() != first);
        QTest::keyClick(&tlb, Qt::Key_Left);
        QCOMPARE(window_->presenter().selectedPage(), first);
    }

    void endlessRun_windowStaysAlive_andCancelWorks() {
        window_->openRun(syntheticRun(SyntheticSource::endless), 0);
        window_->settle();
        window_->actions().runToEnd->trigger();
        QTRY_VERIFY(window_->refresh()->phase == EnginePhase::Working);
        const std::uint64_t before = window_->refresh()->moment->knownSteps;
        QTRY_VERIFY(window_->refresh()->moment->knownSteps > before); // still told of the progress
        window_->actions().cancel->trigger();
        window_->settle();
        QCOMPARE(window_->refresh()->phase, EnginePhase::Paused);
    }

private:
    /// Answers the next dialog, which asks for a file, a folder or a text.
    void whenAsked(const QString& answer) {
        asked_ = false;
        QTimer::singleShot(0, window_.get(), [this, answer] {
            QWidget* dialog = QApplication::activeModalWidget();
            auto* line = dialog == nullptr ? nullptr : dialog->findChild<QLineEdit*>();
            if (line != nullptr) {
                asked_ = true;
                line->setText(answer);
                static_cast<QDialog*>(dialog)->accept();
            }
        });
    }

    const Snapshot& moment() { return *window_->refresh()->moment; }

    QToolButton* button(const char* action) {
        for (QToolButton* each : window_->transport().findChildren<QToolButton*>()) {
            if (each->property("action").toString() == QLatin1String(action)) {
                return each;
            }
        }
        return nullptr;
    }

    void click(const char* action) {
        QToolButton* found = button(action);
        QVERIFY2(found != nullptr, action);
        QTest::mouseClick(found, Qt::LeftButton);
    }

    /// Clicks a button of the transport and waits until all is shown.
    void press(const char* action, int times = 1) {
        for (int i = 0; i < times; ++i) {
            click(action);
        }
        window_->settle();
    }

    std::uint64_t faultsBefore(std::uint64_t cursor) {
        std::uint64_t faults = 0;
        for (std::uint64_t seq = moment().log.firstSeq(); seq < cursor; ++seq) {
            faults += moment().log.at(seq).kind == EventKind::PageFault ? 1U : 0U;
        }
        return faults;
    }

    std::unique_ptr<MainWindow> window_;
    bool asked_ = false;
};

QTEST_MAIN(TestWindow)
#include "tst_ui_window.moc"
