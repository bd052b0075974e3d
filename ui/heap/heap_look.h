#pragma once

#include "fragscope/ui/heap/heap_layout.h"
#include "fragscope/ui/map/legend.h"
#include "fragscope/ui/theme/cell_look.h"

namespace fragscope {

/// What a part of a heap looks like; Mixed as if half of it were in use.
CellLook lookOf(HeapPart part, const Theme& theme);

/// Several blocks at once: the more are in use, the darker.
CellLook mixedLook(unsigned usedTenth, const Theme& theme);

/// "in use", for tooltips and the legend.
QString nameOf(HeapPart part);

/// All parts in the order of their numbers.
std::vector<LegendItem> heapLegend();

} // namespace fragscope
