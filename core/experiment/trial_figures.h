#pragma once

#include "fragscope/alloc/compact_fit/compact_fit_picture.h"
#include "fragscope/experiment/trace_trial.h"

#include <span>
#include <string_view>

namespace fragscope {

/// All that figures of a trial are made of: its sums, the heap read from its bytes, and, for
/// Compact-fit, its pages.
struct TrialState {
    const TraceTrial& trial;
    HeapPicture heap;
    std::optional<CompactFitPicture> compactFit;
    std::uint64_t freeBytes = 0;
    std::uint64_t freeBlocks = 0;
    std::uint64_t largestFree = 0; ///< bytes
    std::uint64_t usedBytes = 0;   ///< of blocks in use, with headers
};

TrialState stateOf(TraceTrial& trial);

/// Where a figure belongs.
enum class FigureUse : std::uint8_t {
    Series = 1,  ///< changes in the course of a trace
    Summary = 2, ///< of the whole trace
    Both = 3,
};

/// For which allocators a figure has a value.
enum class FigureOf : std::uint8_t { All, CompactFit };

/// One figure of a trial: a column. Nothing where it does not apply (other allocators, no free
/// memory), which is an empty field.
struct TrialFigure {
    std::string_view name;
    std::string_view formula; ///< and what it says, one sentence
    std::string_view source;
    FigureUse use;
    FigureOf allocators;
    std::optional<double> (*of)(const TrialState&);
};

/// ALLOCATORS D and A6; L is live payload, H the footprint, F free blocks.
std::span<const TrialFigure> trialFigures();

} // namespace fragscope
