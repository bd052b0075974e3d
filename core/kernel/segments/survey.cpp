#include "fragscope/kernel/segments/survey.h"

#include <algorithm>

namespace fragscope {

FreeRunSurvey
surveyFreeRuns(const SegmentTable& table, std::uint32_t zone, SegmentPlacement placement) {
    const FrameNumber from =
        placement == SegmentPlacement::Top ? table.zone(zone).top : table.zone(zone).begin;
    FreeRunSurvey survey;
    std::vector<PageCount> lengths;
    for (SegmentId id = table.first(zone); id != 0; id = table.next(id)) {
        if (!table.isFree(id)) {
            continue;
        }
        lengths.push_back(table.frames(id));
        if (table.end(id) > from) {
            const FrameNumber usable = std::max(table.base(id), from);
            survey.longest = std::max(survey.longest, table.end(id) - usable);
        }
    }
    survey.runs = lengths.size();
    if (!lengths.empty()) {
        const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>((lengths.size() - 1) / 2);
        std::nth_element(lengths.begin(), middle, lengths.end());
        survey.median = *middle;
    }
    return survey;
}

} // namespace fragscope
