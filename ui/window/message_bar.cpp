#include "fragscope/ui/window/message_bar.h"

#include "fragscope/ui/theme/look.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace fragscope {

MessageBar::MessageBar(Look& look, QWidget* parent)
    : QFrame(parent), look_(look), text_(new QLabel) {
    setObjectName(QStringLiteral("messageBar"));
    setAccessibleName(tr("Message"));
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QPushButton(tr("Close"));
    close->setAccessibleName(tr("Close the message"));
    auto* row = new QHBoxLayout(this);
    row->addWidget(text_, 1);
    row->addWidget(close);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    connect(&look_, &Look::changed, this, &MessageBar::applyLook);
    applyLook();
    hide();
}

void MessageBar::applyLook() {
    const Theme& theme = look_.theme();
    setStyleSheet(
        QStringLiteral("QFrame#messageBar { background: %1; border-bottom: 1px solid %2; }"
                       "QLabel { color: %3; }")
            .arg(theme.alertSoft.name(), theme.alert.name(), theme.text.name()));
}

void MessageBar::tell(const QString& message) {
    text_->setText(message);
    setAccessibleDescription(message);
    setVisible(!message.isEmpty());
}

QString MessageBar::message() const {
    return isHidden() ? QString() : text_->text();
}

} // namespace fragscope
