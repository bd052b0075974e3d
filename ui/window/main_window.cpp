#include "fragscope/ui/window/main_window.h"

#include "fragscope/ui/engine/log_search.h"
#include "fragscope/ui/heap/heap_stack.h"
#include "fragscope/ui/heap/structure_panel.h"
#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/map/slot_strip.h"
#include "fragscope/ui/map/virtual_map.h"
#include "fragscope/ui/panels/area_table.h"
#include "fragscope/ui/panels/chain_view.h"
#include "fragscope/ui/panels/event_table.h"
#include "fragscope/ui/panels/heap_panel.h"
#include "fragscope/ui/panels/tlb_view.h"
#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/timeline/lane_strip.h"
#include "fragscope/ui/timeline/scrub_bar.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/message_bar.h"
#include "fragscope/ui/window/presenter.h"
#include "fragscope/ui/window/transport_bar.h"

#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace fragscope {

namespace {

constexpr int settingsVersion = 1;

} // namespace

MainWindow::MainWindow(Hooks hooks, Remember remember, QWidget* parent)
    : QMainWindow(parent), hooks_(std::move(hooks)), remember_(remember) {
    setWindowTitle(tr("Fragscope"));
    setAcceptDrops(true);
    look_.applyToApplication();
    actions_ = std::make_unique<Actions>(*this);
    cards_ = new Cards(look_, clock_, *this);
    transport_ = new TransportBar(look_, *actions_);
    messages_ = new MessageBar(look_);
    presenter_ = new Presenter(look_, clock_, *cards_, hooks_.listings, this);
    auto* whole = new QWidget;
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(transport_);
    column->addWidget(messages_);
    column->addWidget(cards_->root(), 1);
    setCentralWidget(whole);
    actions_->fillMenus(*menuBar(), cards_->toggles());
    runName_ = new QLabel;
    runName_->setTextFormat(Qt::RichText);
    runName_->setAccessibleName(tr("Run, or what came of the last command"));
    menuBar()->setCornerWidget(runName_);
    connectFile();
    connectRun();
    connectView();
    connectHelp();
    connectCards();
    connect(&clock_, &FrameClock::tick, this, &MainWindow::onTick);
    connect(&look_, &Look::changed, this, &MainWindow::applyLook);
    restoreState();
    applyLook();
    setSpeed();
    refresh();
}

MainWindow::~MainWindow() {
    engine_.cancel();
}

int MainWindow::textPointsFor(int width) {
    return width < 1600 ? 9 : 10;
}

void MainWindow::openRun(RunFactory factory, std::uint64_t lookAhead) {
    command([&] { engine_.open(std::move(factory), lookAhead); });
}

void MainWindow::openPath(const QString& path) {
    if (!hooks_.open) {
        return;
    }
    Expected<RunFactory> factory = hooks_.open(path.toStdString());
    if (factory) {
        messages_->tell({});
        openRun(std::move(factory).value());
    } else {
        messages_->tell(QString::fromStdString(factory.error().text()));
    }
}

void MainWindow::command(const std::function<void()>& give) {
    give();
    busyUntilMs_ = clock_.nowMs() + 500;
    clock_.wake();
}

EngineSnapshotRef MainWindow::refresh() {
    const EngineSnapshotRef latest = engine_.latest();
    if (latest == shown_) {
        return latest;
    }
    const bool otherMoment = !shown_ || shown_->moment != latest->moment;
    shown_ = latest;
    transport_->show(*latest);
    if (otherMoment) {
        presenter_->present(*latest);
    }
    updateTitle(*latest);
    if (latest->error) {
        messages_->tell(QString::fromStdString(latest->error->text()));
    }
    actions_->record->setChecked(latest->recording);
    return latest;
}

void MainWindow::onTick() {
    refresh();
    tellExported();
    if (!engine_.idle() || exporting_.valid()) {
        busyUntilMs_ = clock_.nowMs() + 100;
        return;
    }
    if (wantedTime_) {
        const std::uint64_t time = *wantedTime_;
        wantedTime_.reset();
        seekTime(time);
    } else if (clock_.nowMs() > busyUntilMs_ && !cards_->physical->animated() &&
               !cards_->virtualMap->animated() && !cards_->heaps->animated()) {
        refresh();
        clock_.rest();
    }
}

void MainWindow::settle() {
    // Showing a snapshot may give a command (the choice of a process): then once more.
    for (int round = 0; round < 3; ++round) {
        engine_.waitUntilIdle();
        QCoreApplication::processEvents();
        refresh();
    }
    if (exporting_.valid()) {
        exporting_.wait();
        tellExported();
    }
    QCoreApplication::processEvents();
}

void MainWindow::seekTime(std::uint64_t timeCycles) {
    if (!shown_ || !shown_->moment) {
        return;
    }
    if (!engine_.idle() && shown_->phase != EnginePhase::Playing) {
        wantedTime_ = timeCycles; // only the last of many is worth going to
        clock_.wake();
        return;
    }
    const std::uint64_t seq = seqAtTime(shown_->moment->log, timeCycles);
    command([&] { engine_.seek(seq); });
}

void MainWindow::connectCards() {
    const auto seek = [this](quint64 time) { seekTime(time); };
    connect(cards_->lanes, &LaneStrip::seekWanted, this, seek);
    connect(cards_->scrub, &ScrubBar::seekWanted, this, seek);
    for (MetricPlot* plot : cards_->plots) {
        connect(plot, &MetricPlot::seekWanted, this, seek);
    }
    connect(cards_->scrub, &ScrubBar::stepWanted, this, [this](int by) {
        command([&] { by > 0 ? engine_.stepForward() : engine_.stepBack(); });
    });
    connect(cards_->events, &EventTable::seekWanted, this, [this](quint64 seq) {
        // The moment just after the event, so that what it did is seen.
        command([&] { engine_.seek(stepAtOrAfter(shown_->moment->log, seq + 1)); });
    });
    connect(cards_->physical, &PhysicalMap::frameSelected, presenter_, &Presenter::selectFrame);
    const auto selectIn = [this](quint32 process, quint64 vaddr) {
        if (process != shown_->moment->focus) {
            command([&] { engine_.setFocus(process); });
        }
        presenter_->selectPage(vaddr);
    };
    connect(cards_->swapSlots, &SlotStrip::chosen, this, selectIn);
    connect(cards_->heaps, &HeapStack::blockChosen, this, selectIn);
    connect(cards_->structures, &StructurePanel::chosen, presenter_, &Presenter::selectPage);
    connect(cards_->lists, &ChainView::chosen, presenter_, &Presenter::selectFrame);
    connect(&cards_->heap->rows(), &ChainView::chosen, presenter_, &Presenter::selectFrame);
    connect(cards_->areas, &AreaTable::areaSelected, presenter_, &Presenter::selectPage);
    connect(cards_->colouring, &QComboBox::currentIndexChanged, presenter_,
            [this](int index) { presenter_->setColouring(static_cast<SegmentColouring>(index)); });
    connect(cards_->virtualMap, &VirtualMap::pageSelected, presenter_, &Presenter::selectPage);
    connect(cards_->tlb, &TlbView::pageSelected, presenter_, &Presenter::selectPage);
    connect(presenter_, &Presenter::focusWanted, this,
            [this](quint32 process) { command([&] { engine_.setFocus(process); }); });
    connect(transport_, &TransportBar::speedChanged, this, &MainWindow::setSpeed);
}

void MainWindow::setSpeed() {
    const double speed = transport_->stepsPerSecond();
    // Faster than about 25 steps a second nobody sees a single page fly.
    const bool visible = speed > 0 && speed <= 25;
    presenter_->setFlightMs(visible ? std::clamp(static_cast<int>(900 / speed), 60, 450) : 0);
    if (shown_ && shown_->phase == EnginePhase::Playing) {
        command([&] { engine_.play(speed); });
    }
}

void MainWindow::togglePlay() {
    const bool playing = shown_ && shown_->phase == EnginePhase::Playing;
    command([&] { playing ? engine_.pause() : engine_.play(transport_->stepsPerSecond()); });
}

void MainWindow::updateTitle(const EngineSnapshot& snapshot) {
    if (!snapshot.caption) {
        runName_->clear();
        return;
    }
    const QString title = QString::fromStdString(snapshot.caption->title);
    const QString subtitle = QString::fromStdString(snapshot.caption->subtitle);
    setWindowTitle(title.isEmpty() ? tr("Fragscope") : tr("%1 \u2013 Fragscope").arg(title));
    const QString name = subtitle.isEmpty() ? title : title + QStringLiteral(" \u00b7 ") + subtitle;
    const QString notice = QString::fromStdString(snapshot.notice);
    const QString text = notice.isEmpty()
                             ? name.toHtmlEscaped()
                             : QStringLiteral("<b><span style='color:%1'>%2</span></b>")
                                   .arg(look_.theme().alert.name(), notice.toHtmlEscaped());
    if (text == runName_->text()) {
        return;
    }
    runName_->setText(text);
    runName_->adjustSize();
    runName_->setFixedHeight(menuBar()->sizeHint().height());
    menuBar()->setCornerWidget(runName_); // the bar asks for the size only then
    runName_->show();
}

QString MainWindow::heading() const {
    return runName_->text();
}

void MainWindow::applyLook() {
    runName_->setStyleSheet(QStringLiteral("color: %1; padding-right: %2px;")
                                .arg(look_.theme().dimText.name())
                                .arg(look_.scaled(12)));
    for (QAction* theme : {actions_->light, actions_->dark, actions_->highContrast}) {
        theme->setChecked(theme->data().toInt() == static_cast<int>(look_.theme().name));
    }
    actions_->stillPictures->setChecked(look_.stillPictures());
}

void MainWindow::resetLayout() {
    cards_->resetLayout(cards_->root()->size());
}

void MainWindow::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (!laidOut_) {
        laidOut_ = true;
        resetLayout();
        restoreState();
    }
}

void MainWindow::closeEvent(QCloseEvent* event) {
    saveState();
    engine_.cancel();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls() && hooks_.open) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.first().isLocalFile()) {
        openPath(urls.first().toLocalFile());
    }
}

void MainWindow::saveState() const {
    if (remember_ == Remember::No) {
        return;
    }
    QSettings settings;
    settings.setValue(QStringLiteral("version"), settingsVersion);
    settings.setValue(QStringLiteral("theme"), textOf(look_.theme().name));
    settings.setValue(QStringLiteral("text_points"), look_.textPoints());
    settings.setValue(QStringLiteral("reduce_motion"), look_.stillPictures());
    settings.setValue(QStringLiteral("letters"), actions_->letters->isChecked());
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    for (const QSplitter* splitter : cards_->splitters()) {
        settings.setValue(QStringLiteral("splitter/") + splitter->objectName(),
                          splitter->saveState());
    }
    for (std::size_t i = 0; i < cards_->toggles().size(); ++i) {
        settings.setValue(QStringLiteral("card/%1").arg(i), cards_->toggles()[i]->isChecked());
    }
}

void MainWindow::restoreState() {
    QSettings settings;
    const bool known = settings.value(QStringLiteral("version")).toInt() == settingsVersion;
    if (remember_ == Remember::No || !known) {
        return;
    }
    if (!laidOut_) {
        for (const ThemeName name : allThemes) {
            if (textOf(name) == settings.value(QStringLiteral("theme")).toString()) {
                look_.setTheme(name);
            }
        }
        look_.setTextPoints(
            settings.value(QStringLiteral("text_points"), look_.textPoints()).toInt());
        look_.setStillPictures(settings.value(QStringLiteral("reduce_motion")).toBool());
        actions_->letters->setChecked(settings.value(QStringLiteral("letters")).toBool());
        restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
        return;
    }
    for (QSplitter* splitter : cards_->splitters()) {
        splitter->restoreState(
            settings.value(QStringLiteral("splitter/") + splitter->objectName()).toByteArray());
    }
    for (std::size_t i = 0; i < cards_->toggles().size(); ++i) {
        cards_->toggles()[i]->setChecked(
            settings.value(QStringLiteral("card/%1").arg(i), true).toBool());
    }
}

} // namespace fragscope
