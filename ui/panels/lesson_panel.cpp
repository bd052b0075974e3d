#include "fragscope/ui/panels/lesson_panel.h"

#include "fragscope/ui/panels/prose_view.h"
#include "fragscope/ui/theme/look.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace fragscope {

namespace {

/// A framed sentence.
QFrame* framed(QLabel* label) {
    auto* frame = new QFrame;
    frame->setObjectName(QStringLiteral("framed"));
    auto* inside = new QVBoxLayout(frame);
    inside->addWidget(label);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setMinimumWidth(40);
    frame->hide();
    return frame;
}

} // namespace

LessonPanel::LessonPanel(Look& look, QWidget* parent)
    : QWidget(parent), look_(look), banner_(new QLabel), text_(new ProseView(look, 3)),
      question_(new QLabel), bannerFrame_(framed(banner_)), questionFrame_(framed(question_)) {
    auto* column = new QVBoxLayout(this);
    column->addWidget(bannerFrame_);
    column->addWidget(text_, 1);
    column->addWidget(questionFrame_);
    text_->setAccessibleName(tr("Lesson"));
    question_->setAccessibleName(tr("Question"));
    connect(&look_, &Look::changed, this, &LessonPanel::applyLook);
    applyLook();
}

void LessonPanel::applyLook() {
    const Theme& theme = look_.theme();
    const int side = look_.scaled(9);
    layout()->setContentsMargins(side, look_.scaled(2), side, look_.scaled(5));
    layout()->setSpacing(look_.scaled(4));
    for (QFrame* frame : {bannerFrame_, questionFrame_}) {
        const int inner = look_.scaled(7);
        frame->layout()->setContentsMargins(inner, inner - 1, inner, inner - 1);
    }
    const QString style = QStringLiteral(
        "QFrame#framed { border: %1px solid %2; border-radius: %3px; background: %4; }");
    questionFrame_->setStyleSheet(style.arg(look_.scaled(2))
                                      .arg(theme.accent.name())
                                      .arg(look_.scaled(5))
                                      .arg(theme.card.name()));
    bannerFrame_->setStyleSheet(
        style.arg(1).arg(theme.alert.name()).arg(look_.scaled(5)).arg(theme.alertSoft.name()));
}

QSize LessonPanel::minimumSizeHint() const {
    const int inner = std::max(80, width() - layout()->contentsMargins().left() -
                                       layout()->contentsMargins().right());
    int height = text_->minimumSizeHint().height() + layout()->contentsMargins().top() +
                 layout()->contentsMargins().bottom();
    for (const QFrame* frame : {bannerFrame_, questionFrame_}) {
        if (!frame->isHidden()) {
            height += frame->layout()->heightForWidth(inner) + layout()->spacing();
        }
    }
    return {look_.scaled(180), height};
}

void LessonPanel::resizeEvent(QResizeEvent*) {
    updateGeometry();
}

void LessonPanel::show(const QString& text, const QString& question, const QString& banner) {
    text_->show(text);
    question_->setText(question);
    questionFrame_->setVisible(!question.isEmpty());
    banner_->setText(banner);
    bannerFrame_->setVisible(!banner.isEmpty());
    updateGeometry();
}

} // namespace fragscope
