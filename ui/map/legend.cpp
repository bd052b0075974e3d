#include "fragscope/ui/map/legend.h"

#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/text.h"
#include "fragscope/view/page_states.h"

#include <QPainter>

namespace fragscope {

std::vector<LegendItem> frameLegend() {
    std::vector<LegendItem> items;
    for (const FrameClassInfo& info : allFrameClasses()) {
        const FrameClass kind = info.frameClass;
        items.push_back({nameOf(kind), [kind](const Theme& theme) { return lookOf(kind, theme); },
                         kind == FrameClass::Free || kind == FrameClass::Hole});
    }
    return items;
}

std::vector<LegendItem> pageLegend() {
    std::vector<LegendItem> items;
    for (unsigned byte = 0; byte < 2 * pageStateCount; ++byte) {
        const auto state = static_cast<PageState>(byte % pageStateCount);
        const Presence presence =
            (byte & StateTable::presentBit) != 0 ? Presence::Present : Presence::Absent;
        const bool both = state == PageState::FileBacked || state == PageState::Shared;
        QString name = qt(infoOf(state).name);
        if (both && presence == Presence::Absent) {
            name = Legend::tr("%1, not loaded").arg(name);
        }
        items.push_back({name, [=](const Theme& theme) { return lookOf(state, presence, theme); },
                         state == PageState::NotUsed});
    }
    return items;
}

Legend::Legend(Look& look, std::vector<LegendItem> items, std::uint64_t always, QWidget* parent)
    : QWidget(parent), look_(look), items_(std::move(items)), always_(always) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&look_, &Look::changed, this, &Legend::layOut);
    clear();
}

void Legend::add(std::uint64_t kinds) {
    if ((kinds_ | kinds) != kinds_) {
        kinds_ |= kinds;
        layOut();
    }
}

void Legend::clear() {
    kinds_ = always_;
    layOut();
}

/// Large enough for a letter.
static int keySide(const QFontMetrics& metrics) {
    return metrics.ascent() + 3;
}

int Legend::rowHeight() const {
    return QFontMetrics(look_.smallFont()).height() + look_.scaled(6);
}

std::vector<Legend::Place> Legend::placesFor(int width) const {
    const QFontMetrics metrics(look_.smallFont());
    const int key = keySide(metrics);
    std::vector<Place> places;
    int x = look_.scaled(12);
    int y = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if ((kinds_ >> i & 1) == 0) {
            continue;
        }
        const int needed = key + look_.scaled(6) + metrics.horizontalAdvance(items_[i].name);
        if (x + needed > width - look_.scaled(8) && x > look_.scaled(12)) {
            x = look_.scaled(12);
            y += rowHeight();
        }
        places.push_back({i, QRect(x, y, needed, rowHeight())});
        x += needed + look_.scaled(16);
    }
    return places;
}

void Legend::layOut() {
    const std::vector<Place> places = placesFor(std::max(width(), 200));
    setFixedHeight(places.empty() ? rowHeight() : places.back().rect.bottom() + 1);
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
    const int side = keySide(painter.fontMetrics());
    for (const Place& place : placesFor(width())) {
        const LegendItem& item = items_[place.item];
        const QRect key(place.rect.left(), place.rect.center().y() - side / 2, side, side);
        const CellLook look = item.look(look_.theme());
        QFont font = look_.codeFont();
        painter.setFont(font);
        paintCell(painter, key, look, Letters::WhereNeeded);
        if (item.outlined) {
            painter.setPen(look_.theme().border);
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(key.adjusted(0, 0, -1, -1));
        }
        painter.setFont(look_.smallFont());
        painter.setPen(look_.theme().text);
        painter.drawText(place.rect.adjusted(side + look_.scaled(6), 0, 2, 0),
                         Qt::AlignLeft | Qt::AlignVCenter, item.name);
    }
}

} // namespace fragscope
