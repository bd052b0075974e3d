#include "fragscope/ui/window/actions.h"

#include <QCoreApplication>
#include <QMenuBar>
#include <QWidget>

namespace fragscope {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Actions", text);
}

/// Adds actions to the window, so that their keys work wherever the focus is.
class Maker {
public:
    explicit Maker(QWidget& window) : window_(window) {}

    QAction*
    make(const char* name, const QString& text, const char* keys, const QString& sentence) const {
        auto* action = new QAction(text, &window_);
        action->setObjectName(QLatin1String(name));
        QList<QKeySequence> sequences;
        for (const QString& key :
             QString::fromLatin1(keys).split(QLatin1Char('|'), Qt::SkipEmptyParts)) {
            sequences << QKeySequence(key);
        }
        action->setShortcuts(sequences);
        action->setStatusTip(sentence);
        const QString first = sequences.isEmpty()
                                  ? QString()
                                  : QStringLiteral(" (%1)").arg(sequences.first().toString());
        action->setToolTip(sentence + first);
        window_.addAction(action);
        return action;
    }

    QAction* makeToggle(const char* name,
                        const QString& text,
                        const char* keys,
                        const QString& sentence) const {
        QAction* action = make(name, text, keys, sentence);
        action->setCheckable(true);
        return action;
    }

private:
    QWidget& window_;
};

void addAll(QMenu& menu, std::initializer_list<QAction*> actions) {
    for (QAction* action : actions) {
        if (action == nullptr) {
            menu.addSeparator();
        } else {
            menu.addAction(action);
        }
    }
}

} // namespace

Actions::Actions(QWidget& window) {
    makeFile(window);
    makeRun(window);
    makeView(window);
    makeHelp(window);
}

void Actions::makeFile(QWidget& window) {
    const Maker m(window);
    openScenario = m.make("openScenario", tr("&Open scenario..."), "Ctrl+O",
                          tr("Open a scenario file and run it"));
    openRun = m.make("openRun", tr("Open &run file..."), "Ctrl+Shift+O", tr("Open a recorded run"));
    record = m.makeToggle("record", tr("Re&cord..."), "Ctrl+Shift+R",
                          tr("Record this run in a file, from its beginning"));
    exportCsv = m.make("exportCsv", tr("E&xport CSV..."), "Ctrl+E",
                       tr("Write metrics and events as CSV files"));
    exportPicture = m.make("exportPicture", tr("Export &picture..."), "Ctrl+Shift+E",
                           tr("Save a picture of the window"));
    quit = m.make("quit", tr("&Quit"), "Ctrl+Q", tr("Close the window"));
}

void Actions::makeRun(QWidget& window) {
    const Maker m(window);
    restart = m.make("restart", tr("Restart"), "Ctrl+R", tr("Start the run anew"));
    stepBack = m.make("stepBack", tr("Step back"), "F9|,", tr("Go back by one micro-step"));
    play = m.make("play", tr("Play"), "F5|P", tr("Play or pause"));
    step = m.make("step", tr("Step"), "F10|.", tr("Go forward by one micro-step"));
    nextFault = m.make("nextFault", tr("Next fault"), "F6|F", tr("Go on to the next page fault"));
    previousFault = m.make("previousFault", tr("Previous fault"), "Shift+F6|Shift+F",
                           tr("Go back to the previous page fault"));
    nextBlock =
        m.make("nextBlock", tr("Next block"), "F7|B", tr("Go on to the next transfer block"));
    previousBlock = m.make("previousBlock", tr("Previous block"), "Shift+F7|Shift+B",
                           tr("Go back to the previous transfer block"));
    nextViolation =
        m.make("nextViolation", tr("Next violation"), "F8|V",
               tr("Go on to the next violation: a lost write, a stale read, a broken invariant"));
    previousViolation = m.make("previousViolation", tr("Previous violation"), "Shift+F8|Shift+V",
                               tr("Go back to the previous violation"));
    goHome =
        m.make("goHome", tr("Go to the start"), "Ctrl+Home", tr("Go back to the first micro-step"));
    runToEnd = m.make("runToEnd", tr("Run to the end"), "Ctrl+End",
                      tr("Run as fast as possible to the end"));
    goToStep =
        m.make("goToStep", tr("Go to step..."), "Ctrl+G", tr("Go to a micro-step by its number"));
    cancel = m.make("cancel", tr("Cancel"), "Esc",
                    tr("Stop what is being worked on; what was done is kept"));
    slower = m.make("slower", tr("Slower"), "[", tr("Play more slowly"));
    faster = m.make("faster", tr("Faster"), "]", tr("Play faster"));
}

void Actions::makeView(QWidget& window) {
    const Maker m(window);
    themes = new QActionGroup(&window);
    light = m.makeToggle("light", tr("Light"), "", tr("Light colours"));
    dark = m.makeToggle("dark", tr("Dark"), "", tr("Dark colours"));
    highContrast = m.makeToggle("highContrast", tr("High contrast"), "",
                                tr("Black on white, letters in all cells"));
    for (QAction* theme : {light, dark, highContrast}) {
        themes->addAction(theme);
    }
    nextTheme =
        m.make("nextTheme", tr("Next theme"), "Ctrl+T", tr("Switch to the next set of colours"));
    largerText =
        m.make("largerText", tr("Larger text"), "Ctrl+=|Ctrl++", tr("Make all text larger"));
    smallerText = m.make("smallerText", tr("Smaller text"), "Ctrl+-", tr("Make all text smaller"));
    resetText = m.make("resetText", tr("Normal text"), "Ctrl+0", tr("Text of the normal size"));
    letters = m.makeToggle("letters", tr("Letters in all cells"), "Ctrl+L",
                           tr("Put a letter into every cell of the map that is large enough"));
    stillPictures = m.makeToggle("stillPictures", tr("Reduce motion"), "Ctrl+M",
                                 tr("Show moves without animation"));
    zoomIn = m.make("zoomIn", tr("Larger cells"), "Ctrl+]",
                    tr("Larger cells in the map of physical memory"));
    zoomOut = m.make("zoomOut", tr("Smaller cells"), "Ctrl+[",
                     tr("Smaller cells in the map of physical memory"));
    zoomFit = m.make("zoomFit", tr("Fit all cells"), "Ctrl+\\", tr("Show all of physical memory"));
    followAccess = m.make("followAccess", tr("Follow the latest access"), "L",
                          tr("Show the page of the latest access instead of the selected one"));
    nextColouring = m.make("nextColouring", tr("Next colours of segments"), "C",
                           tr("Colour segments by age, by owner, or by lock"));
    nextInList = m.make("nextInList", tr("Next frame of the list"), "N",
                        tr("Select the next frame of the free or used list, or the next segment"));
    previousInList = m.make("previousInList", tr("Previous frame of the list"), "Shift+N",
                            tr("Select the previous frame of the free or used list, or segment"));
    fullScreen = m.makeToggle("fullScreen", tr("Full screen"), "F11", tr("Use the whole screen"));
    resetLayout = m.make("resetLayout", tr("Reset layout"), "Ctrl+Shift+L",
                         tr("Show all cards at their places"));
}

void Actions::makeHelp(QWidget& window) {
    const Maker m(window);
    shortcuts = m.make("shortcuts", tr("Keys"), "F1|?", tr("List all keys"));
    about = m.make("about", tr("About Fragscope"), "", tr("Version and licence"));
}

void Actions::fillMenus(QMenuBar& bar, const std::vector<QAction*>& cards) const {
    QMenu& file = *bar.addMenu(tr("&File"));
    addAll(file, {openScenario, openRun, nullptr, record, exportCsv, exportPicture, nullptr, quit});
    QMenu& run = *bar.addMenu(tr("&Run"));
    addAll(run, {restart, goHome, nullptr, stepBack, play, step, slower, faster, nullptr, nextFault,
                 previousFault, nextBlock, previousBlock, nextViolation, previousViolation, nullptr,
                 goToStep, runToEnd, cancel});
    QMenu& view = *bar.addMenu(tr("&View"));
    QMenu& shown = *view.addMenu(tr("&Cards"));
    for (QAction* card : cards) {
        shown.addAction(card);
    }
    QMenu& theme = *view.addMenu(tr("&Theme"));
    addAll(theme, {light, dark, highContrast, nullptr, nextTheme});
    addAll(view, {nullptr, largerText, smallerText, resetText, nullptr, zoomIn, zoomOut, zoomFit,
                  letters, nullptr, followAccess, nextInList, previousInList, nextColouring,
                  nullptr, stillPictures, fullScreen, resetLayout});
    QMenu& help = *bar.addMenu(tr("&Help"));
    addAll(help, {shortcuts, about});
}

} // namespace fragscope
