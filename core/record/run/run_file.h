#pragma once

#include "fragscope/base/error.h"
#include "fragscope/event/event.h"
#include "fragscope/record/run/event_block.h"
#include "fragscope/record/run/run_info.h"
#include "fragscope/view/metrics.h"

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fragscope {

/// Events with seq in [from, end).
struct SeqRange {
    std::uint64_t from = 0;
    std::uint64_t end = std::numeric_limits<std::int64_t>::max();
};

/// An action of the user, as recorded.
struct RecordedInput {
    std::uint64_t seq = 0;
    std::string kind;
    std::string args; ///< JSON
};

/// Reads the runs of a file. Does not change it; a file that is being recorded can be read
/// meanwhile. Every call is one or a few short queries, so no lock is held between calls. One
/// thread at a time.
class RunFile {
public:
    static Expected<RunFile> open(const std::string& path);

    RunFile(RunFile&&) noexcept;
    RunFile& operator=(RunFile&&) noexcept;
    ~RunFile();

    [[nodiscard]] const std::string& path() const;

    /// All runs, oldest first.
    Expected<std::vector<RunRecord>> runs();

    /// One run; without a number the newest.
    Expected<RunRecord> run(std::optional<std::int64_t> number);

    /// At most `limit` events of the range, ascending. Not verified (see loadBlock and verify).
    Expected<std::vector<Event>> events(std::int64_t run, SeqRange range, std::size_t limit);

    /// Calls `visit` with each event of the range, ascending, until it returns false.
    Expected<Done>
    forEachEvent(std::int64_t run, SeqRange range, const std::function<bool(const Event&)>& visit);

    /// The block index, ascending; kinds are numbered as by the program.
    Expected<std::vector<EventBlock>> blocks(std::int64_t run);

    /// The events of the block that starts at `firstSeq`, as they are now (the last block of a run
    /// that is being recorded grows). Damage, found by count or hash, is an error that names the
    /// block.
    Expected<std::vector<Event>> loadBlock(std::int64_t run, std::uint64_t firstSeq);

    /// First seq of each block, ascending.
    Expected<std::vector<std::uint64_t>> blockStarts(std::int64_t run);

    /// Checks every event against the hashes, and their number.
    Expected<Done> verify(std::int64_t run);

    /// The first event at or after this time; nothing if the run is over by then.
    Expected<std::optional<std::uint64_t>> seqAtTime(std::int64_t run, std::uint64_t timeCycles);

    Expected<std::vector<MetricSample>> series(std::int64_t run);
    Expected<MetricSample> finals(std::int64_t run);
    Expected<std::vector<HistogramBucket>> pauses(std::int64_t run);
    Expected<std::vector<RecordedInput>> inputs(std::int64_t run);

private:
    struct Impl;
    explicit RunFile(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

} // namespace fragscope
