#include "fragscope/trace/formats/keyed_blocks.h"
#include "fragscope/trace/formats/line_parser.h"
#include "fragscope/trace/formats/words.h"

#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

/// Traces of the malloc lab of Computer Systems: A Programmer's Perspective (Bryant, O'Hallaron).
/// Four lines with a number each: suggested heap size (or weight), count of ids, count of
/// operations, weight; then `a ID SIZE`, `r ID SIZE`, which keeps the id, and `f ID`; `f -1` is
/// free(NULL).
class RepParser final : public LineParser {
public:
    explicit RepParser(AllocationTrace& trace)
        : trace_(trace), blocks_(trace, {.noun = "id", .hexadecimal = false, .reusable = false}) {}

    std::string parse(std::string_view line, std::uint32_t number) override {
        const std::string_view operation = cutSpacedWord(line);
        if (operation.empty()) {
            return {};
        }
        if (headerRead_ < header_.size()) {
            std::string reason = readNumber(operation, Base::Decimal, header_[headerRead_]);
            return reason.empty() ? keepHeader() : "header of a .rep file: " + reason;
        }
        ++operations_;
        const std::string_view id = cutSpacedWord(line);
        if (operation == "f") {
            return free(id, line, number);
        }
        if (operation != "a" && operation != "r") {
            return fmt::format("unknown operation {}: expected `a ID SIZE`, `r ID SIZE` or `f ID`",
                               quoted(operation));
        }
        KeyedCall call{.line = number};
        std::string reason = readId(id, call.key);
        if (reason.empty()) {
            reason = readSize(cutSpacedWord(line), Base::Decimal, call.size);
        }
        if (reason.empty()) {
            reason = refuseRest(line);
        }
        if (!reason.empty()) {
            return reason;
        }
        return operation == "a" ? blocks_.allocate(call) : blocks_.reallocate(call.key, call);
    }

    std::string finish() override {
        if (headerRead_ < header_.size()) {
            return "the file ends in its header";
        }
        return operations_ == header_[2]
                   ? std::string()
                   : fmt::format("the header announces {} operations, the file has {}", header_[2],
                                 operations_);
    }

private:
    std::string keepHeader() {
        constexpr std::array<std::string_view, 4> keys{"suggested heap size", "ids", "operations",
                                                       "weight"};
        trace_.header.push_back(
            {std::string(keys[headerRead_]), std::to_string(header_[headerRead_])});
        ++headerRead_;
        return {};
    }

    std::string free(std::string_view word, std::string_view rest, std::uint32_t number) {
        if (word == "-1") {
            return refuseRest(rest);
        }
        std::uint64_t id = 0;
        std::string reason = readId(word, id);
        if (reason.empty()) {
            reason = refuseRest(rest);
        }
        return reason.empty() ? blocks_.free(id, number) : reason;
    }

    std::string readId(std::string_view word, std::uint64_t& id) const {
        if (word.empty()) {
            return "the id is missing";
        }
        std::string reason = readNumber(word, Base::Decimal, id);
        if (reason.empty() && id >= header_[1]) {
            reason =
                fmt::format("the header announces {} ids, from 0: {} is too large", header_[1], id);
        }
        return reason;
    }

    static std::string refuseRest(std::string_view rest) {
        const std::string_view word = cutSpacedWord(rest);
        return word.empty() ? std::string()
                            : fmt::format("more words than the operation has: {}", quoted(word));
    }

    AllocationTrace& trace_;
    KeyedBlocks blocks_;
    std::array<std::uint64_t, 4> header_{};
    std::size_t headerRead_ = 0;
    std::uint64_t operations_ = 0; ///< lines of operations, right or wrong
};

} // namespace

std::unique_ptr<LineParser> makeRepParser(AllocationTrace& trace) {
    return std::make_unique<RepParser>(trace);
}

} // namespace fragscope
