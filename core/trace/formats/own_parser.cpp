#include "fragscope/trace/formats/line_parser.h"
#include "fragscope/trace/formats/words.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr std::string_view signature = "# fragscope-trace 1";
constexpr std::string_view signatureStart = "# fragscope-trace";

/// Fragscope's own format, whose ids are kept as they are.
class OwnParser final : public LineParser {
public:
    explicit OwnParser(AllocationTrace& trace) : trace_(trace) {}

    std::string parse(std::string_view line, std::uint32_t number) override {
        if (line.empty()) {
            return {};
        }
        if (line.front() == '#') {
            return header(line, number);
        }
        const std::string_view whole = line;
        const std::string_view operation = cutWord(line);
        if (operation == "a") {
            return allocate(line, number);
        }
        if (operation == "f") {
            return free(line, number);
        }
        if (operation == "r") {
            return reallocate(line, number);
        }
        return fmt::format("unknown operation {}: expected `a ID SIZE`, `f ID` or `r OLDID NEWID "
                           "SIZE`",
                           quoted(operation.size() == 1 ? operation : whole));
    }

private:
    enum class Use : std::uint8_t { Never, Live, Ended };

    std::string header(std::string_view line, std::uint32_t number) {
        if (line.starts_with(signatureStart)) {
            const bool good = line == signature && number == 1;
            return good ? std::string()
                        : fmt::format("only `{}` as the first line is understood", signature);
        }
        line.remove_prefix(std::min(line.find_first_not_of(' ', 1), line.size()));
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) {
            trace_.header.push_back({{}, std::string(line)});
        } else {
            trace_.header.push_back(
                {std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
        }
        return {};
    }

    std::string allocate(std::string_view rest, std::uint32_t number) {
        TraceOperation operation{.kind = TraceKind::Allocate, .line = number};
        std::string reason = readId(rest, operation.id);
        if (reason.empty()) {
            reason = readLastSize(rest, operation.size);
        }
        if (reason.empty()) {
            reason = refuseNew(operation.id);
        }
        if (reason.empty()) {
            begin(operation);
        }
        return reason;
    }

    std::string free(std::string_view rest, std::uint32_t number) {
        TraceOperation operation{.kind = TraceKind::Free, .line = number};
        std::string reason = readId(rest, operation.id);
        if (reason.empty() && !rest.empty()) {
            reason = fmt::format("more than `f ID`: {}", quoted(rest));
        }
        if (reason.empty()) {
            reason = refuseEnd(operation.id);
        }
        if (reason.empty()) {
            uses_[operation.id] = Use::Ended;
            trace_.operations.push_back(operation);
        }
        return reason;
    }

    std::string reallocate(std::string_view rest, std::uint32_t number) {
        TraceOperation operation{.kind = TraceKind::Reallocate, .line = number};
        std::string reason = readId(rest, operation.oldId);
        if (reason.empty()) {
            reason = readId(rest, operation.id);
        }
        if (reason.empty()) {
            reason = readLastSize(rest, operation.size);
        }
        if (reason.empty()) {
            reason = refuseEnd(operation.oldId);
        }
        if (reason.empty()) {
            reason = refuseNew(operation.id);
        }
        if (reason.empty()) {
            uses_[operation.oldId] = Use::Ended;
            begin(operation);
        }
        return reason;
    }

    void begin(const TraceOperation& operation) {
        if (uses_.size() <= operation.id) {
            uses_.resize(std::size_t{operation.id} + 1);
        }
        uses_[operation.id] = Use::Live;
        trace_.largestId = std::max<std::uint64_t>(trace_.largestId, operation.id);
        trace_.operations.push_back(operation);
    }

    static std::string readId(std::string_view& rest, std::uint32_t& id) {
        const std::string_view word = cutWord(rest);
        if (word.empty()) {
            return "the id is missing";
        }
        std::uint64_t value = 0;
        std::string reason = readNumber(word, Base::Decimal, value);
        if (reason.empty() && value > largestTraceId) {
            reason = fmt::format("the id {} is over {}", value, largestTraceId);
        }
        id = static_cast<std::uint32_t>(std::min(value, largestTraceId));
        return reason;
    }

    /// The size, which must be the last word.
    static std::string readLastSize(std::string_view rest, std::uint64_t& size) {
        const std::string_view word = cutWord(rest);
        if (!rest.empty()) {
            return fmt::format("more words than the operation has: {}", quoted(rest));
        }
        return readSize(word, Base::Decimal, size);
    }

    [[nodiscard]] std::string refuseNew(std::uint32_t id) const {
        return useOf(id) == Use::Never ? std::string() : fmt::format("id {} is used twice", id);
    }

    [[nodiscard]] std::string refuseEnd(std::uint32_t id) const {
        switch (useOf(id)) {
        case Use::Never:
            return fmt::format("id {} is unknown: nothing was allocated with it", id);
        case Use::Ended:
            return fmt::format("id {} is no longer live (double free)", id);
        case Use::Live:
            break;
        }
        return {};
    }

    [[nodiscard]] Use useOf(std::uint32_t id) const {
        return id < uses_.size() ? uses_[id] : Use::Never;
    }

    AllocationTrace& trace_;
    std::vector<Use> uses_; ///< by id
};

} // namespace

std::unique_ptr<LineParser> makeOwnParser(AllocationTrace& trace) {
    return std::make_unique<OwnParser>(trace);
}

} // namespace fragscope
