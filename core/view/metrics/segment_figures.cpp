#include "fragscope/view/metrics/segment_figures.h"

namespace fragscope {

namespace {

using enum MetricId;

double valueOf(const MetricSample& sample, MetricId metric) {
    return static_cast<double>(sample.values.at(static_cast<std::size_t>(metric)));
}

double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
}

double ratioOf(const MetricSample& sample, MetricId part, MetricId whole) {
    return ratio(valueOf(sample, part), valueOf(sample, whole));
}

double asked(const MetricSample& sample) {
    return valueOf(sample, SegmentRequests) + valueOf(sample, SegmentsFragmented) +
           valueOf(sample, SegmentsExhausted);
}

/// Moves of one quarter by age / segments in it at all compactions.
double chance(const MetricSample& sample, MetricId moves) {
    return ratio(4 * valueOf(sample, moves), valueOf(sample, SegmentsExposed));
}

constexpr std::array<SegmentFigure, 13> figures{{
    {"compactions_per_1000_requests", "compactions", Better::Lower,
     "Compactions because a request did not fit.",
     [](const MetricSample& sample) {
         return 1000 * ratio(valueOf(sample, Compactions), asked(sample));
     }},
    {"moved_per_allocated_ratio", "ratio", Better::Lower, "Bytes moved / bytes given out.",
     [](const MetricSample& sample) {
         return ratioOf(sample, SegmentFramesMoved, SegmentFramesGiven);
     }},
    {"refused_fragmented_per_1000_requests", "requests", Better::Lower,
     "Refused although as many frames were free.",
     [](const MetricSample& sample) {
         return 1000 * ratio(valueOf(sample, SegmentsFragmented), asked(sample));
     }},
    {"refused_exhausted_per_1000_requests", "requests", Better::Lower,
     "Refused for want of frames, areas, page tables or descriptors.",
     [](const MetricSample& sample) {
         return 1000 * ratio(valueOf(sample, SegmentsExhausted), asked(sample));
     }},
    {"exact_hit_ratio", "ratio", Better::Higher,
     "Requests that a list of their size served, uncut.",
     [](const MetricSample& sample) { return ratioOf(sample, SegmentHits, SegmentRequests); }},
    {"pieces_per_request", "pieces", Better::Lower, "Pieces cut off free runs.",
     [](const MetricSample& sample) { return ratioOf(sample, SegmentPieces, SegmentRequests); }},
    {"wasted_ratio", "ratio", Better::Lower, "Frames given that nobody asked for / frames given.",
     [](const MetricSample& sample) {
         return ratioOf(sample, SegmentFramesWasted, SegmentFramesGiven);
     }},
    {"searched_per_request", "runs", Better::Lower, "Runs and heads of lists looked at.",
     [](const MetricSample& sample) { return ratioOf(sample, SegmentSearched, SegmentRequests); }},
    {"moved_oldest_quarter_ratio", "ratio", Better::Lower,
     "Of the frames moved, those in the oldest quarter of the segments.",
     [](const MetricSample& sample) {
         return ratioOf(sample, OldestFramesMoved, SegmentFramesMoved);
     }},
    {"chance_moved_oldest_quarter", "ratio", Better::Lower,
     "Chance of a segment of the oldest quarter to be moved by a compaction for a request.",
     [](const MetricSample& sample) { return chance(sample, MovesOldest); }},
    {"chance_moved_youngest_quarter", "ratio", Better::Lower, "Likewise of the youngest quarter.",
     [](const MetricSample& sample) { return chance(sample, MovesYoungest); }},
    {"free_run_median_frames", "frames", Better::Higher,
     "Half of the free runs are at most this long, at the last survey.",
     [](const MetricSample& sample) { return valueOf(sample, SegmentFreeMedian); }},
    {"request_longest_cycles", "cycles", Better::Lower,
     "Longest system call for a segment, waiting and compaction included.",
     [](const MetricSample& sample) { return valueOf(sample, SegmentCallLongest); }},
}};

} // namespace

std::span<const SegmentFigure> segmentFigures() {
    return figures;
}

bool hasSegmentFigures(const MetricSample& sample) {
    return asked(sample) != 0;
}

} // namespace fragscope
