#include "fragscope/ui/widgets/card.h"

#include "fragscope/ui/theme/look.h"

#include <QFontMetrics>
#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace fragscope {

Card::Card(Look& look, const QString& title, QWidget* content, CardHead head)
    : look_(look), title_(title), style_(head), content_(content), head_(new QWidget(this)),
      controls_(new QHBoxLayout(head_)) {
    setAccessibleName(title);
    controls_->setContentsMargins(0, 0, 0, 0);
    controls_->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(0);
    column->addWidget(head_);
    column->addWidget(content_, 1);
    if (content_->accessibleName().isEmpty()) {
        content_->setAccessibleName(title);
    }
    connect(&look_, &Look::changed, this, &Card::applyLook);
    applyLook();
}

void Card::applyLook() {
    head_->setFixedHeight(headHeight());
    head_->setVisible(style_ != CardHead::None);
    controls_->setContentsMargins(0, look_.scaled(3), look_.scaled(8), look_.scaled(3));
    layout()->setContentsMargins(1, 1, 1, look_.scaled(4));
    update();
}

int Card::headHeight() const {
    return QFontMetrics(look_.boldFont()).height() + look_.scaled(12);
}

void Card::setTitle(const QString& title) {
    if (title_ != title) {
        title_ = title;
        setAccessibleName(title);
        update();
    }
}

void Card::setNote(const QString& note) {
    if (note_ != note) {
        note_ = note;
        setAccessibleDescription(note);
        update();
    }
}

void Card::addControl(QWidget* control) {
    controls_->addWidget(control);
}

void Card::paintEvent(QPaintEvent*) {
    const Theme& theme = look_.theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme.border);
    painter.setBrush(theme.card);
    const double radius = look_.scaled(6);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (style_ != CardHead::None) {
        paintHead(painter);
    }
}

void Card::paintHead(QPainter& painter) const {
    const Theme& theme = look_.theme();
    const int bottom = headHeight();
    painter.setPen(theme.border);
    if (style_ == CardHead::Full) {
        painter.drawLine(1, bottom, width() - 2, bottom);
    }
    int right = width() - look_.scaled(12);
    for (int i = 0; i < controls_->count(); ++i) {
        const QWidget* control = controls_->itemAt(i)->widget();
        if (control != nullptr && !control->isHidden()) {
            right = std::min(right, control->geometry().left() - look_.scaled(8));
        }
    }
    const int top = style_ == CardHead::Plain ? look_.scaled(4) : 1;
    const QRect line(look_.scaled(12), top, right - look_.scaled(12), bottom - top);
    painter.setFont(look_.boldFont());
    painter.setPen(theme.text);
    const int titleWidth = std::min(painter.fontMetrics().horizontalAdvance(title_), line.width());
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(title_, Qt::ElideRight, line.width()));
    painter.setFont(look_.textFont());
    painter.setPen(theme.dimText);
    const QRect rest = line.adjusted(titleWidth + look_.scaled(12), 0, 0, 0);
    if (rest.width() > look_.scaled(30)) {
        painter.drawText(rest, Qt::AlignRight | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(note_, Qt::ElideRight, rest.width()));
    }
}

} // namespace fragscope
