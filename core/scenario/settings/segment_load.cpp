#include "fragscope/base/text.h"
#include "fragscope/scenario/setting_builder.h"

/// Settings of programs with segments.
namespace fragscope {

namespace {

std::optional<ByteCount> parsePages(std::string_view text) {
    const auto size = parseSize(text);
    return size && size->value != 0 && size->value % pageBytes == 0 ? size : std::nullopt;
}

std::string printSize(const ByteCount& size) {
    return text(size);
}

std::vector<Setting> loadSizes() {
    using S = SegmentLoad;
    constexpr std::uint64_t most = 1ULL << 40;
    return {
        size("process.segment_limit", &S::limit)
            .between(pageBytes, most)
            .says("Pattern segments: before a request it frees until it holds at most this with "
                  "it, in frames as they were given."),
        size("process.segment_least", &S::least)
            .between(pageBytes, most)
            .multipleOf(pageBytes)
            .says("Small segments: the least size."),
        size("process.segment_most", &S::most)
            .between(pageBytes, most)
            .multipleOf(pageBytes)
            .says("Small segments: the largest size."),
        Row("process.popular_sizes", &S::popular, "SIZE, whole pages (`16 KiB`)", parsePages,
            printSize)
            .says("Sizes that are asked for often."),
        count("process.popular_percent", &S::popularPercent)
            .between(0, 100)
            .says("Share of the requests for one of the popular sizes."),
        count("process.large_percent", &S::largePercent)
            .between(0, 100)
            .says("Share of the requests for large segments."),
        size("process.large_least", &S::largeLeast)
            .between(pageBytes, most)
            .multipleOf(pageBytes)
            .says("Large segments: the least size."),
        size("process.large_most", &S::largeMost)
            .between(pageBytes, most)
            .multipleOf(pageBytes)
            .says("Large segments: the largest size."),
    };
}

std::vector<Setting> loadBehaviour() {
    using S = SegmentLoad;
    return {
        count("process.young_percent", &S::youngPercent)
            .between(0, 100)
            .says("Share of the frees that hit the younger quarter of its segments.",
                  "seed 001: the oldest segments shouldn't need moving that often"),
        choice("process.stamps", &S::stamps)
            .says("Which words of its segments it writes, and reads again before it frees them."),
        cycles("process.pause", &S::pauseCycles)
            .between(0, 1ULL << 48)
            .says("Pattern segments: it sleeps so long before each request."),
        flag("process.free_at_end", &S::freeAtEnd)
            .says("After its last request it frees all that it holds."),
    };
}

} // namespace

std::vector<Setting> segmentLoadSettings() {
    std::vector<Setting> all = loadSizes();
    std::vector<Setting> behaviour = loadBehaviour();
    std::move(behaviour.begin(), behaviour.end(), std::back_inserter(all));
    return all;
}

} // namespace fragscope
