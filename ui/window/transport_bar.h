#pragma once

#include "fragscope/ui/engine/engine_snapshot.h"

#include <QWidget>

class QAction;
class QLabel;
class QSlider;
class QToolButton;

namespace fragscope {

class Look;
struct Actions;

/// Buttons to move through the run, the speed slider, where the run stands and how it is driven.
class TransportBar : public QWidget {
    Q_OBJECT

public:
    TransportBar(Look& look, const Actions& actions, QWidget* parent = nullptr);

    void show(const EngineSnapshot& snapshot);

    [[nodiscard]] double stepsPerSecond() const;

    void changeSpeed(int by); ///< places of the slider

    [[nodiscard]] QString positionText() const;
    [[nodiscard]] QString stateText() const;

Q_SIGNALS:
    void speedChanged(double stepsPerSecond);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void applyLook();
    void showSpeed();
    void fitTexts();
    QToolButton* addButton(QAction* action, const char* name);

    Look& look_;
    QToolButton* play_ = nullptr;
    std::vector<QToolButton*> buttons_;
    QLabel* slow_;
    QSlider* slider_;
    QLabel* speed_;
    QLabel* position_;
    QLabel* cycles_;
    QLabel* state_;
};

} // namespace fragscope
