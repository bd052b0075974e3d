#pragma once

#include "fragscope/kernel/paging/page_state.h"
#include "fragscope/ui/theme/theme.h"
#include "fragscope/view/frame_classes.h"

#include <QColor>
#include <QString>

#include <cstdint>

class QPainter;
class QRect;

namespace fragscope {

/// Colour is never the only signal: classes of frames differ in lightness, by a letter or by a
/// pattern, too.
enum class CellPattern : std::uint8_t { Plain, Hatched, Dotted, Framed };

enum class Presence : std::uint8_t { Absent, Present };

struct CellLook {
    QColor fill;
    QColor mark; ///< of hatching and frame
    CellPattern pattern = CellPattern::Plain;
    char letter = 0;           ///< in cells that are large enough; 0 = none
    bool letterAlways = false; ///< false: only if letters are asked for everywhere
};

/// Colours of Okabe and Ito (jfly.uni-koeln.de/color), which stay apart under colour deficiencies.
CellLook lookOf(FrameClass frameClass, const Theme& theme);

/// A page by its state; absent ones are light. What a page's frame is has the same colours.
CellLook lookOf(PageState state, Presence presence, const Theme& theme);

/// "block A", for the legend and tooltips.
QString nameOf(FrameClass frameClass);

enum class Letters : std::uint8_t { WhereNeeded, Everywhere };

/// Paints a cell or a legend key; no line around it.
void paintCell(QPainter& painter, const QRect& rect, const CellLook& look, Letters letters);

} // namespace fragscope
