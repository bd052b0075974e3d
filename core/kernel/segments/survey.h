#pragma once

#include "fragscope/kernel/segments/segment_table.h"

namespace fragscope {

/// The free runs of a zone as its books have them: free neighbours that were not joined count
/// apart.
struct FreeRunSurvey {
    std::uint64_t runs = 0;
    PageCount median{};  ///< the lower one of two in the middle
    PageCount longest{}; ///< longest request, not aligned, that would succeed without any change
};

/// "Smaller and smaller parts" (seed 001; DEFRAG 3.8). Reads the books; costs the machine nothing.
FreeRunSurvey
surveyFreeRuns(const SegmentTable& table, std::uint32_t zone, SegmentPlacement placement);

} // namespace fragscope
