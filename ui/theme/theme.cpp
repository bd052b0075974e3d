#include "fragscope/ui/theme/theme.h"

#include <algorithm>
#include <cmath>

namespace fragscope {

namespace {

Theme light() {
    Theme theme;
    theme.name = ThemeName::Light;
    theme.window = QColor(0xeb, 0xed, 0xf0);
    theme.card = QColor(0xff, 0xff, 0xff);
    theme.field = QColor(0xf4, 0xf5, 0xf7);
    theme.border = QColor(0xd0, 0xd4, 0xda);
    theme.text = QColor(0x1b, 0x1f, 0x24);
    theme.dimText = QColor(0x56, 0x5e, 0x6a);
    theme.accent = QColor(0x00, 0x72, 0xb2);
    theme.onAccent = QColor(0xff, 0xff, 0xff);
    theme.accentSoft = QColor(0xe0, 0xf0, 0xfa);
    theme.alertSoft = QColor(0xff, 0xf0, 0xd6);
    theme.alert = QColor(0xb3, 0x47, 0x00);
    theme.good = QColor(0x00, 0x70, 0x50);
    theme.bad = QColor(0xb0, 0x20, 0x48);
    return theme;
}

Theme dark() {
    Theme theme;
    theme.name = ThemeName::Dark;
    theme.window = QColor(0x17, 0x1a, 0x1f);
    theme.card = QColor(0x22, 0x26, 0x2c);
    theme.field = QColor(0x2b, 0x30, 0x37);
    theme.border = QColor(0x3a, 0x40, 0x49);
    theme.text = QColor(0xe7, 0xe9, 0xec);
    theme.dimText = QColor(0xa3, 0xab, 0xb6);
    theme.accent = QColor(0x56, 0xb4, 0xe9);
    theme.onAccent = QColor(0x0b, 0x12, 0x18);
    theme.accentSoft = QColor(0x17, 0x37, 0x4b);
    theme.alertSoft = QColor(0x4d, 0x33, 0x0c);
    theme.alert = QColor(0xff, 0x93, 0x4d);
    theme.good = QColor(0x35, 0xc4, 0x98);
    theme.bad = QColor(0xff, 0x8f, 0xa8);
    return theme;
}

Theme highContrast() {
    Theme theme;
    theme.name = ThemeName::HighContrast;
    theme.window = QColor(0xff, 0xff, 0xff);
    theme.card = QColor(0xff, 0xff, 0xff);
    theme.field = QColor(0xff, 0xff, 0xff);
    theme.border = QColor(0x30, 0x30, 0x30);
    theme.text = QColor(0x00, 0x00, 0x00);
    theme.dimText = QColor(0x26, 0x26, 0x26);
    theme.accent = QColor(0x00, 0x3c, 0x82);
    theme.onAccent = QColor(0xff, 0xff, 0xff);
    theme.accentSoft = QColor(0xcc, 0xe6, 0xff);
    theme.alertSoft = QColor(0xff, 0xe0, 0xa8);
    theme.alert = QColor(0x8a, 0x2c, 0x00);
    theme.good = QColor(0x00, 0x4d, 0x33);
    theme.bad = QColor(0x8c, 0x00, 0x2c);
    return theme;
}

double linearChannel(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour) {
    return 0.2126 * linearChannel(colour.redF()) + 0.7152 * linearChannel(colour.greenF()) +
           0.0722 * linearChannel(colour.blueF());
}

int mixedChannel(int under, int over, double share) {
    return static_cast<int>(std::lround(under + (over - under) * share));
}

} // namespace

const Theme& themeOf(ThemeName name) {
    static const std::array<Theme, 3> themes{light(), dark(), highContrast()};
    return themes.at(static_cast<std::size_t>(name));
}

QString textOf(ThemeName name) {
    switch (name) {
    case ThemeName::Light:
        return QStringLiteral("light");
    case ThemeName::Dark:
        return QStringLiteral("dark");
    case ThemeName::HighContrast:
        break;
    }
    return QStringLiteral("contrast");
}

QPalette paletteOf(const Theme& theme) {
    QPalette palette(theme.text, theme.field, mixed(theme.card, Qt::white, 0.2),
                     mixed(theme.border, Qt::black, 0.3), theme.border, theme.text, theme.card);
    palette.setColor(QPalette::Window, theme.window);
    palette.setColor(QPalette::WindowText, theme.text);
    palette.setColor(QPalette::Base, theme.card);
    palette.setColor(QPalette::AlternateBase, theme.field);
    palette.setColor(QPalette::Text, theme.text);
    palette.setColor(QPalette::PlaceholderText, theme.dimText);
    palette.setColor(QPalette::Button, theme.field);
    palette.setColor(QPalette::ButtonText, theme.text);
    palette.setColor(QPalette::Highlight, theme.accent);
    palette.setColor(QPalette::HighlightedText, theme.onAccent);
    palette.setColor(QPalette::ToolTipBase, theme.card);
    palette.setColor(QPalette::ToolTipText, theme.text);
    palette.setColor(QPalette::Link, theme.accent);
    for (const QPalette::ColorRole role :
         {QPalette::Text, QPalette::ButtonText, QPalette::WindowText}) {
        palette.setColor(QPalette::Disabled, role, mixed(theme.card, theme.text, 0.45));
    }
    return palette;
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QColor readableOn(const QColor& background) {
    const QColor black(0x0c, 0x0e, 0x11);
    return contrastRatio(black, background) >= contrastRatio(Qt::white, background)
               ? black
               : QColor(Qt::white);
}

QColor mixed(const QColor& under, const QColor& over, double share) {
    return QColor(mixedChannel(under.red(), over.red(), share),
                  mixedChannel(under.green(), over.green(), share),
                  mixedChannel(under.blue(), over.blue(), share));
}

} // namespace fragscope
