#include "fragscope/trace/formats/keyed_blocks.h"
#include "fragscope/trace/formats/line_parser.h"
#include "fragscope/trace/formats/words.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

/// Traces for mdrv (A. Bohra and E. Gabber, 2001 and 2005): `a KEY SIZE`, `r KEY SIZE`, `f KEY`;
/// the key is hexadecimal, once an address, and may be used again after its block has ended.
/// A realloc keeps the key; of a key that is not live it is an allocation. Lines of labels (`l`)
/// and comments are passed over.
class MdrvParser final : public LineParser {
public:
    explicit MdrvParser(AllocationTrace& trace) : blocks_(trace, {.noun = "key"}) {}

    std::string parse(std::string_view line, std::uint32_t number) override {
        const std::string_view operation = cutSpacedWord(line);
        if (operation.empty() || operation.front() == '#' || operation == "l") {
            return {};
        }
        if (operation != "a" && operation != "f" && operation != "r") {
            return fmt::format("unknown operation {}: expected `a KEY SIZE`, `r KEY SIZE` or `f "
                               "KEY`",
                               quoted(operation));
        }
        KeyedCall call{.line = number};
        const std::string_view key = cutSpacedWord(line);
        if (key.empty()) {
            return "the key is missing";
        }
        std::string reason = readNumber(key, Base::Hexadecimal, call.key);
        if (reason.empty() && operation != "f") {
            reason = readSize(cutSpacedWord(line), Base::Decimal, call.size);
        }
        if (reason.empty() && !cutSpacedWord(line).empty()) {
            reason = "more words than the operation has";
        }
        if (!reason.empty()) {
            return reason;
        }
        if (operation == "f") {
            return blocks_.free(call.key, number);
        }
        return operation == "r" && blocks_.isLive(call.key) ? blocks_.reallocate(call.key, call)
                                                            : blocks_.allocate(call);
    }

private:
    KeyedBlocks blocks_;
};

} // namespace

std::unique_ptr<LineParser> makeMdrvParser(AllocationTrace& trace) {
    return std::make_unique<MdrvParser>(trace);
}

} // namespace fragscope
