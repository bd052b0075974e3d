#include "fragscope/record/run/event_block.h"

#include "fragscope/base/hash.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace fragscope {

// The hash is over the bytes of the struct, so it must have no gaps.
static_assert(std::has_unique_object_representations_v<Event>);

std::uint64_t blockHash(std::span<const Event> stored, std::uint64_t before) {
    return hashBytes(stored.data(), stored.size_bytes(), before);
}

EventBlock describeBlock(std::span<const Event> stored, std::uint64_t before) {
    EventBlock block;
    block.firstSeq = stored.front().seq;
    block.count = stored.size();
    block.earliest = stored.front().timeCycles;
    for (const Event& event : stored) {
        block.earliest = std::min(block.earliest, event.timeCycles);
        block.latest = std::max(block.latest, event.timeCycles);
        ++block.kindCounts[static_cast<std::uint16_t>(event.kind)];
    }
    block.chainHash = blockHash(stored, before);
    return block;
}

std::string kindCountsText(const EventBlock& block) {
    std::string text = "{";
    for (const auto& [kind, count] : block.kindCounts) {
        text += fmt::format("{}\"{}\":{}", text.size() == 1 ? "" : ",", kind, count);
    }
    return text + "}";
}

std::string hashText(std::uint64_t hash) {
    return fmt::format("{:016x}", hash);
}

std::uint64_t hashOfText(const std::string& text) {
    std::uint64_t hash = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
    return error == std::errc() && end == text.data() + text.size() ? hash : 0;
}

} // namespace fragscope
