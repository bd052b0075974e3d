#pragma once

#include <QAction>
#include <QActionGroup>

#include <vector>

class QMenuBar;
class QWidget;

namespace fragscope {

/// Everything the window can be told to do, each with its text, key and sentence. The actions
/// belong to the window; connecting them is its business.
struct Actions {
    explicit Actions(QWidget& window);

    // file
    QAction* openScenario;
    QAction* openRun;
    QAction* record;
    QAction* exportCsv;
    QAction* exportPicture;
    QAction* quit;
    // run
    QAction* restart;
    QAction* stepBack;
    QAction* play;
    QAction* step;
    QAction* nextFault;
    QAction* previousFault;
    QAction* nextBlock;
    QAction* previousBlock;
    QAction* nextViolation;
    QAction* previousViolation;
    QAction* goHome;
    QAction* runToEnd;
    QAction* goToStep;
    QAction* cancel;
    QAction* slower;
    QAction* faster;
    // view
    QActionGroup* themes;
    QAction* light;
    QAction* dark;
    QAction* highContrast;
    QAction* nextTheme;
    QAction* largerText;
    QAction* smallerText;
    QAction* resetText;
    QAction* letters;
    QAction* stillPictures;
    QAction* zoomIn;
    QAction* zoomOut;
    QAction* zoomFit;
    QAction* followAccess;
    QAction* nextColouring;
    QAction* nextInList;
    QAction* previousInList;
    QAction* fullScreen;
    QAction* resetLayout;
    // help
    QAction* shortcuts;
    QAction* about;

    /// Fills the menu bar. `cards` are the toggles of the window's cards.
    void fillMenus(QMenuBar& bar, const std::vector<QAction*>& cards) const;

private:
    void makeFile(QWidget& window);
    void makeRun(QWidget& window);
    void makeView(QWidget& window);
    void makeHelp(QWidget& window);
};

} // namespace fragscope
