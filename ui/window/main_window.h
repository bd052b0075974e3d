#pragma once

#include "fragscope/ui/engine/engine.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/frame_clock.h"
#include "fragscope/ui/window/actions.h"
#include "fragscope/ui/window/hooks.h"

#include <QMainWindow>

#include <future>
#include <memory>
#include <optional>

class QLabel;

namespace fragscope {

class Cards;
class MessageBar;
class Presenter;
class TransportBar;

/// Whether the window remembers itself from one start to the next.
enum class Remember : std::uint8_t { Yes, No };

/// The window: drives the engine by its actions and shows the engine's latest snapshot once a
/// frame.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    /// Events that are looked at ahead when a run is opened, so that timeline and plots show the
    /// whole run.
    static constexpr std::uint64_t lookAheadEvents = 400'000;

    explicit MainWindow(Hooks hooks, Remember remember = Remember::No, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens a run made by `factory`; `lookAhead` events are made known at once.
    void openRun(RunFactory factory, std::uint64_t lookAhead = lookAheadEvents);

    /// Opens a scenario or run file by the hook; tells what is wrong with it.
    void openPath(const QString& path);

    /// Shows the engine's latest snapshot now; returns it.
    EngineSnapshotRef refresh();

    /// Waits until the engine is idle and everything is shown, for pictures and tests.
    void settle();

    [[nodiscard]] Engine& engine() { return engine_; }

    [[nodiscard]] Look& look() { return look_; }

    [[nodiscard]] const Actions& actions() const { return *actions_; }

    [[nodiscard]] Cards& cards() const { return *cards_; }

    [[nodiscard]] TransportBar& transport() const { return *transport_; }

    [[nodiscard]] Presenter& presenter() const { return *presenter_; }

    [[nodiscard]] MessageBar& messages() const { return *messages_; }

    /// What is said at the right of the menu bar: the name of the run, or a notice.
    [[nodiscard]] QString heading() const;

    /// Text size for a window of this width: one step smaller on small screens.
    static int textPointsFor(int width);

protected:
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void connectFile();
    void connectRun();
    void connectView();
    void connectHelp();
    void connectCards();
    void onTick();
    void command(const std::function<void()>& give); ///< gives a command and wakes the clock
    void seekTime(std::uint64_t timeCycles);
    void togglePlay();
    void toggleRecording(bool on);
    void exportCsv();
    void tellExported(); ///< once the export is done
    void exportPicture();
    void chooseFile(const QString& title, const QString& filter);
    void goToStep();
    void setTheme(ThemeName theme);
    void showShortcuts();
    void applyLook();
    void setSpeed();
    void updateTitle(const EngineSnapshot& snapshot);
    void saveState() const;
    void restoreState();
    void resetLayout();

    Hooks hooks_;
    Remember remember_;
    Look look_;
    RealFrameClock clock_;
    Engine engine_;
    std::unique_ptr<Actions> actions_;
    Cards* cards_ = nullptr;
    TransportBar* transport_ = nullptr;
    Presenter* presenter_ = nullptr;
    MessageBar* messages_ = nullptr;
    QLabel* runName_ = nullptr; ///< or a notice
    EngineSnapshotRef shown_;
    std::optional<std::uint64_t> wantedTime_; ///< a seek that waits for the engine
    qint64 busyUntilMs_ = 0;                  ///< the clock goes on until then
    bool laidOut_ = false;
    std::future<Expected<Done>> exporting_; ///< valid while CSV files are written
    QString exportFolder_;
};

} // namespace fragscope
