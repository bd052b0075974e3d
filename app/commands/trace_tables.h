#pragma once

#include "fragscope/experiment/trial_figures.h"

#include "commands/csv_table.h"

namespace fragscope {

/// Which tables `trace` writes, and for which allocators.
struct TraceTableOptions {
    std::string folder; ///< empty: only the summary, to `summary`
    std::string summary = "-";
    bool series = false;
    bool steps = false;
    bool compactFit = false; ///< one of the allocators is Compact-fit: its columns are there
};

/// The tables of one call: summary, series, placement and steps. Each row begins with the trace and
/// the allocator. Files appear under their names only when `finish` succeeds.
class TraceTables {
public:
    /// Error: a file cannot be made.
    static Expected<TraceTables> create(const TraceTableOptions& options);

    /// The rows from here on are of this trace and allocator.
    void begin(const std::string& trace, std::string_view allocator);

    void series(TraceTrial& trial);
    void step(TraceTrial& trial, const OperationResult& result);
    void end(TraceTrial& trial);

    Expected<Done> finish();

    /// Nobody reads what is written to standard output any more, or a disk is full.
    [[nodiscard]] bool stopped() const;

private:
    TraceTables() = default;
    Expected<Done> open(std::unique_ptr<CsvTable>& table, const std::string& path);
    void writeHeaders();
    void figureNames(CsvWriter& csv, FigureUse use) const;
    void figureValues(CsvWriter& csv, FigureUse use, const TrialState& state) const;
    void placement(const TraceTrial& trial, const TrialState& state);
    void beginRow(CsvWriter& csv) const;

    TraceTableOptions options_;
    std::string trace_;
    std::string allocator_;
    std::unique_ptr<CsvTable> summary_;
    std::unique_ptr<CsvTable> series_;
    std::unique_ptr<CsvTable> placement_;
    std::unique_ptr<CsvTable> steps_;
};

} // namespace fragscope
