#include "fragscope/ui/map/virtual_map.h"
#include "fragscope/ui/theme/cell_look.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/frame_clock.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace fragscope {

namespace {

FrameClass kindOf(const Extent& extent, std::size_t index) {
    if (extent.kind == EntryKind::NoAccess) {
        return FrameClass::InEntryE;
    }
    if (extent.kind == EntryKind::Free) {
        return FrameClass::Free;
    }
    if (extent.label == 'A') {
        return FrameClass::BlockA;
    }
    return extent.label == 'O' || index % 2 == 0 ? FrameClass::BlockO : FrameClass::BlockA;
}

} // namespace

void VirtualMap::paintPages(QPainter& painter, const Bar& bar, const QRectF& rect) const {
    const double pages = static_cast<double>(bar.extent.length) / static_cast<double>(pageBytes);
    const double width = rect.width() / std::max(1.0, pages);
    if (width < 5) {
        return;
    }
    painter.setPen(look_.theme().card);
    for (double x = rect.left() + width; x < rect.right() - 1; x += width) {
        painter.drawLine(QPointF(x, rect.bottom() - look_.scaled(5)), QPointF(x, rect.bottom()));
    }
}

void VirtualMap::paintBar(QPainter& painter, const Bar& bar, std::size_t index) const {
    if (isStrip(bar.extent)) {
        return; // its cells are painted
    }
    const QRectF rect = rectOf(bar);
    const CellLook look = lookOf(kindOf(bar.extent, index), look_.theme());
    paintCell(painter, rect.toRect(), look, Letters::WhereNeeded);
    paintPages(painter, bar, rect);
    painter.setPen(QPen(look_.theme().card, 2));
    painter.drawLine(rect.topRight(), rect.bottomRight());
    painter.setFont(look_.boldFont());
    if (look.pattern == CellPattern::Hatched) {
        painter.setPen(QPen(look.mark, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect.adjusted(1, 1, -1, -1));
        return;
    }
    const QFontMetrics metrics = painter.fontMetrics();
    QString name = barName(bar.extent);
    if (metrics.horizontalAdvance(name) > rect.width() - look_.scaled(12)) {
        name = name.left(1);
    }
    if (metrics.horizontalAdvance(name) <= rect.width() - 4) {
        painter.setPen(readableOn(look.fill));
        painter.drawText(rect, Qt::AlignCenter, name);
    }
}

void VirtualMap::paintCells(QPainter& painter) const {
    painter.setFont(look_.codeFont());
    const QRect area = barArea();
    for (const PageCell& cell : cells_) {
        const auto state = static_cast<PageState>(cell.state & (StateTable::presentBit - 1));
        const bool present = (cell.state & StateTable::presentBit) != 0;
        const int left = static_cast<int>(std::lround(cell.left));
        const int right = static_cast<int>(std::lround(cell.left + cell.width));
        const int gap = cell.pages == 1 && right - left >= 4 ? 1 : 0;
        paintCell(painter, QRect(left, area.top(), std::max(1, right - left - gap), area.height()),
                  lookOf(state, present ? Presence::Present : Presence::Absent, look_.theme()),
                  Letters::WhereNeeded);
        const double page = cell.width / static_cast<double>(cell.pages);
        painter.setPen(look_.theme().card); // the borders between its pages
        for (double x = cell.left + page; page >= 4 && x < cell.left + cell.width - 1; x += page) {
            painter.drawLine(QPointF(x, area.bottom() - look_.scaled(5)),
                             QPointF(x, area.bottom()));
        }
    }
}

void VirtualMap::paintPulses(QPainter& painter) const {
    const QRect area = barArea();
    painter.setBrush(Qt::NoBrush);
    for (const Pulse& pulse : pulses_) {
        const std::optional<double> x = bars_.xOf(pulse.place);
        const std::optional<double> end = bars_.xOf(pulse.place + pageBytes - 1);
        if (!x || !end) {
            continue;
        }
        QColor colour = look_.theme().alert;
        colour.setAlpha(static_cast<int>(255 * pulse.strengthAt(clock_.nowMs())));
        painter.setPen(QPen(colour, look_.scaled(3)));
        painter.drawRect(QRectF(*x, area.top() - 1, std::max(3.0, *end - *x), area.height() + 2));
    }
}

void VirtualMap::paintStacks(QPainter& painter) const {
    const Theme& theme = look_.theme();
    const QRect area = barArea();
    painter.setFont(look_.smallFont());
    const QFontMetrics metrics = painter.fontMetrics();
    for (const StackMark& stack : stacks_) {
        const std::optional<double> x = xOfStack(stack);
        if (!x) {
            continue;
        }
        const QPointF top(*x, area.top() - 3);
        const QPointF bottom(*x, area.bottom() + 4);
        painter.setPen(QPen(theme.card, look_.scaled(5)));
        painter.drawLine(top, bottom);
        painter.setPen(QPen(theme.text, look_.scaled(2)));
        painter.drawLine(top, bottom);
        const QString label =
            stacks_.size() == 1 ? tr("RSP") : tr("RSP of task %1").arg(stack.task);
        QRectF patch(0, 0, metrics.horizontalAdvance(label) + look_.scaled(8), metrics.height());
        const double right = *x + look_.scaled(4);
        const bool fits = right + patch.width() < width();
        patch.moveTopLeft(QPointF(fits ? right : *x - look_.scaled(4) - patch.width(),
                                  area.bottom() - patch.height() - 2));
        painter.setPen(theme.border);
        painter.setBrush(theme.card);
        painter.drawRect(patch);
        painter.setPen(theme.text);
        painter.drawText(patch, Qt::AlignCenter, label);
    }
}

void VirtualMap::paintAddresses(QPainter& painter) const {
    painter.setFont(look_.smallFont());
    const QFontMetrics metrics = painter.fontMetrics();
    const QRect area = barArea();
    const int bottom = area.top() - look_.scaled(4);
    double free = 0;
    for (const Bar& bar : bars_.bars()) {
        if (isStrip(bar.extent) && bar.extent.label == 'G') {
            continue; // the stack beside it needs the room
        }
        const bool moving = bar.extent.kind == EntryKind::NoAccess;
        QString label = moving ? QStringLiteral("E") : groupedHex(bar.extent.start);
        if (isStrip(bar.extent)) {
            const QString longer = label + QStringLiteral("  ") + barName(bar.extent);
            label = metrics.horizontalAdvance(longer) <= bar.width ? longer : label;
        }
        const double wide = metrics.horizontalAdvance(label);
        const double x = moving ? bar.left + (bar.width - wide) / 2 : bar.left;
        if (x < free || x + wide > width()) {
            continue;
        }
        painter.setPen(moving ? look_.theme().alert : look_.theme().dimText);
        painter.drawText(QPointF(x, bottom - metrics.descent()), label);
        free = x + wide + look_.scaled(10);
    }
}

void VirtualMap::paintLatest(QPainter& painter, double x, const AccessMark& mark) const {
    const Theme& theme = look_.theme();
    const QString verb = mark.sort == AccessSort::Write ? tr("writes") : tr("reads");
    const QString place =
        mark.faulted ? tr("page fault") : tr("frame %1").arg(mark.paddr / pageBytes);
    const QString what =
        tr("CPU %1 %2 %3 \u2192 %4").arg(mark.cpu).arg(verb, groupedHex(mark.vaddr), place);
    painter.setFont(look_.smallFont());
    const QFontMetrics metrics = painter.fontMetrics();
    const QRect area = barArea();
    const double wide = metrics.horizontalAdvance(what);
    const int line = metrics.height();
    const double y = area.bottom() + line + look_.scaled(4);
    painter.setPen(QPen(theme.text, look_.scaled(2)));
    painter.drawLine(QPointF(x, area.bottom() + 3), QPointF(x, y + line));
    const bool fits = x + wide + look_.scaled(8) < area.right();
    const double left = fits ? x + look_.scaled(6) : x - look_.scaled(6) - wide;
    painter.setPen(theme.text);
    painter.drawText(QPointF(left, y + metrics.ascent()), what);
}

void VirtualMap::paintAccesses(QPainter& painter) const {
    const Theme& theme = look_.theme();
    const QRect area = barArea();
    for (std::size_t i = accesses_.size(); i-- > 0;) {
        const std::optional<double> x = bars_.xOf(accesses_[i].vaddr);
        if (!x) {
            continue;
        }
        if (i == 0) {
            paintLatest(painter, *x, accesses_[i]);
            continue;
        }
        const bool write = accesses_[i].sort == AccessSort::Write;
        painter.setPen(QPen(mixed(theme.card, theme.text, i < 8 ? 0.55 : 0.3), write ? 2 : 1));
        const int length = look_.scaled(write ? 10 : 7);
        painter.drawLine(QPointF(*x, area.bottom() + 4), QPointF(*x, area.bottom() + 4 + length));
    }
}

void VirtualMap::paintSelection(QPainter& painter) const {
    const std::optional<double> x = selected_ ? bars_.xOf(*selected_) : std::nullopt;
    if (!x) {
        return;
    }
    const std::optional<double> end = bars_.xOf(*selected_ + pageBytes - 1);
    const QRect area = barArea();
    const double wide = std::max(4.0, end.value_or(*x) - *x);
    const QRectF rect(*x, area.top() - 2, wide, area.height() + 4);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(look_.theme().card, 1));
    painter.drawRect(rect.adjusted(-2, -2, 2, 2));
    painter.setPen(QPen(look_.theme().text, 2));
    painter.drawRect(rect);
}

void VirtualMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (extents_.empty()) {
        painter.setPen(look_.theme().dimText);
        painter.drawText(rect(), Qt::AlignCenter, tr("This process has no memory."));
        return;
    }
    for (std::size_t i = 0; i < bars_.bars().size(); ++i) {
        paintBar(painter, bars_.bars()[i], i);
    }
    paintCells(painter);
    paintPulses(painter);
    paintStacks(painter);
    paintAddresses(painter);
    paintAccesses(painter);
    paintSelection(painter);
    if (hasFocus()) {
        painter.setPen(look_.theme().accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(4, 0, -5, -1));
    }
}

} // namespace fragscope
