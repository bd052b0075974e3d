#pragma once

#include "fragscope/ui/theme/theme.h"

#include <QFont>
#include <QObject>

namespace fragscope {

/// How the window looks now: theme, text size, and whether things move. Every widget that paints
/// itself holds a reference and repaints on changed(). Owned by the main window.
class Look : public QObject {
    Q_OBJECT

public:
    static constexpr int smallestText = 7; ///< points
    static constexpr int largestText = 24; ///< points

    explicit Look(ThemeName theme = ThemeName::Light,
                  int textPoints = 10,
                  QObject* parent = nullptr);

    [[nodiscard]] const Theme& theme() const { return *theme_; }

    [[nodiscard]] int textPoints() const { return textPoints_; }

    /// True if moves are shown without animation ("Reduce motion").
    [[nodiscard]] bool stillPictures() const { return still_; }

    void setTheme(ThemeName theme);
    void setTextPoints(int points); ///< clamped to smallestText..largestText
    void setStillPictures(bool still);

    [[nodiscard]] QFont textFont() const;
    [[nodiscard]] QFont boldFont() const;
    [[nodiscard]] QFont
    codeFont() const; ///< monospace, a little smaller: listings, numbers, events
    [[nodiscard]] QFont smallFont() const; ///< labels of axes and rows

    /// A length that grows with the text: `pixels` at 10 points.
    [[nodiscard]] int scaled(int pixels) const;

    /// Font and palette of the application follow.
    void applyToApplication() const;

Q_SIGNALS:
    void changed();

private:
    const Theme* theme_;
    int textPoints_;
    bool still_ = false;
};

} // namespace fragscope
