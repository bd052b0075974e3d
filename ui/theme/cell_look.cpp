#include "fragscope/ui/theme/cell_look.h"

#include "fragscope/ui/widgets/text.h"

#include <QPainter>
#include <QRect>

#include <algorithm>

namespace fragscope {

namespace {

const QColor grey(0x6b, 0x72, 0x80);
const QColor blue(0x00, 0x72, 0xb2);
const QColor sky(0x56, 0xb4, 0xe9);
const QColor green(0x00, 0x9e, 0x73);
const QColor orange(0xe6, 0x9f, 0x00);
const QColor vermillion(0xd5, 0x5e, 0x00);
const QColor purple(0xcc, 0x79, 0xa7);

/// Smallest side of a cell in which a letter can be read.
constexpr int letterSide = 10;

void hatch(QPainter& painter, const QRect& rect, const QColor& colour) {
    constexpr int period = 6;
    painter.save();
    painter.setClipRect(rect);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 1.8));
    for (int x = rect.left() - rect.height(); x < rect.right() + period; x += period) {
        painter.drawLine(x, rect.bottom() + 1, x + rect.height() + 1, rect.top());
    }
    painter.restore();
}

void paintLetter(QPainter& painter, const QRect& rect, const CellLook& look) {
    QFont font = painter.font();
    font.setPixelSize(std::clamp(std::min(rect.width(), rect.height()) * 7 / 10, 7, 16));
    painter.setFont(font);
    painter.setPen(readableOn(look.fill));
    painter.drawText(rect, Qt::AlignCenter, QString(QLatin1Char(look.letter)));
}

QColor freeFill(const Theme& theme) {
    return theme.name == ThemeName::HighContrast ? QColor(Qt::white)
                                                 : mixed(theme.card, theme.text, 0.07);
}

} // namespace

CellLook lookOf(FrameClass frameClass, const Theme& theme) {
    const QColor empty = freeFill(theme);
    switch (frameClass) {
    case FrameClass::Free:
        return {empty, theme.border, CellPattern::Plain, 0, false};
    case FrameClass::Kernel:
        return {grey, grey, CellPattern::Plain, 'K', false};
    case FrameClass::PageTable:
        return {purple, purple, CellPattern::Plain, 'T', true};
    case FrameClass::BlockO:
        return {blue, blue, CellPattern::Plain, 'O', false};
    case FrameClass::BlockA:
        return {sky, sky, CellPattern::Plain, 'A', false};
    case FrameClass::InEntryE:
        return {mixed(sky, Qt::white, 0.35), vermillion, CellPattern::Hatched, 'E', false};
    case FrameClass::Destination:
        return {theme.card, vermillion, CellPattern::Framed, 0, false};
    case FrameClass::OtherProcess:
        return {green, green, CellPattern::Plain, 'P', false};
    case FrameClass::Pinned:
        return {orange, orange, CellPattern::Plain, 'D', true};
    case FrameClass::Reserved:
        return {mixed(empty, blue, 0.16), mixed(empty, blue, 0.75), CellPattern::Dotted, 'R',
                false};
    case FrameClass::Hole:
    case FrameClass::Count:
        break;
    }
    return {empty, mixed(theme.card, theme.dimText, 0.7), CellPattern::Hatched, 0, false};
}

QString nameOf(FrameClass frameClass) {
    return qt(infoOf(frameClass).name);
}

void paintCell(QPainter& painter, const QRect& rect, const CellLook& look, Letters letters) {
    painter.fillRect(rect, look.fill);
    if (look.pattern == CellPattern::Hatched) {
        hatch(painter, rect, look.mark);
    } else if (look.pattern == CellPattern::Dotted) {
        const int side = std::max(1, std::min(rect.width(), rect.height()) / 4);
        painter.fillRect(QRect(rect.center() - QPoint(side / 2, side / 2), QSize(side, side)),
                         look.mark);
    } else if (look.pattern == CellPattern::Framed) {
        const int thick = std::min(rect.width(), rect.height()) >= 8 ? 2 : 1;
        painter.fillRect(rect, look.mark);
        painter.fillRect(rect.adjusted(thick, thick, -thick, -thick), look.fill);
    }
    const bool room = std::min(rect.width(), rect.height()) >= letterSide - 1;
    if (look.letter != 0 && room && look.pattern == CellPattern::Plain &&
        (look.letterAlways || letters == Letters::Everywhere)) {
        paintLetter(painter, rect, look);
    }
}

} // namespace fragscope
