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
const QColor yellow(0xf0, 0xe4, 0x42);

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

/// A dot in the middle; where a letter is, dots along the upper and the lower edge.
void dot(QPainter& painter, const QRect& rect, const QColor& colour, bool lettered) {
    const int least = std::min(rect.width(), rect.height());
    const int side = std::clamp(least / (lettered ? 6 : 4), 1, lettered ? 4 : 12);
    QRect spot(0, 0, side, side);
    if (!lettered) {
        spot.moveCenter(rect.center());
        painter.fillRect(spot, colour);
        return;
    }
    const QRect inside = rect.adjusted(1, 1, -side, -side);
    const int gaps = std::max(1, inside.width() / 14);
    for (int i = 0; i <= gaps; ++i) {
        const int left = inside.left() + inside.width() * i / gaps;
        painter.fillRect(QRect(left, inside.top(), side, side), colour);
        painter.fillRect(QRect(left, inside.bottom(), side, side), colour);
    }
}

void paintLetter(QPainter& painter, const QRect& rect, const CellLook& look) {
    QFont font = painter.font();
    const int side = std::clamp(std::min(rect.width(), rect.height()) * 7 / 10, 7, 16);
    font.setPixelSize(side);
    painter.setFont(font);
    if (look.pattern == CellPattern::Hatched) {
        QRect patch(0, 0, side, side);
        patch.moveCenter(rect.center());
        painter.fillRect(patch, look.fill);
    }
    painter.setPen(readableOn(look.fill));
    painter.drawText(rect, Qt::AlignCenter, QString(QLatin1Char(look.letter)));
}

QColor freeFill(const Theme& theme) {
    return theme.name == ThemeName::HighContrast ? QColor(Qt::white)
                                                 : mixed(theme.card, theme.text, 0.07);
}

CellLook framed(const QColor& fill, const QColor& mark, char letter) {
    return {fill, mark, CellPattern::Framed, letter, true};
}

/// Something to come in this colour.
CellLook promised(const QColor& empty, const QColor& colour, char letter) {
    return {mixed(empty, colour, 0.16), mixed(empty, colour, 0.75), CellPattern::Dotted, letter,
            true};
}

/// The looks of pages that have a frame, shared by both maps.
CellLook ownPage(char letter) {
    return framed(blue, sky, letter);
}

CellLook filePage() {
    return framed(mixed(green, Qt::white, 0.6), green, 'f');
}

CellLook copiedPage() {
    return framed(yellow, mixed(yellow, Qt::black, 0.6), 'c');
}

CellLook sharedPage() {
    return {yellow, yellow, CellPattern::Plain, 'h', true};
}

/// Steps of viridis (Smith, van der Walt), which rise in lightness from old to young.
const QColor oldest(0x3b, 0x52, 0x8b);
const QColor older(0x21, 0x91, 0x8c);
const QColor younger(0x5e, 0xc9, 0x62);
const QColor youngest(0xfd, 0xe7, 0x25);

CellLook plain(const QColor& fill, char letter) {
    return {fill, fill, CellPattern::Plain, letter, true};
}

/// Ground with a tint: free, but for a reason.
CellLook gap(const QColor& empty, const QColor& colour, CellPattern pattern, char letter) {
    return {mixed(empty, colour, 0.2), mixed(empty, colour, 0.8), pattern, letter, true};
}

CellLook lookOfSegment(FrameClass frameClass, const Theme& theme) {
    const QColor empty = freeFill(theme);
    const char letter = infoOf(frameClass).letter;
    switch (frameClass) {
    case FrameClass::AlignmentGap:
        return gap(empty, orange, CellPattern::Hatched, letter);
    case FrameClass::HoleGap:
        return gap(empty, purple, CellPattern::Hatched, letter);
    case FrameClass::LockedGap:
        return gap(empty, vermillion, CellPattern::Hatched, letter);
    case FrameClass::OldestSegment:
        return plain(oldest, letter);
    case FrameClass::OlderSegment:
        return plain(older, letter);
    case FrameClass::YoungerSegment:
        return plain(younger, letter);
    case FrameClass::YoungestSegment:
        return plain(youngest, letter);
    case FrameClass::SegmentOfFirst:
    case FrameClass::MovableSegment:
        return plain(blue, letter);
    case FrameClass::SegmentOfSecond:
        return plain(orange, letter);
    case FrameClass::SegmentOfThird:
        return plain(green, letter);
    case FrameClass::SegmentOfFourth:
        return plain(purple, letter);
    case FrameClass::SegmentOfFifth:
        return plain(sky, letter);
    case FrameClass::SegmentOfOthers:
        return plain(mixed(vermillion, Qt::white, 0.5), letter);
    case FrameClass::LockedSegment:
        return {orange, mixed(orange, Qt::black, 0.5), CellPattern::Hatched, letter, true};
    case FrameClass::SegmentInTransit:
        return {yellow, mixed(yellow, Qt::black, 0.6), CellPattern::Dotted, letter, true};
    case FrameClass::MovingSegment:
        return {mixed(sky, Qt::white, 0.35), vermillion, CellPattern::Hatched, letter, true};
    case FrameClass::SegmentTarget:
        return gap(theme.card, vermillion, CellPattern::Dotted, letter);
    default:
        return gap(empty, theme.dimText, CellPattern::Dotted, letter);
    }
}

} // namespace

CellLook lookOf(FrameClass frameClass, const Theme& theme) {
    if (frameClass >= FrameClass::Gap && frameClass != FrameClass::Count) {
        return lookOfSegment(frameClass, theme);
    }
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
    case FrameClass::OwnPage:
        return ownPage('a');
    case FrameClass::FilePage:
        return filePage();
    case FrameClass::CopyOnWrite:
        return copiedPage();
    case FrameClass::ZeroPage:
        return framed(theme.card, theme.text, 'z');
    case FrameClass::Shared:
        return sharedPage();
    case FrameClass::OtherProcess:
        return {green, green, CellPattern::Plain, 'P', false};
    case FrameClass::Pinned:
        return {orange, orange, CellPattern::Plain, 'D', true};
    case FrameClass::Reserved:
        return {mixed(empty, blue, 0.16), mixed(empty, blue, 0.75), CellPattern::Dotted, 'R',
                false};
    default:
        break;
    }
    return {empty, mixed(theme.card, theme.dimText, 0.7), CellPattern::Hatched, 0, false};
}

CellLook lookOf(PageState state, Presence presence, const Theme& theme) {
    const QColor empty = freeFill(theme);
    const bool present = presence == Presence::Present;
    const char letter = infoOf(state).letter;
    switch (state) {
    case PageState::NotUsed:
        break;
    case PageState::OnDemand:
        return promised(empty, blue, letter);
    case PageState::Allocated:
        return ownPage(letter);
    case PageState::SwappedOut:
        return {mixed(orange, Qt::white, 0.5), mixed(orange, Qt::black, 0.35), CellPattern::Hatched,
                letter, true};
    case PageState::FileBacked:
        return present ? filePage() : promised(empty, green, letter);
    case PageState::CopyOnWrite:
        return copiedPage();
    case PageState::Shared:
        return present ? sharedPage() : promised(empty, mixed(yellow, Qt::black, 0.3), letter);
    case PageState::Guard:
        return {mixed(empty, vermillion, 0.2), vermillion, CellPattern::Hatched, letter, true};
    }
    return {empty, theme.border, CellPattern::Plain, letter, true};
}

QString nameOf(FrameClass frameClass) {
    return qt(infoOf(frameClass).name);
}

void paintCell(QPainter& painter, const QRect& rect, const CellLook& look, Letters letters) {
    const bool room = std::min(rect.width(), rect.height()) >= letterSide - 1;
    const bool lettered =
        look.letter != 0 && room && (look.letterAlways || letters == Letters::Everywhere);
    painter.fillRect(rect, look.fill);
    if (look.pattern == CellPattern::Hatched) {
        hatch(painter, rect, look.mark);
    } else if (look.pattern == CellPattern::Dotted) {
        dot(painter, rect, look.mark, lettered);
    } else if (look.pattern == CellPattern::Framed) {
        const int thick = std::min(rect.width(), rect.height()) >= 8 ? 2 : 1;
        painter.fillRect(rect, look.mark);
        painter.fillRect(rect.adjusted(thick, thick, -thick, -thick), look.fill);
    }
    if (lettered) {
        paintLetter(painter, rect, look);
    }
}

} // namespace fragscope
