#include "commands/trace_tables.h"

#include <cmath>
#include <filesystem>

namespace fragscope {

Expected<TraceTables> TraceTables::create(const TraceTableOptions& options) {
    TraceTables tables;
    tables.options_ = options;
    const bool folder = !options.folder.empty();
    if (folder) {
        std::error_code problem;
        std::filesystem::create_directories(options.folder, problem);
        if (problem) {
            return systemRefused(options.folder, "the folder cannot be made: " + problem.message());
        }
    }
    const std::string prefix = options.folder + "/";
    auto opened = tables.open(tables.summary_, folder ? prefix + "summary.csv" : options.summary);
    if (opened && folder) {
        opened = tables.open(tables.placement_, prefix + "placement.csv");
    }
    if (opened && folder && options.series) {
        opened = tables.open(tables.series_, prefix + "series.csv");
    }
    if (opened && folder && options.steps) {
        opened = tables.open(tables.steps_, prefix + "steps.csv");
    }
    if (!opened) {
        return opened.error();
    }
    tables.writeHeaders();
    return tables;
}

Expected<Done> TraceTables::open(std::unique_ptr<CsvTable>& table, const std::string& path) {
    auto opened = openTable(path);
    if (!opened) {
        return opened.error();
    }
    table = std::move(opened).value();
    return Done{};
}

void TraceTables::figureNames(CsvWriter& csv, FigureUse use) const {
    for (const TrialFigure& figure : trialFigures()) {
        const bool used = figure.use == use || figure.use == FigureUse::Both;
        if (used && (figure.allocators == FigureOf::All || options_.compactFit)) {
            csv.text(figure.name);
        }
    }
}

void TraceTables::figureValues(CsvWriter& csv, FigureUse use, const TrialState& state) const {
    for (const TrialFigure& figure : trialFigures()) {
        const bool used = figure.use == use || figure.use == FigureUse::Both;
        if (!used || (figure.allocators != FigureOf::All && !options_.compactFit)) {
            continue;
        }
        const std::optional<double> value = figure.of(state);
        if (!value) {
            csv.empty();
        } else if (*value >= 0 && *value < 1e15 && std::floor(*value) == *value) {
            csv.number(static_cast<std::uint64_t>(*value));
        } else {
            csv.real(*value);
        }
    }
}

void TraceTables::writeHeaders() {
    const auto begin = [](CsvTable& table) { table.csv.text("trace").text("allocator"); };
    begin(*summary_);
    figureNames(summary_->csv, FigureUse::Summary);
    summary_->csv.text("settings").endRow();
    if (series_) {
        begin(*series_);
        series_->csv.text("op");
        figureNames(series_->csv, FigureUse::Series);
        series_->csv.endRow();
    }
    if (placement_) {
        begin(*placement_);
        placement_->csv.text("id").text("size").text("address_offset");
        if (options_.compactFit) {
            placement_->csv.text("class").text("page").text("block");
        }
        placement_->csv.endRow();
    }
    if (steps_) {
        begin(*steps_);
        for (const char* name : {"step", "op", "id", "size", "address", "searched", "free_blocks",
                                 "free_bytes", "largest_free_bytes", "free_list", "end"}) {
            steps_->csv.text(name);
        }
        steps_->csv.endRow();
    }
}

void TraceTables::begin(const std::string& trace, std::string_view allocator) {
    trace_ = trace;
    allocator_ = allocator;
}

void TraceTables::beginRow(CsvWriter& csv) const {
    csv.text(trace_).text(allocator_);
}

void TraceTables::series(TraceTrial& trial) {
    if (!series_) {
        return;
    }
    beginRow(series_->csv);
    series_->csv.number(trial.totals().operations);
    figureValues(series_->csv, FigureUse::Series, stateOf(trial));
    series_->csv.endRow();
}

namespace {

std::string_view letterOf(TraceKind kind) {
    switch (kind) {
    case TraceKind::Allocate:
        return "a";
    case TraceKind::Free:
        return "f";
    case TraceKind::Reallocate:
        return "r";
    case TraceKind::Bad:
        break;
    }
    return "bad";
}

std::string_view nameOf(OperationEnd end) {
    switch (end) {
    case OperationEnd::Done:
        return "done";
    case OperationEnd::Refused:
        return "refused";
    case OperationEnd::Ignored:
        return "ignored";
    case OperationEnd::Filtered:
        return "filtered";
    case OperationEnd::Bad:
        break;
    }
    return "bad";
}

std::string freeList(const HeapPicture& heap) {
    std::string text;
    for (const FreeListPicture& list : heap.lists) {
        for (const FreeListMember& member : list.members) {
            text += (text.empty() ? "" : ";") + std::to_string(member.start.value) + ":" +
                    std::to_string(member.length.value);
        }
    }
    return text;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string text;
    for (const std::string& part : texts) {
        text += (text.empty() ? "" : ";") + part;
    }
    return text;
}

} // namespace

void TraceTables::step(TraceTrial& trial, const OperationResult& result) {
    if (!steps_) {
        return;
    }
    CsvWriter& csv = steps_->csv;
    const TraceOperation& operation = trial.operation();
    beginRow(csv);
    csv.number(trial.totals().operations).text(letterOf(operation.kind));
    if (result.end == OperationEnd::Bad) {
        csv.empty().empty();
    } else {
        csv.number(operation.id);
        if (result.end == OperationEnd::Ignored) {
            csv.empty();
        } else {
            csv.number(trial.shownSize(result.size));
        }
    }
    if (result.end == OperationEnd::Done) {
        csv.number(result.address);
    } else {
        csv.empty();
    }
    const TrialState state = stateOf(trial);
    csv.number(result.counts.searched).number(state.freeBlocks).number(state.freeBytes);
    csv.number(state.largestFree).text(freeList(state.heap)).text(nameOf(result.end)).endRow();
}

void TraceTables::end(TraceTrial& trial) {
    const TrialState state = stateOf(trial);
    beginRow(summary_->csv);
    figureValues(summary_->csv, FigureUse::Summary, state);
    summary_->csv.text(joined(resolvedSettings(trial.settings()))).endRow();
    if (placement_) {
        placement(trial, state);
    }
}

void TraceTables::placement(const TraceTrial& trial, const TrialState& state) {
    CsvWriter& csv = placement_->csv;
    const std::uint64_t first = trial.firstAddress().value_or(0);
    for (std::size_t id = 0; id < trial.blocks().size(); ++id) {
        const LiveBlock& block = trial.blocks()[id];
        if (!block.live()) {
            continue;
        }
        beginRow(csv);
        const std::uint64_t address = trial.addressOf(block);
        csv.number(id).number(block.size);
        csv.text((address < first ? "-" : "") +
                 std::to_string(address < first ? first - address : address - first));
        if (state.compactFit) {
            const std::uint64_t pageSize = trial.settings().pageSize;
            const std::uint64_t page = (address - trial.reader().extent().start) / pageSize;
            const CompactFitPage& found = state.compactFit->pages.at(page);
            csv.number(found.sizeClass).number(page);
            csv.number((address - found.address) /
                       state.compactFit->classes.at(found.sizeClass).blockBytes);
        } else if (options_.compactFit) {
            csv.empty().empty().empty();
        }
        csv.endRow();
    }
}

bool TraceTables::stopped() const {
    return summary_->file.stopped();
}

Expected<Done> TraceTables::finish() {
    for (const auto* table : {&summary_, &series_, &placement_, &steps_}) {
        if (*table) {
            if (const auto written = (*table)->file.finish(); !written) {
                return written.error();
            }
        }
    }
    return Done{};
}

} // namespace fragscope
