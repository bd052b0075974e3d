#include "fragscope/ui/map/legend.h"

#include "fragscope/ui/theme/look.h"

#include <QPainter>

namespace fragscope {

Legend::Legend(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setAccessibleName(tr("Legend of the memory map"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&look_, &Look::changed, this, &Legend::layOut);
    clear();
}

void Legend::add(const std::bitset<frameClassCount>& kinds) {
    if ((kinds_ | kinds) != kinds_) {
        kinds_ |= kinds;
        layOut();
    }
}

void Legend::clear() {
    kinds_.reset();
    kinds_.set(static_cast<std::size_t>(FrameClass::Free));
    layOut();
}

int Legend::rowHeight() const {
    return QFontMetrics(look_.smallFont()).height() + look_.scaled(6);
}

std::vector<Legend::Item> Legend::itemsFor(int width) const {
    const QFontMetrics metrics(look_.smallFont());
    const int key = metrics.ascent();
    std::vector<Item> items;
    int x = look_.scaled(12);
    int y = 0;
    for (std::size_t i = 0; i < frameClassCount; ++i) {
        if (!kinds_.test(i)) {
            continue;
        }
        const auto kind = static_cast<FrameClass>(i);
        const int needed = key + look_.scaled(6) + metrics.horizontalAdvance(nameOf(kind));
        if (x + needed > width - look_.scaled(8) && x > look_.scaled(12)) {
            x = look_.scaled(12);
            y += rowHeight();
        }
        items.push_back({kind, QRect(x, y, needed, rowHeight())});
        x += needed + look_.scaled(16);
    }
    return items;
}

void Legend::layOut() {
    const std::vector<Item> items = itemsFor(std::max(width(), 200));
    setFixedHeight(items.back().rect.bottom() + 1);
    update();
}

void Legend::resizeEvent(QResizeEvent*) {
    layOut();
}

QSize Legend::sizeHint() const {
    return {look_.scaled(400), height()};
}

QSize Legend::minimumSizeHint() const {
    return {look_.scaled(160), rowHeight()};
}

void Legend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(look_.smallFont());
    const int side = painter.fontMetrics().ascent();
    for (const Item& item : itemsFor(width())) {
        const QRect key(item.rect.left(), item.rect.center().y() - side / 2, side, side);
        const CellLook look = lookOf(item.kind, look_.theme());
        QFont font = look_.codeFont();
        painter.setFont(font);
        paintCell(painter, key, look, Letters::WhereNeeded);
        if (item.kind == FrameClass::Free || item.kind == FrameClass::Hole) {
            painter.setPen(look_.theme().border);
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(key.adjusted(0, 0, -1, -1));
        }
        painter.setFont(look_.smallFont());
        painter.setPen(look_.theme().text);
        painter.drawText(item.rect.adjusted(side + look_.scaled(6), 0, 2, 0),
                         Qt::AlignLeft | Qt::AlignVCenter, nameOf(item.kind));
    }
}

} // namespace fragscope
