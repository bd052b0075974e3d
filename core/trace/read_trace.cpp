#include "fragscope/trace/read_trace.h"

#include "fragscope/trace/formats/detect.h"
#include "fragscope/trace/formats/line_parser.h"
#include "fragscope/trace/generator.h"
#include "fragscope/trace/input/trace_lines.h"

#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <limits>

namespace fragscope {

namespace {

constexpr std::uint64_t linesPerReport = 1U << 16;

/// Reads one file; a new one for each.
class TraceReading {
public:
    TraceReading(ByteSource& source, const ReadOptions& options)
        : source_(source), options_(options), lines_(source) {}

    Expected<AllocationTrace> run(const ReadProgressFunction& progress) {
        const Expected<Done> chosen = chooseParser();
        if (!chosen) {
            return chosen.error();
        }
        while (true) {
            const auto line = lines_.next();
            if (!line) {
                return line.error();
            }
            if (!*line) {
                break;
            }
            if (const Expected<Done> added = add(**line); !added) {
                return added.error();
            }
            if (lines_.lineNumber() % linesPerReport == 0 && !report(progress)) {
                return interrupted();
            }
        }
        if (const Expected<Done> kept = keep(parser_->finish()); !kept) {
            return kept.error();
        }
        if (!report(progress)) {
            return interrupted();
        }
        return std::move(trace_);
    }

private:
    Expected<Done> chooseParser() {
        const auto head = lines_.peek();
        if (!head) {
            return head.error();
        }
        if (head->empty()) {
            return badInput("the trace is empty");
        }
        const Expected<TraceFormat> found = detectFormat(*head);
        const bool named = options_.format != TraceFormat::Auto;
        if (!named && !found) {
            return lines_.failure().value_or(found.error()); // damage is the better reason
        }
        parser_ = makeLineParser(named ? options_.format : *found, trace_);
        return Done{};
    }

    Expected<Done> add(std::string_view line) {
        const std::uint64_t number = lines_.lineNumber();
        if (number > std::numeric_limits<std::uint32_t>::max() ||
            trace_.operations.size() >= options_.maximumOperations) {
            Error error = errorHere(fmt::format("the trace is longer than the limit of {} "
                                                "operations",
                                                options_.maximumOperations));
            error.code = ExitCode::LimitReached;
            return error;
        }
        return keep(parser_->parse(line, static_cast<std::uint32_t>(number)));
    }

    /// Ends the reading for a reason that is not empty, or keeps it if bad lines are allowed.
    Expected<Done> keep(std::string reason) {
        if (reason.empty()) {
            return Done{};
        }
        if (!options_.lenient) {
            return errorHere(std::move(reason));
        }
        const std::uint64_t number = lines_.lineNumber();
        trace_.operations.push_back(
            {.kind = TraceKind::Bad, .line = static_cast<std::uint32_t>(number)});
        trace_.bad.push_back({number, std::move(reason)});
        return Done{};
    }

    bool report(const ReadProgressFunction& progress) {
        return !progress || progress({source_.position(), source_.total(),
                                      static_cast<std::uint64_t>(trace_.operations.size())});
    }

    [[nodiscard]] Error errorHere(std::string reason) const {
        Error error = badInput(std::move(reason));
        error.line = lines_.lineNumber();
        return error;
    }

    [[nodiscard]] Error interrupted() const {
        Error error = errorHere("reading was ended on request");
        error.code = ExitCode::Interrupted;
        return error;
    }

    ByteSource& source_;
    const ReadOptions& options_;
    TraceLines lines_;
    AllocationTrace trace_;
    std::unique_ptr<LineParser> parser_;
};

} // namespace

Expected<AllocationTrace> readTrace(const std::string& source,
                                    const ReadOptions& options,
                                    const ReadProgressFunction& progress) {
    const auto named = [&source](Error error) {
        error.file = source;
        return error;
    };
    if (source.starts_with(generatorPrefix)) {
        Expected<AllocationTrace> trace = generateTrace(source);
        if (!trace) {
            return named(trace.error());
        }
        return trace;
    }
    const auto bytes = openBytes(source);
    if (!bytes) {
        return named(bytes.error());
    }
    Expected<AllocationTrace> trace = TraceReading(**bytes, options).run(progress);
    if (!trace) {
        return named(trace.error());
    }
    trace.value().name = traceName(source);
    return trace;
}

std::string traceName(const std::string& path) {
    std::filesystem::path name = std::filesystem::path(path).filename();
    if (name.extension() == ".gz" || name.extension() == ".zst") {
        name = name.stem();
    }
    return name.stem().string();
}

} // namespace fragscope
