#include "fragscope/ui/panels/lesson_panel.h"

#include "fragscope/ui/panels/prose_view.h"
#include "fragscope/ui/theme/look.h"

#include <QLabel>
#include <QVBoxLayout>

namespace fragscope {

LessonPanel::LessonPanel(Look& look, QWidget* parent)
    : QWidget(parent), look_(look), banner_(new QLabel), text_(new ProseView(look)),
      question_(new QLabel) {
    auto* column = new QVBoxLayout(this);
    column->setSpacing(0);
    column->addWidget(banner_);
    column->addWidget(text_, 1);
    column->addWidget(question_);
    text_->setAccessibleName(tr("Lesson"));
    question_->setAccessibleName(tr("Question"));
    for (QLabel* label : {banner_, question_}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->hide();
    }
    connect(&look_, &Look::changed, this, &LessonPanel::applyLook);
    applyLook();
}

void LessonPanel::applyLook() {
    const Theme& theme = look_.theme();
    layout()->setContentsMargins(0, 0, 0, 0);
    const QString frame =
        QStringLiteral("QLabel { margin: %1px; padding: %2px; border: %3px solid %4; "
                       "border-radius: %5px; color: %6; background: %7; }");
    question_->setStyleSheet(frame.arg(look_.scaled(8))
                                 .arg(look_.scaled(7))
                                 .arg(look_.scaled(2))
                                 .arg(theme.accent.name())
                                 .arg(look_.scaled(5))
                                 .arg(theme.text.name(), theme.card.name()));
    banner_->setStyleSheet(frame.arg(look_.scaled(8))
                               .arg(look_.scaled(7))
                               .arg(1)
                               .arg(theme.alert.name())
                               .arg(look_.scaled(5))
                               .arg(theme.text.name(), theme.alertSoft.name()));
}

void LessonPanel::show(const QString& text, const QString& question, const QString& banner) {
    text_->show(text);
    question_->setText(question);
    question_->setVisible(!question.isEmpty());
    banner_->setText(banner);
    banner_->setVisible(!banner.isEmpty());
}

} // namespace fragscope
