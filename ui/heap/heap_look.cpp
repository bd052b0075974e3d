#include "fragscope/ui/heap/heap_look.h"

#include <QObject>

namespace fragscope {

namespace {

const QColor blue(0x00, 0x72, 0xb2);
const QColor orange(0xe6, 0x9f, 0x00);
const QColor purple(0xcc, 0x79, 0xa7);
const QColor yellow(0xf0, 0xe4, 0x42);

QColor ground(const Theme& theme) {
    return theme.name == ThemeName::HighContrast ? QColor(Qt::white)
                                                 : mixed(theme.card, theme.text, 0.07);
}

} // namespace

CellLook mixedLook(unsigned usedTenth, const Theme& theme) {
    const QColor fill = mixed(ground(theme), blue, 0.15 + 0.07 * usedTenth);
    return {fill, fill, CellPattern::Plain, 0, false};
}

CellLook lookOf(HeapPart part, const Theme& theme) {
    switch (part) {
    case HeapPart::Used:
        return {blue, blue, CellPattern::Plain, 'u', false};
    case HeapPart::Own:
        return {mixed(ground(theme), purple, 0.45), purple, CellPattern::Hatched, 0, false};
    case HeapPart::Header:
        return {mixed(blue, Qt::black, 0.55), blue, CellPattern::Plain, 0, false};
    case HeapPart::Slack:
        return {mixed(orange, Qt::white, 0.6), orange, CellPattern::Hatched, 0, false};
    case HeapPart::Mixed:
        return mixedLook(5, theme);
    case HeapPart::Change:
        return {mixed(yellow, Qt::white, 0.4), mixed(yellow, Qt::black, 0.5), CellPattern::Dotted,
                '?', true};
    case HeapPart::Free:
        break;
    }
    return {ground(theme), ground(theme), CellPattern::Plain, '-', false};
}

QString nameOf(HeapPart part) {
    switch (part) {
    case HeapPart::Used:
        return QObject::tr("in use");
    case HeapPart::Own:
        return QObject::tr("the allocator's own");
    case HeapPart::Header:
        return QObject::tr("header");
    case HeapPart::Slack:
        return QObject::tr("slack");
    case HeapPart::Mixed:
        return QObject::tr("several blocks");
    case HeapPart::Change:
        return QObject::tr("being changed");
    case HeapPart::Free:
        break;
    }
    return QObject::tr("free");
}

std::vector<LegendItem> heapLegend() {
    std::vector<LegendItem> items;
    for (std::size_t i = 0; i < heapPartCount; ++i) {
        const auto part = static_cast<HeapPart>(i);
        items.push_back({nameOf(part), [part](const Theme& theme) { return lookOf(part, theme); },
                         part == HeapPart::Free});
    }
    return items;
}

} // namespace fragscope
