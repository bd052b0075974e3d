#include "fragscope/ui/panels/fact_list.h"

#include "fragscope/ui/theme/look.h"

#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace fragscope {

FactList::FactList(Look& look, QWidget* parent) : QAbstractScrollArea(parent), look_(look) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    connect(&look_, &Look::changed, this, &FactList::layOut);
}

void FactList::show(std::vector<Fact> facts) {
    if (facts == facts_) {
        return;
    }
    facts_ = std::move(facts);
    QStringList spoken;
    for (const Fact& fact : facts_) {
        spoken << fact.name + QStringLiteral(": ") + fact.value;
    }
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    layOut();
}

int FactList::rowHeight() const {
    return QFontMetrics(look_.textFont()).height() + look_.scaled(3);
}

int FactList::nameWidth() const {
    const QFontMetrics metrics(look_.textFont());
    int widest = 0;
    for (const Fact& fact : facts_) {
        if (fact.tone != FactTone::Heading) {
            widest = std::max(widest, metrics.horizontalAdvance(fact.name));
        }
    }
    return std::min(widest + look_.scaled(14), viewport()->width() / 2);
}

void FactList::layOut() {
    verticalScrollBar()->setPageStep(rowsInSight());
    verticalScrollBar()->setRange(0, std::max(0, static_cast<int>(facts_.size()) - rowsInSight()));
    viewport()->update();
}

int FactList::rowsInSight() const {
    return std::max(1, (viewport()->height() - look_.scaled(4)) / rowHeight());
}

void FactList::resizeEvent(QResizeEvent*) {
    layOut();
}

QSize FactList::sizeHint() const {
    return {look_.scaled(300), static_cast<int>(facts_.size()) * rowHeight() + look_.scaled(8)};
}

QSize FactList::minimumSizeHint() const {
    return {look_.scaled(180), 2 * rowHeight()};
}

void FactList::paintEvent(QPaintEvent*) {
    const Theme& theme = look_.theme();
    QPainter painter(viewport());
    const int left = look_.scaled(12);
    const int valueLeft = left + nameWidth();
    int y = look_.scaled(4);
    const auto first = static_cast<std::size_t>(verticalScrollBar()->value());
    const std::size_t end =
        std::min(facts_.size(), first + static_cast<std::size_t>(rowsInSight()));
    for (std::size_t i = first; i < end; ++i) {
        const Fact& fact = facts_[i];
        const QRect line(left, y, viewport()->width() - left - look_.scaled(6), rowHeight());
        painter.setFont(look_.textFont());
        painter.setPen(theme.dimText);
        if (fact.tone == FactTone::Heading) {
            painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, fact.name);
            y += rowHeight();
            continue;
        }
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, fact.name);
        painter.setFont(look_.codeFont());
        painter.setPen(fact.tone == FactTone::Good  ? theme.good
                       : fact.tone == FactTone::Bad ? theme.bad
                                                    : theme.text);
        const QRect value(valueLeft, y, line.right() - valueLeft + 1, rowHeight());
        painter.drawText(
            value, Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(fact.value, Qt::ElideRight, value.width()));
        y += rowHeight();
    }
    if (hasFocus()) {
        painter.setPen(theme.accent);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace fragscope
