#include "fragscope/base/units.h"
#include "fragscope/trace/formats/keyed_blocks.h"
#include "fragscope/trace/formats/line_parser.h"
#include "fragscope/trace/formats/words.h"

#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr std::string_view allocEvent = "mm_page_alloc:";
constexpr std::string_view freeEvent = "mm_page_free:";
constexpr std::uint64_t largestOrder = 30;

/// The kernel's numbers (include/linux/mmzone.h: unmovable, movable, reclaimable, high atomic, CMA)
/// as those of TraceOperation. High atomic blocks hold unmovable pages, CMA holds movable ones.
std::uint8_t migrateTypeOf(std::uint64_t kernelNumber) {
    constexpr std::array<std::uint8_t, 5> types{1, 2, 3, 1, 2};
    return kernelNumber < types.size() ? types[kernelNumber] : std::uint8_t{0};
}

/// Reads the number after `name` (such as "pfn="), decimal or 0x-hexadecimal.
std::string readField(std::string_view fields, std::string_view name, std::uint64_t& value) {
    std::size_t at = fields.find(name);
    while (at != std::string_view::npos && at > 0 && fields[at - 1] != ' ') {
        at = fields.find(name, at + 1);
    }
    if (at == std::string_view::npos) {
        return fmt::format("{} is missing", quoted(name));
    }
    fields.remove_prefix(at + name.size());
    const std::string_view word = cutSpacedWord(fields);
    return readNumber(word, word.starts_with("0x") ? Base::Hexadecimal : Base::Decimal, value);
}

/// The kernel's events mm_page_alloc and mm_page_free (include/trace/events/kmem.h) as perf script
/// or the kernel's own trace file print them. Other events and comments are passed over.
/// Simplified: a block that was split and is freed in parts ends with the free of its first page.
class PageEventParser final : public LineParser {
public:
    explicit PageEventParser(AllocationTrace& trace)
        : trace_(trace), blocks_(trace, {.noun = "page", .completeness = Completeness::Partial}) {}

    std::string parse(std::string_view line, std::uint32_t number) override {
        if (line.starts_with('#')) {
            return {};
        }
        if (const auto at = line.find(allocEvent); at != std::string_view::npos) {
            return allocate(line.substr(at + allocEvent.size()), number);
        }
        if (const auto at = line.find(freeEvent); at != std::string_view::npos) {
            std::uint64_t page = 0;
            std::string reason = readField(line.substr(at + freeEvent.size()), "pfn=", page);
            return reason.empty() ? blocks_.free(page, number) : reason;
        }
        return {};
    }

private:
    std::string allocate(std::string_view fields, std::uint32_t number) {
        if (failed(fields)) {
            ++trace_.omissions.failedRequests;
            return {};
        }
        KeyedCall call{.line = number};
        std::uint64_t order = 0;
        std::uint64_t migrateType = 0;
        std::string reason = readField(fields, "pfn=", call.key);
        if (reason.empty()) {
            reason = readField(fields, "order=", order);
        }
        if (reason.empty()) {
            reason = readField(fields, "migratetype=", migrateType);
        }
        if (reason.empty() && order > largestOrder) {
            reason = fmt::format("the order {} is over {}", order, largestOrder);
        }
        if (!reason.empty()) {
            return reason;
        }
        call.size = pageBytes << order;
        call.migrateType = migrateTypeOf(migrateType);
        return blocks_.allocate(call);
    }

    /// The kernel found no page: it prints a null pointer.
    static bool failed(std::string_view fields) {
        constexpr std::string_view name = "page=";
        const auto at = fields.find(name);
        if (at == std::string_view::npos) {
            return false;
        }
        fields.remove_prefix(at + name.size());
        const std::string_view page = cutSpacedWord(fields);
        return page == "(nil)" || page == "(null)" || page.find_first_not_of("0x") == page.npos;
    }

    AllocationTrace& trace_;
    KeyedBlocks blocks_;
};

} // namespace

std::unique_ptr<LineParser> makePageEventParser(AllocationTrace& trace) {
    return std::make_unique<PageEventParser>(trace);
}

} // namespace fragscope
