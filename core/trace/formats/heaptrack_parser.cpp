#include "fragscope/trace/formats/keyed_blocks.h"
#include "fragscope/trace/formats/line_parser.h"
#include "fragscope/trace/formats/words.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

/// What heaptrack --raw records, all numbers hexadecimal: `+ SIZE TRACE ADDRESS`, `- ADDRESS`.
/// Lines that begin with another letter tell of call sites, time and modules. A realloc is recorded
/// as a free and an allocation.
class HeaptrackParser final : public LineParser {
public:
    explicit HeaptrackParser(AllocationTrace& trace)
        : blocks_(trace, {.noun = "address", .completeness = Completeness::Whole}) {}

    std::string parse(std::string_view line, std::uint32_t number) override {
        const std::string_view operation = cutSpacedWord(line);
        if (operation == "+") {
            return allocate(line, number);
        }
        if (operation == "-") {
            std::uint64_t address = 0;
            std::string reason = readNumber(cutSpacedWord(line), Base::Hexadecimal, address);
            return reason.empty() ? blocks_.free(address, number) : reason;
        }
        const bool known = operation.empty() || operation.front() == '#' ||
                           (operation.size() == 1 && operation.front() >= 'A');
        return known ? std::string() : fmt::format("unknown operation {}", quoted(operation));
    }

private:
    std::string allocate(std::string_view rest, std::uint32_t number) {
        const std::string_view size = cutSpacedWord(rest);
        const std::string_view site = cutSpacedWord(rest);
        const std::string_view address = cutSpacedWord(rest);
        if (site.empty()) {
            return "an interpreted file, which does not tell which block is freed: record with "
                   "heaptrack --raw";
        }
        if (address.empty()) {
            return "the address is missing";
        }
        KeyedCall call{.line = number};
        std::string reason = readSize(size, Base::Hexadecimal, call.size);
        if (reason.empty()) {
            reason = readNumber(address, Base::Hexadecimal, call.key);
        }
        return reason.empty() ? blocks_.allocate(call) : reason;
    }

    KeyedBlocks blocks_;
};

} // namespace

std::unique_ptr<LineParser> makeHeaptrackParser(AllocationTrace& trace) {
    return std::make_unique<HeaptrackParser>(trace);
}

} // namespace fragscope
