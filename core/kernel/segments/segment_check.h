#pragma once

#include "fragscope/kernel/segments/segment_layout.h"

#include <optional>
#include <string>

namespace fragscope {

/// What the checks may expect of a heap.
struct SegmentExpectation {
    bool lists = false;        ///< Q2: free runs are in lists by length
    bool joined = false;       ///< Q4: no two free neighbours
    bool orderedByAge = false; ///< T1: birth numbers ascend with the base
    bool aligned = true;       ///< each segment lies at a multiple of its alignment
};

struct SegmentIssue {
    std::string invariant; ///< "Q1"
    std::string text;
};

/// The first broken invariant of the books (DEFRAG 3.1, 3.2), from their words alone:
/// Q1 runs tile each zone, links agree in both directions; Q2 each free run is in exactly the list
/// of its length; Q4; T1; and the count of free frames.
std::optional<SegmentIssue> checkSegments(const WordStore& words,
                                          const SegmentExpectation& expected);

} // namespace fragscope
