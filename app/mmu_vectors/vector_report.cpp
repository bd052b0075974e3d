#include "fragscope/mmu_vectors/vector_report.h"

#include "fragscope/mmu_vectors/line_reader.h"
#include "fragscope/mmu_vectors/vector_parser.h"

#include <algorithm>
#include <fmt/format.h>

namespace fragscope::vectors {

namespace {

const std::string& idOf(const Vector& vector) {
    return std::visit([](const auto& v) -> const std::string& { return v.setup.id; }, vector);
}

bool isBlank(const std::string& line) {
    return line.find_first_not_of(" \t\r") == std::string::npos;
}

/// Counts and prints over all files.
class Report {
public:
    Report(WalkTrace* trace, std::ostream& out, std::ostream& err)
        : trace_(trace), out_(out), err_(err) {}

    void checkOne(const std::string& file, std::uint64_t line, const Vector& vector) {
        ++vectors_;
        if (trace_ != nullptr) {
            out_ << fmt::format("{}:{}: vector {} ({})\n", file, line, vectors_, idOf(vector));
        }
        const CheckResult result = check(vector, {}, trace_);
        mismatched_ += result.mismatches.empty() ? 0U : 1U;
        const std::string place =
            fmt::format("{}:{}: vector {} ({})", file, line, vectors_, idOf(vector));
        for (const Mismatch& mismatch : result.mismatches) {
            out_ << describe(place, mismatch) << '\n';
        }
        for (const Mismatch& warning : result.warnings) {
            err_ << describe(place + " (warning)", warning) << '\n';
        }
    }

    void complain(const Error& error) {
        err_ << error.text() << '\n';
        if (worst_ == ExitCode::Good) {
            worst_ = error.code;
        }
    }

    ExitCode finish() {
        out_ << fmt::format("{} vectors, {} mismatches\n", vectors_, mismatched_);
        if (worst_ != ExitCode::Good) {
            return worst_;
        }
        return mismatched_ == 0 ? ExitCode::Good : ExitCode::ExpectationFailed;
    }

private:
    static std::string describe(const std::string& place, const Mismatch& mismatch) {
        return fmt::format("{}: {} expected {}, got {}", place, mismatch.field, mismatch.expected,
                           mismatch.got);
    }

    WalkTrace* trace_;
    std::ostream& out_;
    std::ostream& err_;
    std::uint64_t vectors_ = 0;
    std::uint64_t mismatched_ = 0;
    ExitCode worst_ = ExitCode::Good;
};

} // namespace

Expected<Done> readVectors(const std::string& path,
                           const VectorVisitor& visit,
                           const std::function<void(const Error&)>& malformed) {
    auto reader = LineReader::open(path);
    if (!reader.ok()) {
        return reader.error();
    }
    while (true) {
        const auto line = reader.value().next();
        if (!line.ok()) {
            return line.error();
        }
        if (!line.value().has_value()) {
            return Done{};
        }
        if (isBlank(**line)) {
            continue;
        }
        const auto vector = parseVector(**line);
        if (vector.ok()) {
            visit(reader.value().lineNumber(), *vector);
            continue;
        }
        Error error = vector.error();
        error.file = path;
        error.line = reader.value().lineNumber();
        malformed(error);
    }
}

ExitCode checkFiles(const std::vector<std::string>& files,
                    WalkTrace* trace,
                    std::ostream& out,
                    std::ostream& err) {
    Report report(trace, out, err);
    for (const std::string& file : files) {
        const auto read = readVectors(
            file,
            [&](std::uint64_t line, const Vector& vector) { report.checkOne(file, line, vector); },
            [&](const Error& error) { report.complain(error); });
        if (!read.ok()) {
            report.complain(read.error());
        }
    }
    return report.finish();
}

} // namespace fragscope::vectors
