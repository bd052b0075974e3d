#pragma once

#include "fragscope/ui/model/scene.h"
#include "fragscope/ui/panels/fact_list.h"
#include "fragscope/ui/panels/walk_view.h"
#include "fragscope/view/explain.h"

#include <QString>

#include <optional>
#include <vector>

namespace fragscope {

/// What the inspector, the page-walk panel and the tooltips say, in words.

/// Of a frame: entry of the map, owners, references, its list and neighbours there, use, pins, age,
/// page, first bytes.
std::vector<Fact> frameFacts(const Scene& scene, const Names& names, FrameNumber frame);

/// Of a page of the chosen process that no frame belongs to (entry E, or nothing mapped).
std::vector<Fact> absentPageFacts(const Scene& scene, std::uint64_t vaddr);

/// A few lines on `count` frames for a tooltip.
QString frameTip(const Scene& scene, const Names& names, std::uint64_t first, std::uint64_t count);

/// The rows of the page-walk panel: the four tables, also where the walk ends early, and the
/// offset. The entry that made the latest fault at this address fail is marked with the check.
std::vector<WalkRow> walkRows(const Scene& scene, std::uint64_t vaddr, const TableWalk& walk);

/// The outcome in a sentence.
QString walkSummary(const Scene& scene, std::uint64_t vaddr, const TableWalk& walk);

} // namespace fragscope
