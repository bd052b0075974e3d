#include "fragscope/ui/heap/list_matrix.h"

#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/text.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <bit>

namespace fragscope {

ListMatrix::ListMatrix(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Lists by their two indices"));
    connect(&look_, &Look::changed, this, [this] { updateGeometry(); });
}

void ListMatrix::show(const HeapView& heap) {
    cells_.clear();
    const auto& lists = heap.picture.lists;
    std::uint32_t lastColumn = 0;
    for (const FreeListPicture& list : lists) {
        if (list.members.empty() || list.name != lists.front().name) {
            continue;
        }
        std::uint64_t least = ~0ULL;
        for (const FreeListMember& member : list.members) {
            least = std::min(least, member.length.value);
        }
        cells_.push_back(
            {list.row, list.column, list.members.size(), least, list.members.front().start.value});
        lastColumn = std::max(lastColumn, list.column);
    }
    const auto [low, high] = std::minmax_element(
        cells_.begin(), cells_.end(), [](const Cell& a, const Cell& b) { return a.row < b.row; });
    firstRow_ = cells_.empty() ? 0 : low->row;
    lastRow_ = cells_.empty() ? 0 : high->row;
    columns_ = std::max(columns_, std::bit_ceil(lastColumn + 1)); // it stays as wide as it was
    name_ = lists.empty() ? QString() : qt(lists.front().name);
    setAccessibleDescription(tr("%1 lists have a block").arg(cells_.size()));
    updateGeometry();
    update();
}

int ListMatrix::rowHeight() const {
    return QFontMetrics(look_.smallFont()).height();
}

int ListMatrix::labelWidth() const {
    return QFontMetrics(look_.smallFont()).horizontalAdvance(QStringLiteral("row 00")) +
           look_.scaled(20);
}

QRect ListMatrix::rectOf(std::uint32_t row, std::uint32_t column) const {
    const int room = width() - labelWidth() - look_.scaled(12);
    const auto x = [&](std::uint32_t at) {
        return labelWidth() + room * static_cast<int>(at) / static_cast<int>(columns_);
    };
    const int top = look_.scaled(2) + static_cast<int>(row - firstRow_) * rowHeight();
    return {x(column), top, x(column + 1) - x(column), rowHeight()};
}

const ListMatrix::Cell* ListMatrix::cellAt(QPoint point) const {
    const auto found = std::find_if(cells_.begin(), cells_.end(), [&](const Cell& cell) {
        return rectOf(cell.row, cell.column).contains(point);
    });
    return found == cells_.end() ? nullptr : &*found;
}

void ListMatrix::mousePressEvent(QMouseEvent* event) {
    if (const Cell* cell = cellAt(event->pos())) {
        Q_EMIT chosen(cell->first);
    }
}

bool ListMatrix::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const Cell* cell = cellAt(help->pos())) {
        QToolTip::showText(help->globalPos(),
                           tr("%1 %2/%3: %4, the smallest of %5 B")
                               .arg(name_)
                               .arg(cell->row)
                               .arg(cell->column)
                               .arg(counted(cell->blocks, tr("block"), tr("blocks")))
                               .arg(cell->least),
                           this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void ListMatrix::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme& theme = look_.theme();
    painter.setFont(look_.smallFont());
    for (std::uint32_t row = firstRow_; row <= lastRow_ && !cells_.empty(); ++row) {
        painter.setPen(theme.dimText);
        const QRect first = rectOf(row, 0);
        painter.drawText(QRect(look_.scaled(12), first.top(), labelWidth(), first.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, tr("row %1").arg(row));
        painter.setPen(theme.border);
        for (std::uint32_t column = 0; column < columns_; ++column) {
            painter.drawRect(rectOf(row, column).adjusted(0, 0, 0, 0));
        }
    }
    for (const Cell& cell : cells_) {
        const QRect rect = rectOf(cell.row, cell.column).adjusted(1, 1, 0, 0);
        painter.fillRect(rect, theme.accent);
        const QString text = QString::number(cell.blocks);
        if (painter.fontMetrics().horizontalAdvance(text) < rect.width()) {
            painter.setPen(theme.onAccent);
            painter.drawText(rect, Qt::AlignCenter, text);
        }
    }
}

QSize ListMatrix::minimumSizeHint() const {
    return {look_.scaled(160), rows() * rowHeight() + look_.scaled(6)};
}

QSize ListMatrix::sizeHint() const {
    return {look_.scaled(360), minimumSizeHint().height()};
}

} // namespace fragscope
