#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

#include <array>
#include <cstdint>

namespace fragscope {

enum class ThemeName : std::uint8_t { Light, Dark, HighContrast };

inline constexpr std::array<ThemeName, 3> allThemes{ThemeName::Light, ThemeName::Dark,
                                                    ThemeName::HighContrast};

/// The colours of the window. Colour carries meaning only: one accent for what can be pressed and
/// where the run stands, the state colours (cell_look.h) for memory, everything else is grey.
/// Invariant (tested): every text colour has a contrast of at least 4.5:1 on the surfaces it is
/// used on.
struct Theme {
    ThemeName name = ThemeName::Light;
    QColor window;     ///< behind the cards
    QColor card;       ///< surface of a card
    QColor field;      ///< input fields, table rows, keys
    QColor border;     ///< of cards and fields
    QColor text;       ///< on card, field and window
    QColor dimText;    ///< secondary text, on the same surfaces
    QColor accent;     ///< of the main button, playhead and selection
    QColor onAccent;   ///< text on the accent
    QColor accentSoft; ///< soft surface for a current row; carries `text`
    QColor alertSoft;  ///< soft surface for a current row of a mover; carries `text`
    QColor alert;      ///< something is in motion or blocked: text and outlines
    QColor good;       ///< text for live, recording, equal
    QColor bad;        ///< text for violations
};

/// The colours of a theme; lives as long as the program.
const Theme& themeOf(ThemeName name);

/// "light", "dark", "contrast": for settings and the command line.
QString textOf(ThemeName name);

/// The palette that makes Qt's own widgets (Fusion) match.
QPalette paletteOf(const Theme& theme);

/// Ratio of relative luminances of two opaque colours, 1 to 21 (WCAG 2.1, "contrast ratio").
double contrastRatio(const QColor& a, const QColor& b);

/// Black or white, whichever is easier to read on `background`.
QColor readableOn(const QColor& background);

/// `share` of `over` (0 to 1) laid on `under`, as an opaque colour.
QColor mixed(const QColor& under, const QColor& over, double share);

} // namespace fragscope
