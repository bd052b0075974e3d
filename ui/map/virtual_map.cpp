#include "fragscope/ui/map/virtual_map.h"

#include "fragscope/base/text.h"
#include "fragscope/ui/theme/cell_look.h"
#include "fragscope/ui/theme/look.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

FrameClass kindOf(const Extent& extent, std::size_t index) {
    if (extent.kind == EntryKind::NoAccess) {
        return FrameClass::InEntryE;
    }
    if (extent.label == 'A') {
        return FrameClass::BlockA;
    }
    return extent.label == 'O' || index % 2 == 0 ? FrameClass::BlockO : FrameClass::BlockA;
}

} // namespace

QString groupedHex(std::uint64_t address) {
    QString digits = QString::number(address, 16).rightJustified(8, QLatin1Char('0'));
    for (qsizetype i = digits.size() - 4; i > 0; i -= 4) {
        digits.insert(i, QLatin1Char(' '));
    }
    return digits;
}

QString barName(const Extent& extent) {
    const QString size = QString::fromStdString(text(ByteCount(extent.length)));
    if (extent.kind == EntryKind::NoAccess) {
        return VirtualMap::tr("E  no access");
    }
    if (extent.label == 'O') {
        return VirtualMap::tr("O  grows, %1").arg(size);
    }
    if (extent.label == 'A') {
        return VirtualMap::tr("A  still at the old place, %1").arg(size);
    }
    const QString label =
        extent.label == 0 ? QString() : QString(QLatin1Char(static_cast<char>(extent.label)));
    return QStringLiteral("%1  %2").arg(label, size);
}

VirtualMap::VirtualMap(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Virtual memory of the process"));
    connect(&look_, &Look::changed, this, [this] {
        updateGeometry();
        layOut();
    });
}

QSize VirtualMap::minimumSizeHint() const {
    const int line = QFontMetrics(look_.smallFont()).height();
    return {look_.scaled(240), look_.scaled(28) + 3 * line + look_.scaled(18)};
}

QSize VirtualMap::sizeHint() const {
    return {look_.scaled(600), minimumSizeHint().height() + look_.scaled(16)};
}

void VirtualMap::show(const std::vector<Extent>& extents, const std::vector<AccessMark>& accesses) {
    extents_ = extents;
    accesses_ = accesses;
    layOut();
}

void VirtualMap::setSelected(std::optional<std::uint64_t> vaddr) {
    if (selected_ != vaddr) {
        selected_ = vaddr;
        update();
    }
}

QRect VirtualMap::barArea() const {
    const int line = QFontMetrics(look_.smallFont()).height();
    const int top = line + look_.scaled(8);
    const int below = 2 * line + look_.scaled(10);
    const int side = look_.scaled(14);
    const int room = std::max(height() - top - below, look_.scaled(20));
    return {side, top, width() - 2 * side, std::min(room, look_.scaled(56))};
}

void VirtualMap::layOut() {
    const QRect area = barArea();
    bars_ = BarLayout(extents_, area.left(), area.width(), look_.scaled(18));
    update();
}

void VirtualMap::select(std::uint64_t vaddr) {
    const std::uint64_t page = vaddr & ~pageOffsetMask;
    setSelected(page);
    Q_EMIT pageSelected(page);
}

void VirtualMap::resizeEvent(QResizeEvent*) {
    layOut();
}

void VirtualMap::mousePressEvent(QMouseEvent* event) {
    if (const auto vaddr = bars_.addressAt(event->position().x())) {
        select(*vaddr);
    }
}

void VirtualMap::keyPressEvent(QKeyEvent* event) {
    const bool left = event->key() == Qt::Key_Left;
    if ((!left && event->key() != Qt::Key_Right) || extents_.empty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    const std::uint64_t now = selected_.value_or(extents_.front().start);
    const std::uint64_t next = left ? now - pageBytes : now + pageBytes;
    if (bars_.xOf(next)) {
        select(next);
    }
}

bool VirtualMap::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<const QHelpEvent*>(event);
        for (const Bar& bar : bars_.bars()) {
            if (rectOf(bar).contains(help->pos())) {
                QToolTip::showText(help->globalPos(),
                                   tr("%1\n%2 to %3")
                                       .arg(barName(bar.extent), groupedHex(bar.extent.start),
                                            groupedHex(bar.extent.start + bar.extent.length - 1)),
                                   this);
                return true;
            }
        }
        QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

QRectF VirtualMap::rectOf(const Bar& bar) const {
    const QRect area = barArea();
    return {bar.left, static_cast<double>(area.top()), bar.width,
            static_cast<double>(area.height())};
}

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

void VirtualMap::paintAddresses(QPainter& painter) const {
    painter.setFont(look_.smallFont());
    const QFontMetrics metrics = painter.fontMetrics();
    const QRect area = barArea();
    const int bottom = area.top() - look_.scaled(4);
    double free = 0;
    for (const Bar& bar : bars_.bars()) {
        const bool moving = bar.extent.kind == EntryKind::NoAccess;
        const QString label = moving ? QStringLiteral("E") : groupedHex(bar.extent.start);
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
