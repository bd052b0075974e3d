#include "commands/sweep.h"

#include "fragscope/record/export/csv_writer.h"
#include "fragscope/view/metrics/segment_figures.h"

#include "commands/command_line.h"
#include "commands/prepare_scenario.h"
#include "commands/run.h"
#include "commands/run_session.h"
#include "commands/sweep_spec.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

namespace fragscope {

namespace {

/// A column of the table: a metric, or a figure made of several.
struct SweepColumn {
    std::string name;
    const MetricInfo* metric = nullptr;
    const SegmentFigure* figure = nullptr;

    [[nodiscard]] double of(const MetricSample& sample) const {
        return figure != nullptr
                   ? figure->of(sample)
                   : displayValue(metric->id,
                                  sample.values.at(static_cast<std::size_t>(metric->id)));
    }
};

std::optional<SweepColumn> columnNamed(std::string_view name) {
    for (const MetricInfo& metric : allMetrics()) {
        if (metric.name == name) {
            return SweepColumn{std::string(name), &metric, nullptr};
        }
    }
    for (const SegmentFigure& figure : segmentFigures()) {
        if (figure.name == name) {
            return SweepColumn{std::string(name), nullptr, &figure};
        }
    }
    return std::nullopt;
}

std::vector<SweepColumn> columnsOf(const SweepSpec& spec, std::vector<Error>& errors) {
    std::vector<SweepColumn> columns;
    for (const std::string& name : spec.columns) {
        if (auto column = columnNamed(name)) {
            columns.push_back(std::move(*column));
        } else {
            Error error = badInput(fmt::format(
                "`{}` is no metric and no figure (`fragscope-cli list metrics`)", name));
            error.file = spec.file;
            error.key = "columns";
            errors.push_back(std::move(error));
        }
    }
    if (spec.columns.empty()) {
        for (const SegmentFigure& figure : segmentFigures()) {
            columns.push_back({std::string(figure.name), nullptr, &figure});
        }
    }
    return columns;
}

std::string nameOf(const SweepSpec& spec, const SweepPoint& point) {
    std::string name = fmt::format("point {}:", point.number);
    for (std::size_t axis = 0; axis < spec.axes.size(); ++axis) {
        name += fmt::format(" {}={}", spec.axes[axis].name, point.values[axis]->name);
    }
    return name + fmt::format(" seed={}", point.seed);
}

/// The table under way: rows of single runs, or of the mean over the seeds.
class SweepTable {
public:
    SweepTable(const SweepSpec& spec, std::vector<SweepColumn> columns, OutputFile& file, bool mean)
        : spec_(spec), columns_(std::move(columns)), csv_(file, LineEnd::CrLf), mean_(mean),
          sums_(columns_.size() + 1) {
        for (const SweepAxis& axis : spec.axes) {
            csv_.text(axis.name);
        }
        csv_.text(mean ? "runs" : "seed").text("time_cycles");
        for (const SweepColumn& column : columns_) {
            csv_.text(column.name);
        }
        csv_.endRow();
    }

    void add(const SweepPoint& point, const RunSession& session) {
        const MetricSample& sample = session.metrics().current();
        sums_[0] += static_cast<double>(session.machine().timeCycles());
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            sums_[i + 1] += columns_[i].of(sample);
        }
        ++runs_;
        if (!mean_ || runs_ == spec_.seeds.size()) {
            writeRow(point);
        }
    }

private:
    void writeRow(const SweepPoint& point) {
        for (const SweepValue* value : point.values) {
            csv_.text(value->name);
        }
        csv_.number(mean_ ? runs_ : point.seed);
        for (double& sum : sums_) {
            csv_.real(sum / static_cast<double>(runs_));
            sum = 0;
        }
        csv_.endRow();
        runs_ = 0;
    }

    const SweepSpec& spec_;
    std::vector<SweepColumn> columns_;
    CsvWriter csv_;
    bool mean_;
    std::vector<double> sums_; ///< time, then the columns
    std::uint64_t runs_ = 0;
};

std::optional<Scenario>
preparePoint(const SweepSpec& spec, const SweepPoint& point, std::vector<Error>& errors) {
    std::vector<Error> own;
    auto scenario = prepareScenario(spec.scenario, point.assignments, false, own);
    for (Error& error : own) {
        if (error.file == "--set") {
            error.file = spec.file;
            error.code = ExitCode::BadInput;
            error.reason = fmt::format("{} ({})", error.reason, nameOf(spec, point));
        }
        errors.push_back(std::move(error));
    }
    return scenario;
}

ExitCode runPoints(const SweepSpec& spec,
                   SweepTable& table,
                   CommandStreams& streams,
                   std::vector<Error>& errors) {
    CommandStreams quiet{streams.out, streams.err, false};
    for (std::uint64_t number = 0; number < spec.points(); ++number) {
        const SweepPoint point = sweepPoint(spec, number);
        if (streams.showProgress) {
            streams.err << fmt::format("\r\033[K{} of {}", nameOf(spec, point), spec.points())
                        << std::flush;
        }
        RunSession session(*preparePoint(spec, point, errors), RunOptions{}, std::nullopt);
        if (const auto opened = session.open(); !opened) {
            errors.push_back(opened.error());
            return ExitCode::BadInput;
        }
        if (session.advance(stopFlag(), quiet) == RunEnd::Interrupted) {
            return ExitCode::Interrupted;
        }
        table.add(point, session);
    }
    return ExitCode::Good;
}

void printPoints(const SweepSpec& spec, std::ostream& out) {
    for (std::uint64_t number = 0; number < spec.points(); ++number) {
        const SweepPoint point = sweepPoint(spec, number);
        out << nameOf(spec, point) << '\n';
    }
}

} // namespace

int runSweepCommand(const SweepOptions& options, CommandStreams& streams) {
    std::vector<Error> errors;
    const auto spec = loadSweep(options.file, errors);
    if (!spec) {
        return reportErrors(streams, errors);
    }
    std::vector<SweepColumn> columns = columnsOf(*spec, errors);
    for (std::uint64_t number = 0; number < spec->points() && errors.empty(); ++number) {
        (void)preparePoint(*spec, sweepPoint(*spec, number), errors);
    }
    if (!errors.empty()) {
        return reportErrors(streams, errors);
    }
    if (options.list) {
        printPoints(*spec, streams.out);
        return static_cast<int>(ExitCode::Good);
    }
    auto created = OutputFile::create(options.output);
    if (!created) {
        return reportError(streams, created.error());
    }
    OutputFile file = std::move(created).value();
    SweepTable table(*spec, std::move(columns), file, options.mean);
    const ExitCode code = runPoints(*spec, table, streams, errors);
    if (streams.showProgress) {
        streams.err << "\r\033[K" << std::flush;
    }
    if (const auto written = file.finish(); !written) {
        errors.push_back(written.error());
    }
    if (!errors.empty()) {
        return reportErrors(streams, errors);
    }
    if (code == ExitCode::Interrupted) {
        streams.err << "fragscope-cli: interrupted; the rows so far are written\n";
    }
    return static_cast<int>(code);
}

void addSweepCommand(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<SweepOptions>();
    CLI::App* command =
        app.add_subcommand("sweep", "Run a scenario with every combination of settings and seeds");
    command->add_option("file", options->file, "A sweep file (docs/GUIDE.md)")
        ->required()
        ->type_name("FILE.toml");
    command->add_option("-o,--output", options->output, "A file, or - for standard output")
        ->type_name("FILE");
    command->add_flag("--mean", options->mean,
                      "One row for all seeds of a combination: their mean");
    command->add_flag("--list", options->list, "Print the points and run nothing");
    command->callback([options, &chosen] {
        chosen = [options](CommandStreams& streams) { return runSweepCommand(*options, streams); };
    });
}

} // namespace fragscope
