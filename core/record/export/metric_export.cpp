#include "fragscope/record/export/metric_export.h"

namespace fragscope {

namespace {

const Column runColumn{"run", "text", "", "Name of the run."};
const Column seedColumn{"seed", "integer", "", "Seed of the run."};
const Column timeColumn{"time_cycles", "integer", "cycles", "Clock of the machine."};
const Column seqColumn{"seq", "integer", "", "Number of the event after which the values hold."};
const Column metricColumn{"metric", "text", "", "Name of the metric; it ends in the unit."};
const Column unitColumn{"unit", "text", "", "Unit of the value."};
const Column valueColumn{"value", "real", "", "Value in that unit."};

/// True if people see another number than the core keeps (ratios).
bool isScaled(MetricId metric) {
    return displayValue(metric, 1) != 1.0;
}

void writeValue(CsvWriter& row, MetricId metric, std::uint64_t value) {
    if (isScaled(metric)) {
        row.real(displayValue(metric, value));
    } else {
        row.number(value); // not through a double: exact above 2^53, too
    }
}

std::uint64_t valueOf(const MetricSample& sample, const MetricInfo& info) {
    return sample.values.at(static_cast<std::size_t>(info.id));
}

void writeLongRows(Table& table, const RunInfo& info, const MetricSample& sample) {
    for (const MetricInfo& metric : allMetrics()) {
        CsvWriter& row = table.row();
        row.text(info.name).number(info.seed).text(metric.name).text(metric.unit);
        row.number(sample.timeCycles).number(sample.seq);
        writeValue(row, metric.id, valueOf(sample, metric));
        row.endRow();
    }
}

void writeWideRow(Table& table, const RunInfo& info, const MetricSample& sample) {
    CsvWriter& row = table.row();
    row.text(info.name).number(info.seed).number(sample.timeCycles).number(sample.seq);
    for (const MetricInfo& metric : allMetrics()) {
        writeValue(row, metric.id, valueOf(sample, metric));
    }
    row.endRow();
}

std::vector<Column> metricColumns(MetricShape shape) {
    if (shape == MetricShape::Long) {
        return {runColumn,  seedColumn, metricColumn, unitColumn,
                timeColumn, seqColumn,  valueColumn};
    }
    std::vector<Column> columns{runColumn, seedColumn, timeColumn, seqColumn};
    for (const MetricInfo& metric : allMetrics()) {
        columns.push_back({std::string(metric.name), isScaled(metric.id) ? "real" : "integer",
                           std::string(metric.unit), std::string(metric.description)});
    }
    return columns;
}

std::vector<Column> summaryColumns(const RunInfo& info) {
    std::vector<Column> columns{runColumn, seedColumn};
    for (const auto& parameter : info.parameters) {
        columns.push_back({parameter.first, "text", "", "Setting of the run."});
    }
    columns.insert(columns.end(), {metricColumn, unitColumn, valueColumn});
    return columns;
}

} // namespace

Expected<WriteEnd> exportMetrics(const std::string& path,
                                 const RunInfo& info,
                                 std::span<const MetricSample> series,
                                 MetricShape shape,
                                 ExportOptions options) {
    Expected<Table> table = Table::create(path, metricColumns(shape), options);
    if (!table) {
        return table.error();
    }
    for (const MetricSample& sample : series) {
        if (shape == MetricShape::Long) {
            writeLongRows(table.value(), info, sample);
        } else {
            writeWideRow(table.value(), info, sample);
        }
    }
    return table.value().finish(info);
}

Expected<WriteEnd> exportSummary(const std::string& path,
                                 const RunInfo& info,
                                 const MetricSample& finals,
                                 ExportOptions options) {
    Expected<Table> table = Table::create(path, summaryColumns(info), options);
    if (!table) {
        return table.error();
    }
    for (const MetricInfo& metric : allMetrics()) {
        CsvWriter& row = table.value().row();
        row.text(info.name).number(info.seed);
        for (const auto& parameter : info.parameters) {
            row.text(parameter.second);
        }
        row.text(metric.name).text(metric.unit);
        writeValue(row, metric.id, valueOf(finals, metric));
        row.endRow();
    }
    return table.value().finish(info);
}

Expected<WriteEnd> exportPauses(const std::string& path,
                                const RunInfo& info,
                                std::span<const HistogramBucket> pauses,
                                ExportOptions options) {
    const std::vector<Column> columns{
        runColumn,
        seedColumn,
        {"from_cycles", "integer", "cycles", "Shortest wait that is counted here."},
        {"below_cycles", "integer", "cycles", "Waits counted here are shorter than this."},
        {"waits", "integer", "waits", "Number of waits of this length."}};
    Expected<Table> table = Table::create(path, columns, options);
    if (!table) {
        return table.error();
    }
    for (const HistogramBucket& bucket : pauses) {
        CsvWriter& row = table.value().row();
        row.text(info.name).number(info.seed).number(bucket.fromCycles).number(bucket.belowCycles);
        row.number(bucket.waits).endRow();
    }
    return table.value().finish(info);
}

} // namespace fragscope
