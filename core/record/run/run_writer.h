#pragma once

#include "fragscope/record/database/database.h"
#include "fragscope/record/run/event_block.h"
#include "fragscope/record/run/file_numbers.h"
#include "fragscope/record/run/run_info.h"
#include "fragscope/record/run/run_outcome.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fragscope {

/// Writes one run into a run file, on one thread, in transactions.
/// Invariants: (1) after every commit the rows, the block index and n_events of the run agree, so a
/// kill at any moment leaves a readable run; (2) after a failure nothing more is written but the
/// status.
class RunWriter {
public:
    struct Limits {
        std::uint64_t maxFileBytes = 0; ///< 0 = none; reaching it counts as a full disk
    };

    /// Opens or creates the file and adds a run of status `running`.
    static Expected<std::unique_ptr<RunWriter>>
    create(const std::string& path, const RunInfo& info, Limits limits);

    /// Starts a transaction. Events and inputs in between, then commit.
    void begin();
    void append(const Event& event);
    void addInput(std::uint64_t seq, const std::string& kind, const std::string& args);
    void addChoice(const std::string& label, std::uint64_t options, std::uint64_t chosen);
    void commit();

    /// Says that the recorder is alive although nothing was written; a short transaction of its
    /// own.
    void beat();

    /// Writes the end of the run and makes the file a single one again (no write-ahead log beside
    /// it).
    void finish(const RunOutcome& outcome);

    /// After a failure: tries to write it into the run, with the number of events lost by now. On a
    /// full disk that may fail, too; then the run stays `running` and will count as interrupted.
    void noteFailure(const Error& error, std::uint64_t lost);

    [[nodiscard]] const std::optional<Error>& failure() const { return database_.failure(); }

    [[nodiscard]] std::int64_t run() const { return run_; }

    /// What the last successful commit has made safe.
    struct Saved {
        std::uint64_t events = 0;
        std::optional<std::uint64_t> lastSeq;
        std::uint64_t timeCycles = 0;
        std::uint64_t chainHash = 0;
    };

    [[nodiscard]] const Saved& saved() const { return saved_; }

private:
    RunWriter(Database database, FileNumbers numbers, std::int64_t run);

    void writeOpenBlock();
    void writeProgress();
    void writeSeries(const std::vector<MetricSample>& series);
    void writeValue(Statement& insert,
                    std::uint64_t number,
                    const MetricSample& sample,
                    MetricId metric);
    void writeFinals(const MetricSample& finals);
    void writePauses(const std::vector<HistogramBucket>& pauses);
    void leaveWriteAheadLog();

    Database database_; ///< before the statements: they die first
    FileNumbers numbers_;
    std::int64_t run_ = 0;
    Statement insertEvent_;
    Statement insertBlock_;
    Statement updateRun_;
    std::optional<Transaction> transaction_;
    std::vector<Event> openBlock_;       ///< stored form of the events since the last full block
    std::uint64_t chainBeforeBlock_ = 0; ///< hash of all full blocks
    std::optional<RunStatus> failedAs_;
    std::uint64_t inputs_ = 0;
    std::uint64_t choices_ = 0;
    Saved pending_; ///< what the next commit will make safe
    Saved saved_;
};

} // namespace fragscope
