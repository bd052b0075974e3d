#include "commands/trace_start.h"

#include "fragscope/base/text.h"

#include "commands/command_line.h"
#include <algorithm>
#include <fmt/format.h>

namespace fragscope {

namespace {

struct StartName {
    std::string file;
    std::optional<ZoneName> zone;
};

/// FILE:NODE:ZONE if there is a number between the last two colons, else all is the file's name.
StartName split(const std::string& text) {
    const std::size_t second = text.rfind(':');
    if (second == std::string::npos || second == 0) {
        return {text, std::nullopt};
    }
    const std::size_t first = text.rfind(':', second - 1);
    if (first == std::string::npos) {
        return {text, std::nullopt};
    }
    const auto node = parseUnsigned(text.substr(first + 1, second - first - 1));
    if (!node) {
        return {text, std::nullopt};
    }
    return {text.substr(0, first), ZoneName{*node, text.substr(second + 1)}};
}

} // namespace

Expected<std::optional<FreePageCounts>> readStart(const std::string& text,
                                                  const std::vector<NamedAllocator>& allocators) {
    if (text.empty()) {
        return std::optional<FreePageCounts>{};
    }
    const bool has =
        std::any_of(allocators.begin(), allocators.end(), [](const NamedAllocator& allocator) {
            return allocator.settings.kind == AllocatorKind::PageAllocator;
        });
    if (!has) {
        return usageError("--start is for the page-allocator, which is not among the allocators");
    }
    const StartName name = split(text);
    const auto state = readSystemState(name.file);
    if (!state) {
        return state.error();
    }
    const auto counts = freePagesOf(*state, name.zone);
    if (!counts) {
        Error error = counts.error();
        error.file = name.file;
        return error;
    }
    return std::optional<FreePageCounts>(*counts);
}

void tellStart(const TraceTrial& trial,
               const std::optional<FreePageCounts>& wanted,
               const std::string& text,
               CommandStreams& streams) {
    if (!wanted || !trial.start() || *trial.start() == *wanted) {
        return;
    }
    std::uint64_t pages = 0;
    std::uint64_t had = 0;
    for (unsigned type = 0; type < page_allocator::types; ++type) {
        for (unsigned order = 0; order < page_allocator::orders; ++order) {
            pages += wanted->at(type).at(order) << order;
            had += trial.start()->at(type).at(order) << order;
        }
    }
    streams.err << fmt::format("{}: heap_size holds {} of {} free pages, fewer of every order\n",
                               text, had, pages);
}

} // namespace fragscope
