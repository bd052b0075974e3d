#include "fragscope/ui/engine/kind_stop.h"
#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/main_window.h"
#include "fragscope/ui/window/message_bar.h"
#include "fragscope/ui/window/presenter.h"
#include "fragscope/ui/window/shortcut_list.h"
#include "fragscope/ui/window/transport_bar.h"

#include <QApplication>
#include <QComboBox>
#include <QFileDialog>
#include <QInputDialog>
#include <QMessageBox>

/// What the actions of the window do.
namespace fragscope {

void MainWindow::connectFile() {
    connect(actions_->openScenario, &QAction::triggered, this,
            [this] { chooseFile(tr("Open a scenario"), tr("Scenarios (*.toml);;All files (*)")); });
    connect(actions_->openRun, &QAction::triggered, this,
            [this] { chooseFile(tr("Open a recorded run"), tr("Runs (*.db);;All files (*)")); });
    connect(actions_->record, &QAction::triggered, this, &MainWindow::toggleRecording);
    connect(actions_->exportCsv, &QAction::triggered, this, &MainWindow::exportCsv);
    connect(actions_->exportPicture, &QAction::triggered, this, &MainWindow::exportPicture);
    connect(actions_->quit, &QAction::triggered, this, &QWidget::close);
    actions_->openScenario->setEnabled(hooks_.open != nullptr);
    actions_->openRun->setEnabled(hooks_.open != nullptr);
    actions_->record->setEnabled(hooks_.record != nullptr);
    actions_->exportCsv->setEnabled(hooks_.exportCsv != nullptr);
}

void MainWindow::connectRun() {
    const auto gives = [this](QAction* action, std::function<void()> give) {
        connect(action, &QAction::triggered, this,
                [this, give = std::move(give)] { command(give); });
    };
    gives(actions_->restart, [this] { engine_.restart(); });
    gives(actions_->stepBack, [this] { engine_.stepBack(); });
    gives(actions_->step, [this] { engine_.stepForward(); });
    gives(actions_->nextFault, [this] { engine_.forwardTo(faultKinds()); });
    gives(actions_->previousFault, [this] { engine_.backTo(faultKinds()); });
    gives(actions_->nextBlock, [this] { engine_.forwardTo(blockKinds()); });
    gives(actions_->previousBlock, [this] { engine_.backTo(blockKinds()); });
    gives(actions_->nextViolation, [this] { engine_.forwardTo(violationKinds()); });
    gives(actions_->previousViolation, [this] { engine_.backTo(violationKinds()); });
    gives(actions_->goHome, [this] { engine_.goHome(); });
    gives(actions_->runToEnd, [this] { engine_.runToEnd(); });
    connect(actions_->play, &QAction::triggered, this, &MainWindow::togglePlay);
    connect(actions_->goToStep, &QAction::triggered, this, &MainWindow::goToStep);
    connect(actions_->slower, &QAction::triggered, this, [this] { transport_->changeSpeed(-1); });
    connect(actions_->faster, &QAction::triggered, this, [this] { transport_->changeSpeed(1); });
    connect(actions_->cancel, &QAction::triggered, this, [this] {
        messages_->tell({});
        command([this] { engine_.cancel(); });
    });
}

void MainWindow::connectView() {
    actions_->light->setData(static_cast<int>(ThemeName::Light));
    actions_->dark->setData(static_cast<int>(ThemeName::Dark));
    actions_->highContrast->setData(static_cast<int>(ThemeName::HighContrast));
    connect(actions_->themes, &QActionGroup::triggered, this,
            [this](QAction* action) { setTheme(static_cast<ThemeName>(action->data().toInt())); });
    connect(actions_->nextTheme, &QAction::triggered, this, [this] {
        const auto next = (static_cast<std::size_t>(look_.theme().name) + 1) % allThemes.size();
        setTheme(allThemes.at(next));
    });
    connect(actions_->largerText, &QAction::triggered, this,
            [this] { look_.setTextPoints(look_.textPoints() + 1); });
    connect(actions_->smallerText, &QAction::triggered, this,
            [this] { look_.setTextPoints(look_.textPoints() - 1); });
    connect(actions_->resetText, &QAction::triggered, this,
            [this] { look_.setTextPoints(textPointsFor(width())); });
    connect(actions_->letters, &QAction::toggled, this, [this](bool everywhere) {
        cards_->physical->setLetters(everywhere ? Letters::Everywhere : Letters::WhereNeeded);
    });
    connect(actions_->stillPictures, &QAction::triggered, this,
            [this](bool still) { look_.setStillPictures(still); });
    connect(actions_->zoomIn, &QAction::triggered, cards_->physical, &PhysicalMap::zoomIn);
    connect(actions_->zoomOut, &QAction::triggered, cards_->physical, &PhysicalMap::zoomOut);
    connect(actions_->zoomFit, &QAction::triggered, this, [this] { cards_->physical->setZoom(0); });
    connect(actions_->followAccess, &QAction::triggered, presenter_,
            &Presenter::followLatestAccess);
    connect(actions_->nextColouring, &QAction::triggered, this, [this] {
        QComboBox& choice = *cards_->colouring;
        choice.setCurrentIndex((choice.currentIndex() + 1) % choice.count());
    });
    connect(actions_->nextInList, &QAction::triggered, presenter_,
            [this] { presenter_->selectNeighbour(ListDirection::Next); });
    connect(actions_->previousInList, &QAction::triggered, presenter_,
            [this] { presenter_->selectNeighbour(ListDirection::Previous); });
    connect(actions_->fullScreen, &QAction::triggered, this,
            [this](bool full) { full ? showFullScreen() : showNormal(); });
    connect(actions_->resetLayout, &QAction::triggered, this, &MainWindow::resetLayout);
}

void MainWindow::connectHelp() {
    connect(actions_->shortcuts, &QAction::triggered, this, &MainWindow::showShortcuts);
    connect(actions_->about, &QAction::triggered, this, [this] {
        QMessageBox::about(
            this, tr("About Fragscope"),
            tr("<h3>Fragscope %1</h3><p>An emulator of memory management that shows how memory is "
               "moved under a running program.</p><p>GNU General Public License, version 3 or "
               "later. The window uses Qt and QCustomPlot.</p>")
                .arg(QString::fromStdString(hooks_.version)));
    });
}

void MainWindow::setTheme(ThemeName theme) {
    look_.setTheme(theme);
    if (shown_) {
        transport_->show(*shown_);
    }
}

void MainWindow::chooseFile(const QString& title, const QString& filter) {
    const QString path = QFileDialog::getOpenFileName(this, title, {}, filter);
    if (!path.isEmpty()) {
        openPath(path);
    }
}

void MainWindow::toggleRecording(bool on) {
    actions_->record->setChecked(shown_ && shown_->recording); // the engine says when it really is
    if (!shown_ || !shown_->caption || !hooks_.record) {
        return;
    }
    if (!on) {
        command([this] { engine_.stopRecording(); });
        return;
    }
    const QString path = QFileDialog::getSaveFileName(this, tr("Record to"),
                                                      QStringLiteral("run.db"), tr("Runs (*.db)"));
    if (!path.isEmpty()) {
        const RecorderFactory factory = hooks_.record(*shown_->caption, path.toStdString());
        command([&] { engine_.startRecording(factory); });
    }
}

void MainWindow::exportCsv() {
    if (!shown_ || !shown_->moment || !hooks_.exportCsv || exporting_.valid()) {
        return;
    }
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Write CSV files into"));
    if (folder.isEmpty()) {
        return;
    }
    exportFolder_ = folder;
    exporting_ = std::async(std::launch::async, hooks_.exportCsv(*shown_->caption, shown_->moment,
                                                                 folder.toStdString()));
    messages_->tell(tr("Writing the CSV files into %1 ...").arg(folder));
    clock_.wake();
}

void MainWindow::tellExported() {
    if (!exporting_.valid() ||
        exporting_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        return;
    }
    const Expected<Done> outcome = exporting_.get();
    messages_->tell(outcome ? tr("The CSV files are in %1.").arg(exportFolder_)
                            : QString::fromStdString(outcome.error().text()));
}

void MainWindow::exportPicture() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save a picture"), QStringLiteral("fragscope.png"), tr("Pictures (*.png)"));
    if (!path.isEmpty() && !grab().save(path)) {
        messages_->tell(tr("%1: the picture could not be written").arg(path));
    }
}

void MainWindow::goToStep() {
    if (!shown_ || !shown_->moment) {
        return;
    }
    bool accepted = false;
    const QString text =
        QInputDialog::getText(this, tr("Go to step"), tr("Micro-step, from 0:"), QLineEdit::Normal,
                              QString::number(shown_->moment->state.step), &accepted);
    bool number = false;
    const qulonglong step = text.trimmed().remove(QLatin1Char(',')).toULongLong(&number);
    if (accepted && number) {
        command([&] { engine_.seekStep(step); });
    } else if (accepted) {
        messages_->tell(tr("\u201c%1\u201d is not the number of a step.").arg(text));
    }
}

void MainWindow::showShortcuts() {
    auto* list = new ShortcutList(look_, QWidget::actions(), this);
    list->setAttribute(Qt::WA_DeleteOnClose);
    list->show();
}

} // namespace fragscope
