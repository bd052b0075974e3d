#include "fragscope/ui/panels/locals_strip.h"

#include "fragscope/ui/theme/look.h"

#include <QPainter>

namespace fragscope {

QString localText(std::uint64_t value) {
    constexpr std::uint64_t firstAddress = 1U << 16;
    return value < firstAddress ? QString::number(value)
                                : QStringLiteral("0x") + QString::number(value, 16);
}

LocalsStrip::LocalsStrip(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Local variables"));
    connect(&look_, &Look::changed, this, &LocalsStrip::layOut);
    layOut();
}

void LocalsStrip::show(std::vector<Local> locals) {
    if (locals != locals_) {
        locals_ = std::move(locals);
        QStringList spoken;
        for (const Local& local : locals_) {
            spoken << local.name + QStringLiteral(" = ") + local.value;
        }
        setAccessibleDescription(spoken.join(QStringLiteral(", ")));
        setToolTip(spoken.join(QLatin1Char('\n')));
        layOut();
    }
}

void LocalsStrip::setMostRows(int rows) {
    if (rows != mostRows_) {
        mostRows_ = rows;
        layOut();
    }
}

std::vector<QRect> LocalsStrip::places() const {
    const QFontMetrics metrics(look_.smallFont());
    const int height = metrics.height() + look_.scaled(2);
    const int left = look_.scaled(12);
    std::vector<QRect> rects;
    int x = left;
    int row = 0;
    for (const Local& local : locals_) {
        const int wide =
            metrics.horizontalAdvance(local.name + QStringLiteral(" = ") + local.value);
        if (x + wide > width() - look_.scaled(6) && x > left) {
            x = left;
            ++row;
        }
        if (row >= mostRows_) {
            break;
        }
        rects.emplace_back(x, row * height + look_.scaled(4), wide, height);
        x += wide + look_.scaled(14);
    }
    return rects;
}

void LocalsStrip::layOut() {
    const std::vector<QRect> rects = places();
    setFixedHeight(rects.empty() ? 0 : rects.back().bottom() + look_.scaled(3));
    update();
}

void LocalsStrip::resizeEvent(QResizeEvent*) {
    layOut();
}

void LocalsStrip::paintEvent(QPaintEvent*) {
    const std::vector<QRect> rects = places();
    if (rects.empty()) {
        return;
    }
    const Theme& theme = look_.theme();
    QPainter painter(this);
    painter.setPen(theme.border);
    painter.drawLine(look_.scaled(12), 0, width() - look_.scaled(12), 0);
    painter.setFont(look_.smallFont());
    for (std::size_t i = 0; i < rects.size(); ++i) {
        const QString name = locals_[i].name + QStringLiteral(" = ");
        painter.setPen(theme.dimText);
        painter.drawText(rects[i], Qt::AlignLeft | Qt::AlignVCenter, name);
        painter.setPen(theme.text);
        const int after = painter.fontMetrics().horizontalAdvance(name);
        painter.drawText(rects[i].adjusted(after, 0, 4, 0), Qt::AlignLeft | Qt::AlignVCenter,
                         locals_[i].value);
    }
}

} // namespace fragscope
