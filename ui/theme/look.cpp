#include "fragscope/ui/theme/look.h"

#include "fragscope/ui/theme/style_sheet.h"

#include <QApplication>
#include <QFontDatabase>
#include <QStyleFactory>
#include <QToolTip>

#include <algorithm>

namespace fragscope {

Look::Look(ThemeName theme, int textPoints, QObject* parent)
    : QObject(parent), theme_(&themeOf(theme)),
      textPoints_(std::clamp(textPoints, smallestText, largestText)) {}

void Look::setTheme(ThemeName theme) {
    theme_ = &themeOf(theme);
    applyToApplication();
    Q_EMIT changed();
}

void Look::setTextPoints(int points) {
    textPoints_ = std::clamp(points, smallestText, largestText);
    applyToApplication();
    Q_EMIT changed();
}

void Look::setStillPictures(bool still) {
    still_ = still;
    Q_EMIT changed();
}

QFont Look::textFont() const {
    QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    font.setPointSize(textPoints_);
    return font;
}

QFont Look::boldFont() const {
    QFont font = textFont();
    font.setBold(true);
    return font;
}

QFont Look::codeFont() const {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(textPoints_ - (textPoints_ < 10 ? 0.8 : 0.6));
    return font;
}

QFont Look::smallFont() const {
    QFont font = textFont();
    font.setPointSizeF(std::max(7.0, textPoints_ - 1.5));
    return font;
}

int Look::scaled(int pixels) const {
    return std::max(1, (pixels * textPoints_ + 5) / 10);
}

void Look::applyToApplication() const {
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(paletteOf(*theme_));
    QApplication::setFont(textFont());
    QToolTip::setFont(textFont());
    qApp->setStyleSheet(styleSheetOf(*theme_, *this));
}

} // namespace fragscope
