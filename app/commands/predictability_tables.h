#pragma once

#include "fragscope/experiment/predictability.h"

#include "commands/csv_table.h"

namespace fragscope {

/// The tables of one call of `predictability`. Each row begins with the allocator. Files appear
/// under their names only when `finish` succeeds.
class PredictabilityTables {
public:
    /// Without a folder only the solution space is written, to standard output. Error: a file
    /// cannot be made.
    static Expected<PredictabilityTables> create(const std::string& folder);

    void add(const std::string& allocator, const Predictability& measured);

    Expected<Done> finish();

private:
    enum Which { References, Histogram, Fitted, Orders, OrdersEach, SolutionSpace, count };

    PredictabilityTables() : tables_(count) {}

    void references(const std::string& allocator, const ReferenceCurve& curve);
    void histogram(const std::string& allocator, const ReferenceCurve& curve);
    void fitted(const std::string& allocator, const ReferenceCurve& curve);
    void orders(const std::string& allocator, const Predictability& measured);
    void solutionSpace(const std::string& allocator, const Predictability& measured);

    std::vector<std::unique_ptr<CsvTable>> tables_; ///< by Which; none: not wanted
};

} // namespace fragscope
