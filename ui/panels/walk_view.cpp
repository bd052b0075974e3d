#include "fragscope/ui/panels/walk_view.h"

#include "fragscope/ui/panels/pte_bits.h"
#include "fragscope/ui/theme/look.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace fragscope {

namespace {

bool isOffset(const WalkRow& row) {
    return row.kind == WalkRow::Kind::Offset;
}

} // namespace

WalkView::WalkView(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setAccessibleName(tr("Page walk"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    connect(&look_, &Look::changed, this, [this] { updateGeometry(); });
}

void WalkView::show(std::vector<WalkRow> rows, const QString& summary) {
    const bool otherSize = rows.size() != rows_.size();
    rows_ = std::move(rows);
    summary_ = summary;
    setAccessibleDescription(summary);
    if (otherSize) {
        updateGeometry();
    }
    update();
}

int WalkView::rowHeight() const {
    return QFontMetrics(look_.codeFont()).height() + look_.scaled(5);
}

QSize WalkView::sizeHint() const {
    const int rows = rows_.empty() ? 5 : static_cast<int>(rows_.size());
    const int line = QFontMetrics(look_.textFont()).lineSpacing();
    return {look_.scaled(300), rows * rowHeight() + 2 * line + look_.scaled(10)};
}

QSize WalkView::minimumSizeHint() const {
    return {look_.scaled(200), sizeHint().height()};
}

QRect WalkView::rowRect(std::size_t index) const {
    return {look_.scaled(12), look_.scaled(6) + static_cast<int>(index) * rowHeight(),
            width() - look_.scaled(24), rowHeight() - look_.scaled(3)};
}

QString WalkView::entryText(const WalkRow& row) const {
    switch (row.state) {
    case WalkRow::State::NotReached:
        return tr("not reached");
    case WalkRow::State::Failed:
        return row.reason;
    case WalkRow::State::Place:
        return QStringLiteral("P0x%1").arg(row.entryPaddr, 0, 16);
    case WalkRow::State::Passed:
    case WalkRow::State::Leaf:
        break;
    }
    return QStringLiteral("%1 \u2192 F %2")
        .arg(flagsInLetters(row.entry))
        .arg(frameOfEntry(row.entry));
}

void WalkView::paintRow(QPainter& painter, const WalkRow& row, const QRect& rect) const {
    const Theme& theme = look_.theme();
    const bool reached = row.state != WalkRow::State::NotReached;
    const bool failed = row.state == WalkRow::State::Failed;
    painter.setFont(look_.textFont());
    painter.setPen(theme.dimText);
    const int tableWidth =
        painter.fontMetrics().horizontalAdvance(QStringLiteral("offset")) + look_.scaled(8);
    painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, row.table);

    painter.setFont(look_.codeFont());
    const int letter = painter.fontMetrics().horizontalAdvance(QLatin1Char('0'));
    const QRect index(rect.left() + tableWidth, rect.top(), 5 * letter + look_.scaled(8),
                      rect.height());
    painter.setPen(theme.border);
    painter.setBrush(theme.field);
    painter.drawRect(index.adjusted(0, 0, -1, -1));
    painter.setPen(reached ? theme.text : theme.dimText);
    painter.drawText(index.adjusted(0, 0, -look_.scaled(4), 0), Qt::AlignRight | Qt::AlignVCenter,
                     isOffset(row) ? QStringLiteral("0x%1").arg(row.index, 0, 16)
                                   : QString::number(row.index));
    const QRect arrow(index.right() + 1, rect.top(), look_.scaled(20), rect.height());
    painter.setPen(theme.dimText);
    painter.drawText(arrow, Qt::AlignCenter, QStringLiteral("\u2192"));

    const QRect entry(arrow.right() + 1, rect.top(), rect.right() - arrow.right(), rect.height());
    painter.setPen(failed ? QPen(theme.alert, 2) : QPen(theme.border, 1));
    painter.setBrush(failed ? theme.card : theme.field);
    painter.drawRect(failed ? entry.adjusted(1, 1, -1, -1) : entry.adjusted(0, 0, -1, -1));
    QFont font = look_.codeFont();
    font.setBold(failed);
    painter.setFont(font);
    painter.setPen(reached ? theme.text : theme.dimText);
    const QRect inside = entry.adjusted(look_.scaled(6), 0, -look_.scaled(2), 0);
    painter.drawText(
        inside, Qt::AlignLeft | Qt::AlignVCenter,
        painter.fontMetrics().elidedText(entryText(row), Qt::ElideRight, inside.width()));
}

void WalkView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        paintRow(painter, rows_[i], rowRect(i));
    }
    painter.setFont(look_.textFont());
    painter.setPen(look_.theme().text);
    const int top =
        rows_.empty() ? look_.scaled(6) : rowRect(rows_.size() - 1).bottom() + look_.scaled(6);
    const int side = look_.scaled(12);
    painter.drawText(QRect(side, top, width() - 2 * side, height() - top),
                     Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, summary_);
}

QString WalkView::tipOf(const WalkRow& row) const {
    if (isOffset(row)) {
        return tr("the last bits of the address: the byte within the page");
    }
    return tr("%1 entry %2 at P0x%3:\n0x%4\n%5")
        .arg(row.table)
        .arg(row.index)
        .arg(row.entryPaddr, 0, 16)
        .arg(row.entry, 16, 16, QLatin1Char('0'))
        .arg(flagsInWords(row.entry));
}

bool WalkView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<const QHelpEvent*>(event);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (rowRect(i).contains(help->pos()) && rows_[i].state != WalkRow::State::NotReached) {
            QToolTip::showText(help->globalPos(), tipOf(rows_[i]), this);
            return true;
        }
    }
    QToolTip::hideText();
    return true;
}

} // namespace fragscope
