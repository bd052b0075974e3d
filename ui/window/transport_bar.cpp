#include "fragscope/ui/window/transport_bar.h"

#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/text.h"
#include "fragscope/ui/window/actions.h"
#include "fragscope/ui/window/speed.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QSlider>
#include <QToolButton>

namespace fragscope {

TransportBar::TransportBar(Look& look, const Actions& actions, QWidget* parent)
    : QWidget(parent), look_(look), slow_(new QLabel(tr("Speed"))),
      slider_(new QSlider(Qt::Horizontal)), speed_(new QLabel), position_(new QLabel),
      cycles_(new QLabel), state_(new QLabel) {
    auto* row = new QHBoxLayout(this);
    setAccessibleName(tr("Transport"));
    addButton(actions.restart, "|\u25c0  %1");
    addButton(actions.stepBack, "\u25c0  %1");
    play_ = addButton(actions.play, "%1");
    play_->setProperty("primary", true);
    addButton(actions.step, "%1  \u25b6");
    addButton(actions.nextFault, "%1");
    addButton(actions.nextBlock, "%1");
    addButton(actions.nextViolation, "%1");
    row->addSpacing(8);
    row->addWidget(slow_);
    slider_->setRange(Speed::lowest, Speed::highest);
    slider_->setPageStep(2);
    slider_->setValue(Speed::preset);
    slider_->setAccessibleName(tr("Speed"));
    slider_->setFocusPolicy(Qt::StrongFocus);
    slow_->setBuddy(slider_);
    row->addWidget(slider_);
    row->addWidget(speed_);
    row->addStretch(1);
    for (QLabel* label : {position_, cycles_, state_}) {
        label->setTextFormat(Qt::RichText);
        row->addWidget(label);
    }
    position_->setAccessibleName(tr("Step"));
    state_->setAccessibleName(tr("State of the run"));
    connect(slider_, &QSlider::valueChanged, this, [this] {
        showSpeed();
        Q_EMIT speedChanged(stepsPerSecond());
    });
    connect(&look_, &Look::changed, this, &TransportBar::applyLook);
    applyLook();
    showSpeed();
}

QToolButton* TransportBar::addButton(QAction* action, const char* name) {
    auto* button = new QToolButton;
    button->setObjectName(QStringLiteral("transport"));
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(action->text());
    button->setProperty("action", action->objectName());
    button->setProperty("pattern", QString::fromUtf8(name));
    button->setText(QString::fromUtf8(name).arg(action->text()));
    // setDefaultAction keeps the text of the action; ours stays until the action changes.
    connect(action, &QAction::changed, button, [button, action] {
        button->setText(button->property("pattern").toString().arg(action->text()));
        button->setAccessibleName(action->text());
    });
    buttons_.push_back(button);
    layout()->addWidget(button);
    return button;
}

double TransportBar::stepsPerSecond() const {
    return Speed::stepsPerSecond(slider_->value());
}

void TransportBar::changeSpeed(int by) {
    slider_->setValue(slider_->value() + by);
}

void TransportBar::applyLook() {
    const int side = look_.scaled(12);
    layout()->setContentsMargins(side, look_.scaled(6), side, look_.scaled(6));
    layout()->setSpacing(look_.scaled(7));
    const QFontMetrics metrics(look_.textFont());
    speed_->setFixedWidth(metrics.horizontalAdvance(Speed::text(15)) + look_.scaled(6));
    play_->setMinimumWidth(metrics.horizontalAdvance(QStringLiteral("\u25b6  Pause")) +
                           look_.scaled(34));
    slider_->setFixedHeight(look_.scaled(22));
    fitTexts();
    update();
}

void TransportBar::resizeEvent(QResizeEvent*) {
    fitTexts();
}

void TransportBar::fitTexts() {
    const bool narrow = width() < look_.scaled(1500);
    slider_->setFixedWidth(look_.scaled(narrow ? 90 : 170));
    slow_->setVisible(!narrow);
    cycles_->setVisible(width() >= look_.scaled(1340));
}

void TransportBar::showSpeed() {
    speed_->setText(Speed::text(slider_->value()));
    slider_->setToolTip(tr("Speed: %1").arg(speed_->text()));
}

QString TransportBar::positionText() const {
    return position_->text();
}

QString TransportBar::stateText() const {
    return state_->text();
}

void TransportBar::show(const EngineSnapshot& snapshot) {
    const bool playing = snapshot.phase == EnginePhase::Playing;
    play_->defaultAction()->setText(playing ? tr("Pause") : tr("Play"));
    play_->setText(playing ? QStringLiteral("\u2016  ") + tr("Pause")
                           : QStringLiteral("\u25b6  ") + tr("Play"));
    if (!snapshot.moment) {
        position_->clear();
        cycles_->clear();
        state_->setText(tr("no run is open"));
        return;
    }
    const Theme& theme = look_.theme();
    const Snapshot& moment = *snapshot.moment;
    position_->setText(
        tr("step <b>%1</b> of %2").arg(grouped(moment.state.step), grouped(snapshot.allSteps)));
    cycles_->setText(
        QStringLiteral("<span style='color:%1'>%2</span>")
            .arg(theme.dimText.name(), tr("%1 cycles").arg(grouped(moment.state.timeCycles))));
    const bool live = snapshot.caption->kind == RunKind::Machine;
    QString state = live ? tr("LIVE") : tr("REPLAY");
    if (moment.finished && moment.atHead) {
        state += tr(", at its end");
    }
    if (snapshot.recording) {
        state += tr(", recording");
    }
    state_->setText(QStringLiteral("<b><span style='color:%1'>\u25cf %2</span></b>")
                        .arg((live ? theme.good : theme.accent).name(), state));
}

void TransportBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), look_.theme().card);
    painter.setPen(look_.theme().border);
    painter.drawLine(0, 0, width(), 0);
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

} // namespace fragscope
