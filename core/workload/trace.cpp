#include "fragscope/workload/trace.h"

#include "fragscope/base/text.h"

#include <array>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <sstream>
#include <zlib.h>

namespace fragscope {

namespace {

constexpr std::string_view signature = "# fragscope-trace 1";
constexpr std::uint64_t largestSize = 1ULL << 40;
constexpr std::uint64_t largestId = 100'000'000;

struct CloseGz {
    void operator()(gzFile_s* file) const { gzclose(file); }
};

using GzFile = std::unique_ptr<gzFile_s, CloseGz>;

Error errorAt(const std::string& path, std::uint64_t line, std::string reason) {
    Error error = badInput(std::move(reason));
    error.file = path;
    error.line = line;
    return error;
}

/// Next line without its end; nothing at the end of the file.
std::optional<std::string> readLine(gzFile_s* file) {
    std::array<char, 512> buffer{};
    std::string line;
    while (gzgets(file, buffer.data(), static_cast<int>(buffer.size())) != nullptr) {
        line += buffer.data();
        if (line.back() == '\n') {
            line.pop_back();
            return line;
        }
        if (line.size() > 4096) {
            break;
        }
    }
    return line.empty() ? std::nullopt : std::optional(line);
}

/// What is wrong with the file so far as it was read, or empty.
std::string damageOf(gzFile_s* file) {
    int code = 0;
    const char* message = gzerror(file, &code);
    const bool good = code == Z_OK || code == Z_STREAM_END;
    return good ? std::string() : fmt::format("damaged or truncated: {}", message);
}

std::vector<std::string_view> fields(std::string_view line) {
    std::vector<std::string_view> list;
    while (!line.empty()) {
        const auto end = std::min(line.find(' '), line.size());
        list.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return list;
}

/// Reads the lines and keeps book of live blocks.
class TraceParser {
public:
    /// The reason why the line is wrong, or empty.
    std::string add(std::string_view line, std::uint64_t number) {
        const auto words = fields(line);
        const bool known = !words.empty() && words[0].size() == 1;
        const char kind = known ? words[0][0] : ' ';
        const std::size_t wanted = kind == 'a' ? 3 : kind == 'f' ? 2 : kind == 'r' ? 4 : 0;
        if (words.size() != wanted) {
            return "expected `a ID SIZE`, `f ID` or `r OLDID NEWID SIZE`";
        }
        std::array<std::uint64_t, 3> numbers{};
        for (std::size_t i = 1; i < words.size(); ++i) {
            const auto value = parseUnsigned(words[i]);
            if (!value || *value > largestSize) {
                return fmt::format("`{}` is not a number in range", words[i]);
            }
            numbers[i - 1] = *value;
        }
        return apply(kind, numbers, number);
    }

    Trace take() { return std::move(trace_); }

private:
    std::string apply(char kind, const std::array<std::uint64_t, 3>& n, std::uint64_t line) {
        if (kind == 'a') {
            return begin(n[0], {TraceKind::Allocate, 0, 0, n[1], line});
        }
        if (std::string reason = end(n[0]); !reason.empty()) {
            return reason;
        }
        const auto ended = static_cast<std::uint32_t>(n[0]);
        if (kind == 'f') {
            trace_.operations.push_back({TraceKind::Free, ended, 0, 0, line});
            return {};
        }
        return begin(n[1], {TraceKind::Reallocate, 0, ended, n[2], line});
    }

    std::string begin(std::uint64_t id, TraceOperation operation) {
        if (id == 0 || id > largestId) {
            return fmt::format("id {} is out of range", id);
        }
        used_.resize(std::max<std::size_t>(used_.size(), id + 1));
        if (used_[id] != Use::Never) {
            return fmt::format("id {} is used a second time", id);
        }
        used_[id] = Use::Live;
        operation.id = static_cast<std::uint32_t>(id);
        trace_.largestId = std::max(trace_.largestId, operation.id);
        trace_.operations.push_back(operation);
        return {};
    }

    std::string end(std::uint64_t id) {
        if (id >= used_.size() || used_[id] != Use::Live) {
            return fmt::format("id {} is not live", id);
        }
        used_[id] = Use::Ended;
        return {};
    }

    enum class Use : std::uint8_t { Never, Live, Ended };

    Trace trace_;
    std::vector<Use> used_;
};

} // namespace

Expected<Trace> loadTrace(const std::string& path) {
    const GzFile file(gzopen(path.c_str(), "rb"));
    if (!file) {
        return errorAt(path, 0, "cannot open the trace file");
    }
    TraceParser parser;
    std::uint64_t number = 0;
    while (const auto line = readLine(file.get())) {
        ++number;
        if (number == 1 && *line != signature) {
            return errorAt(path, 1,
                           fmt::format("not a trace: the first line must be `{}`", signature));
        }
        if (line->empty() || line->front() == '#') {
            continue;
        }
        if (std::string reason = parser.add(*line, number); !reason.empty()) {
            // The last line of a damaged file is not whole: the damage is the better reason.
            const std::string damage = damageOf(file.get());
            return errorAt(path, number, damage.empty() ? std::move(reason) : damage);
        }
    }
    if (std::string damage = damageOf(file.get()); !damage.empty()) {
        return errorAt(path, number, std::move(damage));
    }
    if (number == 0) {
        return errorAt(path, 0, "the trace is empty");
    }
    return parser.take();
}

} // namespace fragscope
