#pragma once

#include "fragscope/event/event.h"
#include "fragscope/view/machine_shape.h"
#include "fragscope/view/metrics/free_runs.h"
#include "fragscope/view/metrics/heap_fold.h"
#include "fragscope/view/metrics/mapping_fold.h"
#include "fragscope/view/metrics/metric.h"
#include "fragscope/view/metrics/segment_ages.h"
#include "fragscope/view/metrics/segment_fold.h"
#include "fragscope/view/metrics/wait_histogram.h"

#include <map>

namespace fragscope {

/// All metrics as a fold of the meaning events: a value that can be copied, kept and continued.
///
/// At first all RAM frames are free. What counts where: a shootdown with nobody to ask is not a
/// shootdown; a map entry counts if it is a Block; the entries of a process end with it; bytes
/// moved are those of PageCopied; accesses and translations are the sums over the tasks' last
/// totals.
class MetricFold {
public:
    explicit MetricFold(const MachineShape& shape);

    std::uint64_t nextSeq = 0; ///< seq of the first event not yet folded

    /// Folds an event with seq >= nextSeq; true if a metric changed.
    bool apply(const Event& event);

    [[nodiscard]] const MetricSample& sample() const { return sample_; }

    [[nodiscard]] const WaitHistogram& waits() const { return waits_; }

private:
    std::uint64_t& value(MetricId metric) {
        return sample_.values[static_cast<std::size_t>(metric)];
    }

    bool count(const Event& event);
    bool mappings(const Event& event);
    bool segmentMachine(const Event& event);
    void setSegmentGaps();
    bool countMapEntry(const Event& event, bool added);
    bool frames(const Event& event, bool allocated);
    bool wait(std::uint64_t cycles);
    bool progress(const Event& event);
    bool paging(const Event& event);
    bool segments(const Event& event);
    bool segmentBooks(const Event& event);
    bool compaction(const Event& event);
    void segmentMoved(const Event& event);
    bool areas(const Event& event);
    bool messages(const Event& event);
    bool books(const Event& event);
    bool heaps(const Event& event);
    bool heapUse(const Event& event);
    void setHeapUse();
    bool scavengers(const Event& event);
    void addResidentTime();
    /// A metric that is the sum of what each task, or process, says of itself.
    void follow(MetricId metric, std::uint32_t source, std::uint64_t total);
    /// The largest of what each source said last.
    [[nodiscard]] std::uint64_t largestOf(MetricId metric) const;
    bool endProcess(std::uint32_t process);
    void setFreeSpace();

    MetricSample sample_;
    FreeRuns free_;
    SegmentFold segments_;
    MappingFold mappings_;
    HeapFold heaps_;
    WaitHistogram waits_;
    SegmentAges ages_;
    bool forRequest_ = false; ///< the compaction under way
    PageCount ramFrames_;
    std::uint64_t freeCycles_ = 0;                   ///< of all free() together
    std::uint64_t residentCycles_ = 0;               ///< pages with a frame x cycles, so far
    std::uint64_t residentUntil_ = 0;                ///< counted up to this time
    std::uint64_t allocateCycles_ = 0;               ///< of the books, for frames given out
    std::uint64_t releaseCycles_ = 0;                ///< and given back
    std::map<std::uint32_t, std::uint64_t> entries_; ///< blocks by process
    std::map<std::pair<MetricId, std::uint32_t>, std::uint64_t> totals_; ///< by metric and source
};

} // namespace fragscope
