#include "fragscope/ui/plots/plot_key.h"

#include "fragscope/ui/theme/look.h"

#include <QPainter>
#include <QStringList>

namespace fragscope {

PlotKey::PlotKey(Look& look, std::vector<PlotKeyItem> items, QWidget* parent)
    : QWidget(parent), look_(look), items_(std::move(items)) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    QStringList names;
    for (const PlotKeyItem& item : items_) {
        names << item.name;
    }
    setAccessibleName(tr("Lines of the plot: %1").arg(names.join(QStringLiteral(", "))));
    connect(&look_, &Look::changed, this, [this] { updateGeometry(); });
}

QSize PlotKey::sizeHint() const {
    return {look_.scaled(240), QFontMetrics(look_.smallFont()).height() + look_.scaled(4)};
}

void PlotKey::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(look_.smallFont());
    const QFontMetrics metrics = painter.fontMetrics();
    const int sample = look_.scaled(22);
    const int middle = metrics.height() / 2;
    int x = look_.scaled(12);
    for (const PlotKeyItem& item : items_) {
        const int wide = sample + look_.scaled(5) + metrics.horizontalAdvance(item.name);
        if (x + wide > width()) {
            return;
        }
        painter.setPen(QPen(item.colour.value_or(look_.theme().text), look_.scaled(2), item.line));
        painter.drawLine(x, middle, x + sample, middle);
        painter.setPen(look_.theme().text);
        painter.drawText(x + sample + look_.scaled(5), metrics.ascent(), item.name);
        x += wide + look_.scaled(14);
    }
}

} // namespace fragscope
