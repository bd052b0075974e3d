#include "commands/predictability_tables.h"

#include <array>
#include <filesystem>

namespace fragscope {

namespace {

struct TableInfo {
    std::string_view file;
    std::string_view columns;
};

constexpr std::array<TableInfo, 6> tableInfos{{
    {"references.csv",
     "allocator,operation,against,value,mean_references,max_references,operations"},
    {"reference_histogram.csv",
     "allocator,operation,against,value,references_from,references_to,operations"},
    {"fitted.csv", "allocator,operation,against,fitted,growth,offset,slope,error"},
    {"orders.csv", "allocator,figure,orders,min,max,mean,spread"},
    {"orders_each.csv",
     "allocator,order,further_requests,predicted_least,predicted_most,malloc_worst_references,"
     "free_worst_references,refused"},
    {"solution_space.csv",
     "allocator,time_variation,space_variation,worst_over_median,malloc_worst_references,malloc_"
     "median_references,"
     "free_worst_references,free_median_references,most_live_blocks,further_min,further_max,"
     "further_mean,settings"},
}};

void writeHeader(CsvWriter& csv, std::string_view columns) {
    while (!columns.empty()) {
        const std::size_t end = std::min(columns.find(','), columns.size());
        csv.text(columns.substr(0, end));
        columns.remove_prefix(std::min(end + 1, columns.size()));
    }
    csv.endRow();
}

CsvWriter& beginRow(CsvTable& table, const std::string& allocator, const ReferenceCurve& curve) {
    return table.csv.text(allocator).text(nameOf(curve.operation)).text(nameOf(curve.over));
}

std::string joined(const std::vector<std::string>& texts) {
    std::string text;
    for (const std::string& part : texts) {
        text += (text.empty() ? "" : ";") + part;
    }
    return text;
}

std::uint64_t furtherOf(const OrderResult& order) {
    return order.furtherRequests;
}

std::uint64_t mallocWorst(const OrderResult& order) {
    return order.malloc.most();
}

std::uint64_t freeWorst(const OrderResult& order) {
    return order.free.most();
}

std::uint64_t refusedOf(const OrderResult& order) {
    return order.refused;
}

} // namespace

Expected<PredictabilityTables> PredictabilityTables::create(const std::string& folder) {
    PredictabilityTables all;
    if (!folder.empty()) {
        std::error_code problem;
        std::filesystem::create_directories(folder, problem);
        if (problem) {
            return systemRefused(folder, "the folder cannot be made: " + problem.message());
        }
    }
    for (std::size_t which = 0; which < count; ++which) {
        if (folder.empty() && which != SolutionSpace) {
            continue;
        }
        const TableInfo& info = tableInfos.at(which);
        auto table = openTable(folder.empty() ? "-" : folder + "/" + std::string(info.file));
        if (!table) {
            return table.error();
        }
        all.tables_[which] = std::move(table).value();
        writeHeader(all.tables_[which]->csv, info.columns);
    }
    return all;
}

void PredictabilityTables::add(const std::string& allocator, const Predictability& measured) {
    solutionSpace(allocator, measured);
    if (!tables_[References]) {
        return;
    }
    for (const ReferenceCurve& curve : measured.curves) {
        references(allocator, curve);
        histogram(allocator, curve);
        fitted(allocator, curve);
    }
    orders(allocator, measured);
}

void PredictabilityTables::references(const std::string& allocator, const ReferenceCurve& curve) {
    for (const CurvePoint& point : curve.points) {
        const ReferenceCounts& counts = point.references;
        CsvWriter& csv = beginRow(*tables_[References], allocator, curve);
        csv.number(point.at).real(counts.mean()).number(counts.most());
        csv.number(counts.operations()).endRow();
    }
}

void PredictabilityTables::histogram(const std::string& allocator, const ReferenceCurve& curve) {
    for (const CurvePoint& point : curve.points) {
        for (const ReferenceBucket& bucket : point.references.buckets()) {
            CsvWriter& csv = beginRow(*tables_[Histogram], allocator, curve);
            csv.number(point.at).number(bucket.from).number(bucket.to);
            csv.number(bucket.operations).endRow();
        }
    }
}

void PredictabilityTables::fitted(const std::string& allocator, const ReferenceCurve& curve) {
    for (const bool worst : {true, false}) {
        const GrowthFit fit = worst ? fitWorstCase(curve) : fitMean(curve);
        CsvWriter& csv = beginRow(*tables_[Fitted], allocator, curve);
        csv.text(worst ? "max" : "mean").text(nameOf(fit.growth));
        if (fit.growth == Growth::Unknown) {
            csv.empty().empty().empty().endRow();
        } else {
            csv.real(fit.offset).real(fit.slope).real(fit.error).endRow();
        }
    }
}

void PredictabilityTables::orders(const std::string& allocator, const Predictability& measured) {
    using Quantity = std::uint64_t (*)(const OrderResult&);
    constexpr std::array<std::pair<std::string_view, Quantity>, 4> figures{
        {{"further_requests", furtherOf},
         {"malloc_worst_references", mallocWorst},
         {"free_worst_references", freeWorst},
         {"refused", refusedOf}}};
    for (const auto& [name, quantity] : figures) {
        const Variation variation = variationOf(measured.orders, quantity);
        CsvWriter& csv = tables_[Orders]->csv.text(allocator).text(name);
        csv.number(measured.orders.size()).number(variation.min).number(variation.max);
        csv.real(variation.mean).real(variation.spread()).endRow();
    }
    for (std::size_t i = 0; i < measured.orders.size(); ++i) {
        const OrderResult& order = measured.orders[i];
        CsvWriter& csv = tables_[OrdersEach]->csv.text(allocator);
        csv.number(i).number(order.furtherRequests);
        if (order.predicted) {
            csv.number(order.predicted->least).number(order.predicted->most);
        } else {
            csv.empty().empty();
        }
        csv.number(order.malloc.most()).number(order.free.most()).number(order.refused).endRow();
    }
}

void PredictabilityTables::solutionSpace(const std::string& allocator,
                                         const Predictability& measured) {
    const SolutionPoint point = solutionPoint(measured);
    CsvWriter& csv = tables_[SolutionSpace]->csv.text(allocator);
    csv.real(point.time)
        .real(point.space)
        .real(point.worstOverMedian)
        .number(point.mallocWorst)
        .number(point.mallocMedian);
    csv.number(point.freeWorst).number(point.freeMedian).number(point.mostLiveBlocks);
    csv.number(point.further.min).number(point.further.max).real(point.further.mean);
    csv.text(joined(resolvedSettings(measured.settings))).endRow();
}

Expected<Done> PredictabilityTables::finish() {
    for (const auto& table : tables_) {
        if (table) {
            if (const auto written = table->file.finish(); !written) {
                return written.error();
            }
        }
    }
    return Done{};
}

} // namespace fragscope
