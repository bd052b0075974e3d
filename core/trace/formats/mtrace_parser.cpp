#include "fragscope/trace/formats/keyed_blocks.h"
#include "fragscope/trace/formats/line_parser.h"
#include "fragscope/trace/formats/words.h"

#include <array>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace fragscope {

namespace {

/// The log of glibc's mtrace(): "@ CALLER + ADDRESS SIZE", "@ CALLER - ADDRESS", and for realloc
/// the pair "@ CALLER < OLD", "@ CALLER > NEW SIZE", or "@ CALLER ! OLD SIZE" when it failed. The
/// caller may be missing and may hold blanks: a line is read from its end.
class MtraceParser final : public LineParser {
public:
    explicit MtraceParser(AllocationTrace& trace)
        : trace_(trace), blocks_(trace, {.noun = "address", .completeness = Completeness::Whole}) {}

    std::string parse(std::string_view line, std::uint32_t number) override {
        if (line.empty() || (line.starts_with("= ") && !moved_)) {
            return {};
        }
        const std::string_view last = cutLastWord(line);
        const std::string_view middle = cutLastWord(line);
        const std::string_view first = cutLastWord(line);
        if (moved_ && first != ">") {
            moved_.reset();
            return "expected the `>` line of the realloc that the line before begins";
        }
        if (middle == "-" || middle == "<") {
            return end(middle.front(), last, number);
        }
        if (first == "+" || first == ">" || first == "!") {
            return begin(first.front(), middle, last, number);
        }
        if (middle == "+" || middle == ">" || middle == "!") {
            return "the size is missing";
        }
        return "unknown operation: expected `+ ADDRESS SIZE`, `- ADDRESS`, `< ADDRESS`, `> ADDRESS "
               "SIZE` or `! ADDRESS SIZE` at the end of the line";
    }

    std::string finish() override {
        return moved_ ? "the log ends in the middle of a realloc" : std::string();
    }

private:
    static std::string_view cutLastWord(std::string_view& line) {
        while (line.ends_with(' ')) {
            line.remove_suffix(1);
        }
        const auto blank = line.rfind(' ');
        const std::size_t begin = blank == std::string_view::npos ? 0 : blank + 1;
        const std::string_view word = line.substr(begin);
        line = line.substr(0, begin);
        return word;
    }

    static std::string readAddress(std::string_view word, std::uint64_t& address) {
        if (word == "(nil)") {
            address = 0;
            return {};
        }
        return readNumber(word, Base::Hexadecimal, address);
    }

    std::string end(char operation, std::string_view word, std::uint32_t number) {
        std::uint64_t address = 0;
        if (std::string reason = readAddress(word, address); !reason.empty()) {
            return reason;
        }
        if (operation == '<') {
            moved_ = address;
            return {};
        }
        return address == 0 ? std::string() : blocks_.free(address, number);
    }

    std::string
    begin(char operation, std::string_view word, std::string_view size, std::uint32_t number) {
        const std::optional<std::uint64_t> old = std::exchange(moved_, std::nullopt);
        KeyedCall call{.line = number};
        std::string reason = readAddress(word, call.key);
        if (reason.empty()) {
            reason = readNumber(size, Base::Hexadecimal, call.size);
        }
        if (reason.empty() && operation == '>' && !old) {
            reason = "a `>` line without the `<` line of its realloc before it";
        }
        if (!reason.empty()) {
            return reason;
        }
        if (operation == '!' || call.key == 0) {
            ++trace_.omissions.failedRequests;
            return {};
        }
        return operation == '>' ? blocks_.reallocate(*old, call) : blocks_.allocate(call);
    }

    AllocationTrace& trace_;
    KeyedBlocks blocks_;
    std::optional<std::uint64_t> moved_; ///< the address of a `<` line that waits for its `>` line
};

} // namespace

std::unique_ptr<LineParser> makeMtraceParser(AllocationTrace& trace) {
    return std::make_unique<MtraceParser>(trace);
}

} // namespace fragscope
